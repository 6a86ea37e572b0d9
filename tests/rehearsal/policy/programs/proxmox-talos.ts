/** Somebody's Talos cluster on Proxmox, spread over its nodes and not. */
import * as pulumi from "@pulumi/pulumi";
import { Resource } from "./resource";

function cluster(nodeOf: (index: number) => string, namespaceLabels: Record<string, string>): void {
    const secrets = new Resource("talos:machine/secrets:Secrets", "secrets", { talosVersion: "v1.10.5" });
    const machines = [0, 1, 2].map(
        (index) =>
            new Resource("proxmoxve:index/vmLegacy:VmLegacy", `cp-${index}`, {
                name: `cp-${index}`,
                nodeName: nodeOf(index),
                vmId: 100 + index,
                disks: [{ interface: "scsi0", size: 30 }],
            }),
    );
    const bootstrap = new Resource(
        "talos:machine/bootstrap:Bootstrap",
        "bootstrap",
        { node: "10.0.0.10", clientConfiguration: pulumi.secret({ id: secrets.id }) },
        { dependsOn: machines },
    );
    new Resource(
        "kubernetes:core/v1:Namespace",
        "apps",
        { metadata: { name: "apps", labels: namespaceLabels } },
        { dependsOn: [bootstrap] },
    );
    new Resource("kubernetes:core/v1:Secret", "login", {
        metadata: { name: "login", namespace: "apps" },
        stringData: pulumi.secret({ user: "app" }),
    });
}

/** One controller on each Proxmox node. */
export async function spread(): Promise<undefined> {
    cluster((index) => `pve-${index}`, { "pod-security.kubernetes.io/enforce": "restricted" });
    return undefined;
}

/** All of them on one. */
export async function together(): Promise<undefined> {
    cluster(() => "pve-0", {});
    return undefined;
}
