import * as fs from "node:fs";
import * as path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { bootScript } from "../../../components/machines/emulation";
import program from "../../../index";
import { oracleConfig, oracleProxmoxSections, testAgeKey, testSshKey } from "../../harness/oracle-stacks";
import { projectFolder } from "../../harness/stack-config";
import { type Graph, named, synth } from "../../harness/synth";
import { oracleAnswers } from "./oracle-answers";
import { waitsFor } from "./waits-for";

let before: Graph;
let after: Graph;

beforeAll(async () => {
    const options = { config: oracleConfig(oracleProxmoxSections()), stack: "oci-free" };
    const answers = () => oracleAnswers("10.0.1.20");
    before = await synth(program, { ...options, ...answers(), preview: true, computed: () => ({}) });
    after = await synth(program, { ...options, ...answers() });
});

const input = (name: string, key: string): unknown => (named(after, name).inputs as Record<string, unknown>)[key];
const hosts = ["ampere-1", "ampere-2", "ampere-3"];
const machines = ["cp-1", "cp-2", "cp-3"];

describe("layer 1, the cloud", () => {
    test("is the document's row: VCN, internet gateway, route table, security list, subnet, machines", () => {
        const { waits } = waitsFor(after);
        expect(waits("network-internet-gateway")).toContain("network-vcn");
        expect(waits("network-routes")).toContain("network-internet-gateway");
        expect(waits("network-subnet")).toEqual(expect.arrayContaining(["network-routes", "network-security"]));
        for (const name of [...hosts, "bastion"]) {
            expect(waits(`instance-${name}`)).toContain("network-subnet");
        }
    });

    test.each([
        ["ampere-1", { ocpus: 2, memoryInGbs: 8 }, "10.0.1.10"],
        ["ampere-2", { ocpus: 1, memoryInGbs: 8 }, "10.0.1.11"],
        ["ampere-3", { ocpus: 1, memoryInGbs: 8 }, "10.0.1.12"],
    ])("has %s with 8 GB, a boot volume of 50 GB and an ephemeral public address", (name, shapeConfig, privateIp) => {
        expect(named(after, `instance-${name}`).inputs).toMatchObject({
            shape: "VM.Standard.A1.Flex",
            shapeConfig,
            createVnicDetails: { privateIp, assignPublicIp: "true" },
            sourceDetails: { bootVolumeSizeInGbs: "50" },
            metadata: { secret: { ssh_authorized_keys: expect.stringMatching(/^ssh-ed25519 AAAA/) } },
        });
    });

    test("has a Micro bastion whose only public address is the first reserved one", () => {
        expect(named(after, "instance-bastion").inputs).toMatchObject({
            shape: "VM.Standard.E2.1.Micro",
            createVnicDetails: { privateIp: "10.0.1.20", assignPublicIp: "false" },
        });
        expect(named(after, "bastion-address-public").inputs).toMatchObject({
            lifetime: "RESERVED",
            privateIpId: "ocid1.privateip.10.0.1.20",
        });
    });

    test("puts the second reserved address on a second private address of the first instance", () => {
        expect(input("ingress-address-private", "ipAddress")).toBe("10.0.1.30");
        expect(named(after, "ingress-address-public").dependencies).toContain("ingress-address-private");
        expect(named(after, "ingress-address-private").dependencies).toContain("instance-ampere-1");
    });

    test("lets SSH in on the bastion alone, from its owner's network, and requests on the first instance alone", () => {
        const rules = after.resources.filter(({ type }) => type.endsWith(":NetworkSecurityGroupSecurityRule"));
        const opened = rules.map(({ inputs }) => {
            const { source, tcpOptions } = inputs as {
                source: string;
                tcpOptions: { destinationPortRange: { min: number } };
            };
            return [tcpOptions.destinationPortRange.min, source];
        });
        expect(opened.sort()).toEqual([
            [22, "198.51.100.7/32"],
            [443, "0.0.0.0/0"],
            [80, "0.0.0.0/0"],
        ]);
        const groups = (name: string) =>
            (input(`instance-${name}`, "createVnicDetails") as { nsgIds?: string[] }).nsgIds;
        expect([...hosts, "bastion"].map(groups)).toEqual([
            ["network-ingress-id"],
            undefined,
            undefined,
            ["network-bastion-id"],
        ]);
    });

    test("has the quota before the first instance, and the budget's alert at one hundredth of a unit", () => {
        const { waits } = waitsFor(after);
        for (const name of [...hosts, "bastion"]) {
            expect(waits(`instance-${name}`)).toContain("cost-guard-quota");
        }
        expect(named(after, "cost-guard-budget").inputs).toMatchObject({ amount: 1 });
        expect(named(after, "cost-guard-any-charge").inputs).toMatchObject({
            type: "ACTUAL",
            thresholdType: "PERCENTAGE",
            threshold: 1,
            recipients: "owner@example.org",
        });
    });

    test("boots the instances from an image of its own, which is imported first", () => {
        for (const name of hosts) {
            expect(named(after, `instance-${name}`).dependencies).toContain("instance-image-a1");
        }
    });

    test("gives each of the four a key of its own to the mesh, and their addresses to the policy", () => {
        for (const name of [...hosts, "bastion"]) {
            expect(named(after, `instance-${name}`).dependencies).toContain(`mesh-${name}`);
        }
        const acl = String(input("mesh-policy", "acl"));
        for (const host of [1, 2, 3, 4]) {
            expect(acl).toContain(`"100.64.0.${host}/32"`);
        }
    });
});

