import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { BootConfiguration, oracleSchematicYaml } from "../../../components/talos/boot-configuration";
import { machineConfigPatch } from "../../../components/talos/machine-config";
import { TalosCluster } from "../../../components/talos/talos-cluster";
import { named, synth } from "../../harness/synth";

const network = { cidr: "10.0.1.0/24", prefixLength: 24, gateway: "10.0.1.1", nameservers: ["169.254.169.254"] };
const node = {
    name: "ampere-1",
    role: "controlplane" as const,
    address: "10.0.1.10",
    host: "AD-1-FAULT-DOMAIN-1",
    addressFromPlatform: true,
};
const cluster = {
    clusterName: "oracle",
    endpoint: "https://10.0.1.10:6443",
    version: "v1.10.5",
    kubernetesVersion: "1.33.3",
    network,
    certSans: [],
    schedulingOnControlPlanes: true,
};
const answered = (token: string): Record<string, unknown> =>
    token === "talos:machine/getConfiguration:getConfiguration" ? { machineConfiguration: "machine: {}\n" } : {};

test("the schematic without extensions is the empty one, whose id the factory gives for it", () => {
    expect(createHash("sha256").update(oracleSchematicYaml([])).digest("hex")).toMatch(/^376567988ad3[0-9a-f]+b4ba$/);
});

test("the order in which extensions are named changes nothing", () => {
    const one = oracleSchematicYaml(["siderolabs/b", "siderolabs/a", "siderolabs/a"]);
    expect(one).toBe(oracleSchematicYaml(["siderolabs/a", "siderolabs/b"]));
    expect(one).toContain("            - siderolabs/a\n            - siderolabs/b\n");
});

test("user data is the configuration in base64, and secret", async () => {
    const { outputs } = await synth(
        () => new BootConfiguration("boot", { ...cluster, extensions: [], machines: [node] }).userData,
        { preview: false, answered },
    );
    expect(outputs).toEqual({ "ampere-1": { secret: Buffer.from("machine: {}\n").toString("base64") } });
});

test("the secrets are protected, made once for a Talos version, and taken by the cluster that is made of them", async () => {
    const graph = await synth(
        () => {
            const boot = new BootConfiguration("boot", { ...cluster, extensions: [], machines: [node] });
            new TalosCluster("talos", {
                ...cluster,
                installer: boot.installer,
                secrets: boot.secrets,
                machines: [{ ...node, resource: boot.secrets, alsoAfter: [boot] }],
            });
        },
        { preview: false, answered },
    );
    expect(named(graph, "boot-secrets")).toMatchObject({ protect: true, ignoreChanges: ["talosVersion"] });
    expect(graph.resources.map(({ name }) => name)).not.toContain("talos-secrets");
    expect(named(graph, "talos-ampere-1").dependencies).toEqual(["boot-schematic", "boot-secrets"]);
});

test("a cluster whose machines stand on a storage says so: without it etcd is gone", async () => {
    const { resources } = await synth(() => {
        const boot = new BootConfiguration("boot", { ...cluster, extensions: [], machines: [node] });
        const machines = [{ ...node, resource: boot.secrets }];
        new TalosCluster("talos", { ...cluster, machines, installer: boot.installer, needs: ["ceph-data"] });
    });
    const facts = resources.find(({ name }) => name === "talos")?.outputs.facts;
    expect(facts).toMatchObject({ services: [{ name: "etcd", needs: ["ceph-data"] }, { name: "kubernetes-api" }] });
});

test("a machine whose platform tells its address asks DHCP, and is told Oracle's clock", () => {
    const patch = machineConfigPatch({
        ...node,
        installer: "installer",
        network: { ...network, timeServers: ["169.254.169.254"] },
        certSans: [],
        schedulingOnControlPlanes: true,
    });
    expect(patch.machine.network.interfaces).toEqual([{ deviceSelector: { physical: true }, dhcp: true }]);
    expect(patch.machine.time).toEqual({ servers: ["169.254.169.254"] });
    expect(patch.machine.install.disk).toBe("/dev/sda");
});

test("a machine's own link to its disk is taken in the place of the usual one", () => {
    const patch = machineConfigPatch({
        ...node,
        addressFromPlatform: false,
        systemDiskSerial: "sys-111",
        systemDiskLink: "/dev/disk/by-id/drive-scsi0",
        installer: "installer",
        network,
        certSans: [],
        schedulingOnControlPlanes: false,
    });
    expect(patch.machine.install.disk).toBe("/dev/disk/by-id/drive-scsi0");
    expect(patch.machine.time).toBeUndefined();
});