describe("layer 2, Proxmox VE", () => {
    test("is formed over SSH as root, through the bastion's reserved address", () => {
        const commands = after.resources.filter(({ type }) => type === "command:remote:Command");
        expect(commands.length).toBeGreaterThan(20);
        for (const { inputs, name } of commands) {
            const { connection } = inputs as { connection: { secret: Record<string, unknown> } };
            const host = hosts.find((each) => name.includes(each)) ?? `ampere-${name.match(/cp-(\d)/)?.[1]}`;
            expect(connection.secret, name).toMatchObject({
                host: `10.0.1.instance-${host}`,
                user: "root",
                privateKey: testSshKey,
                proxy: { host: "203.0.113.9", user: "ubuntu", privateKey: testSshKey },
            });
        }
    });

    test("comes after all its hosts, in the order the document draws", () => {
        const { waits } = waitsFor(after);
        const step = (name: string) => `proxmox-cluster-${name}`;
        const order = [
            ["create-cluster-ampere-1", "prepare-host-ampere-3"],
            ["join-cluster-ampere-2", "create-cluster-ampere-1"],
            ["join-cluster-ampere-3", "join-cluster-ampere-2"],
            ["check-quorum-ampere-1", "join-cluster-ampere-3"],
            ["install-ceph-ampere-1", "check-quorum-ampere-1"],
            ["create-osd-ampere-3", "create-monitor-ampere-3"],
            ["check-ceph-ampere-1", "create-osd-ampere-3"],
            ["create-tailscale-container-ampere-1", "check-ceph-ampere-1"],
            ["test-migration-ampere-1", "create-tailscale-container-ampere-1"],
        ];
        for (const [later = "", earlier = ""] of order) {
            expect(waits(step(later)), later).toContain(step(earlier));
        }
        expect(waits(step("check-quorum-ampere-1"))).toEqual(expect.arrayContaining(hosts.map((h) => `instance-${h}`)));
    });

    test("hands the internet's requests on to the NodePorts of the machine on the same host", () => {
        const script = String(input("proxmox-cluster-forward-ingress-ampere-1", "stdin"));
        expect(script).toContain("ADDRESS='10.0.1.30'");
        expect(script).toContain("MACHINE_ADDRESS='10.20.0.11'");
        const file = path.join(projectFolder, "gitops/base/ingress/release.yaml");
        const { web, websecure } = parse(fs.readFileSync(file, "utf8")).spec.values.ports;
        expect(script).toContain(`PORTS='80:${web.nodePort} 443:${websecure.nodePort}'`);
    });

    test("is spoken to over the mesh, once the routes to it are approved", () => {
        const { waits } = waitsFor(after);
        expect(named(after, "proxmox-api").inputs).toMatchObject({ endpoint: "https://10.0.1.10:8006/" });
        expect(named(after, "proxmox-api").dependencies).toContain("mesh-routes-routes");
        expect(waits("mesh-routes-routes")).toContain("proxmox-cluster-test-migration-ampere-1");
        expect(input("mesh-routes-routes", "routes")).toEqual(["10.0.1.0/24", "10.20.0.0/24"]);
        const asked = after.calls.filter(({ token }) => token === "tailscale:index/getDevice:getDevice");
        expect(asked.map(({ args }) => args)).toEqual([expect.objectContaining({ hostname: "oci-proxmox-tailscale" })]);
    });
});

describe("layer 3, Talos", () => {
    test("downloads the Arm image to each host, into a datastore that takes images", () => {
        for (const host of hosts) {
            const file = `talos-image-${host}`;
            expect(input(file, "url")).toMatch(/nocloud-arm64\.qcow2$/);
            expect(input(file, "fileName")).toMatch(/nocloud-arm64\.qcow2$/);
            expect(named(after, file).dependencies).toContain("image-store-directory");
        }
    });

    test.each(machines)("makes %s an Arm machine in the Ceph pool, off until it is told to do without KVM", (name) => {
        expect(named(after, `machine-${name}`).inputs).toMatchObject({
            machine: "virt",
            bios: "ovmf",
            cpu: { type: "max" },
            started: false,
            disks: [{ datastoreId: "vms", size: 10 }],
            networkDevices: [{ bridge: "machines" }],
        });
        expect(named(after, `machine-${name}`).ignoreChanges).toContain("started");
        const vmId = 110 + machines.indexOf(name) + 1;
        const host = hosts[machines.indexOf(name)] ?? "";
        expect(input(`machine-${name}-boot`, "stdin")).toBe(bootScript(host, vmId));
        expect(named(after, `machine-${name}-boot`).dependencies).toContain(`machine-${name}`);
        expect(named(after, `talos-${name}`).dependencies).toContain(`machine-${name}-boot`);
    });

    test("has one control plane a host behind a shared address", () => {
        const on = machines.map((name) => input(`machine-${name}`, "nodeName"));
        expect(on).toEqual(hosts);
        expect(after.outputs.endpoint).toBe("https://10.20.0.10:6443");
    });

    test("installs to the disk by the link Proxmox VE 9 makes", () => {
        const configurations = after.calls.filter(
            ({ token }) => token === "talos:machine/getConfiguration:getConfiguration",
        );
        const patches = configurations.map(({ args }) => String((args.configPatches as unknown[])[0]));
        expect(patches).toHaveLength(3);
        for (const patch of patches) {
            expect(patch).toContain("/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_drive-scsi0");
            expect(patch).toContain('"allowSchedulingOnControlPlanes":true');
        }
    });
});

describe("the applications", () => {
    test("follow the pod network, Flux and the key to their secrets", () => {
        const { waits } = waitsFor(after);
        expect(named(after, "flux-chart").dependencies).toContain("cilium-chart");
        expect(named(after, "flux-system-kustomization").dependencies).toContain("sops-key-secret");
        expect(waits("flux-system-kustomization")).toContain("flux-chart");
        expect(named(after, "sops-key-secret").inputs).toMatchObject({
            stringData: { secret: { "age.agekey": testAgeKey } },
        });
    });

    test("come from the repository's folder every minute", () => {
        expect(input("flux-system-source", "spec")).toMatchObject({
            url: "https://github.com/example/strata",
            interval: "60s",
        });
        expect(input("flux-system-kustomization", "spec")).toMatchObject({ path: "./gitops/oci-free" });
    });
});

describe("before anything exists", () => {
    test("every fact is known", () => {
        const facts = before.resources.filter(({ outputs }) => outputs.facts !== undefined);
        expect(facts.length).toBeGreaterThan(8);
        expect(JSON.stringify(facts.map(({ outputs }) => outputs.facts))).not.toContain("<unknown>");
    });

    test("everything the free allowance counts is known", () => {
        for (const name of [...hosts, "bastion"]) {
            const { shape, shapeConfig, sourceDetails } = named(before, `instance-${name}`).inputs;
            expect(
                JSON.stringify([shape, shapeConfig, (sourceDetails as Record<string, unknown>).bootVolumeSizeInGbs]),
            ).not.toContain("<unknown>");
        }
    });

    test("names every resource of a component after it", () => {
        const resources = before.resources.filter(({ type, parent }) => !type.startsWith("strata:") && parent !== "");
        expect(resources.filter(({ name, parent }) => !name.startsWith(`${parent}-`)).map(({ name }) => name)).toEqual(
            [],
        );
    });

    test("no secret stands in the clear anywhere", () => {
        for (const graph of [before, after]) {
            const clear = JSON.stringify(graph.resources.map(({ inputs }) => withoutSecrets(inputs)));
            const keyBody = testSshKey.split("\n")[1] ?? "";
            expect(clear).not.toContain(keyBody);
            expect(clear).not.toContain(testAgeKey);
            expect(clear).not.toContain("tskey-auth-");
        }
    });
});

function withoutSecrets(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(withoutSecrets);
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    if ("secret" in value) {
        return "<secret>";
    }
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withoutSecrets(each)]));
}
