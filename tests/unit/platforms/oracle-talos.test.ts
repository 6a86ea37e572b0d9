import * as fs from "node:fs";
import * as path from "node:path";
import { beforeAll, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import program from "../../../index";
import { oracleConfig, oracleTalosSections } from "../../harness/oracle-stacks";
import { projectFolder } from "../../harness/stack-config";
import { type Graph, named, synth } from "../../harness/synth";
import { oracleAnswers } from "./oracle-answers";
import { waitsFor } from "./waits-for";

let before: Graph;
let after: Graph;

beforeAll(async () => {
    const options = { config: oracleConfig(oracleTalosSections()), stack: "oci-free-2026" };
    const answers = () => oracleAnswers("10.0.1.20");
    before = await synth(program, { ...options, ...answers(), preview: true, computed: () => ({}) });
    after = await synth(program, { ...options, ...answers() });
});

const input = (name: string, key: string): unknown => (named(after, name).inputs as Record<string, unknown>)[key];

test("it is one instance of 2 OCPUs and 12 GB with 100 GB, a Micro bastion, and no Proxmox VE", () => {
    const instances = after.resources.filter(({ type }) => type === "oci:Core/instance:Instance");
    expect(instances.map(({ name }) => name)).toEqual(["instance-ampere-1", "instance-bastion"]);
    expect(named(after, "instance-ampere-1").inputs).toMatchObject({
        shape: "VM.Standard.A1.Flex",
        shapeConfig: { ocpus: 2, memoryInGbs: 12 },
        sourceDetails: { bootVolumeSizeInGbs: "100" },
    });
    expect(after.resources.filter(({ type }) => /^(proxmoxve|command):/.test(type))).toEqual([]);
});

test("the instance boots with its whole configuration as user data, secret, and no change of it replaces anything", () => {
    expect(input("instance-ampere-1", "metadata")).toEqual({
        secret: { user_data: Buffer.from("machine: {}").toString("base64") },
    });
    expect(named(after, "instance-ampere-1").dependencies).toContain("talos-boot-secrets");
    expect(named(after, "instance-ampere-1").ignoreChanges).toContain("metadata");
});

test("the configuration it boots with is the one the cluster applies: same secrets, same patch, same installer", () => {
    const asked = after.calls.filter(({ token }) => token === "talos:machine/getConfiguration:getConfiguration");
    const [first, second] = asked.map(({ args }) => args);
    expect(asked).toHaveLength(2);
    expect(first).toEqual(second);
    const patch = JSON.parse(String((first as { configPatches: string[] }).configPatches[0]));
    expect(patch.machine).toMatchObject({
        install: { disk: "/dev/sda", image: "factory.talos.dev/oracle-installer/talos-boot-schematic-id:v1.10.5" },
        network: { interfaces: [{ deviceSelector: { physical: true }, dhcp: true }], nameservers: ["169.254.169.254"] },
        time: { servers: ["169.254.169.254"] },
    });
    expect(patch.machine.network.interfaces[0]).not.toHaveProperty("addresses");
    expect(patch.cluster.allowSchedulingOnControlPlanes).toBe(true);
    const secrets = after.resources.filter(({ type }) => type === "talos:machine/secrets:Secrets");
    expect(secrets.map(({ name }) => name)).toEqual(["talos-boot-secrets"]);
});

test("Talos is spoken to over the mesh, through the bastion, once its routes are approved", () => {
    const applied = named(after, "talos-ampere-1").dependencies;
    expect(applied).toEqual(expect.arrayContaining(["instance-ampere-1", "mesh-routes-routes"]));
    const { waits } = waitsFor(after);
    expect(waits("mesh-routes-routes")).toContain("bastion-address-public");
    expect(input("mesh-routes-routes", "routes")).toEqual(["10.0.1.0/24"]);
    expect(input("instance-bastion", "createVnicDetails")).toMatchObject({ skipSourceDestCheck: true });
});

test("the second reserved address stands on a second address of the instance, which keeps its ephemeral one", () => {
    expect(named(after, "instance-ampere-1").inputs).toMatchObject({
        createVnicDetails: { privateIp: "10.0.1.10", assignPublicIp: "true", nsgIds: ["network-ingress-id"] },
    });
    expect(input("ingress-address-private", "ipAddress")).toBe("10.0.1.30");
    expect(named(after, "ingress-address-private").dependencies).toContain("instance-ampere-1");
    expect(named(after, "ingress-address-public").dependencies).toContain("ingress-address-private");
});

test("the quota comes before the instances, and the upper layers are those of the other stack", () => {
    const { waits } = waitsFor(after);
    for (const name of ["instance-ampere-1", "instance-bastion"]) {
        expect(waits(name)).toContain("cost-guard-quota");
    }
    expect(named(after, "flux-chart").dependencies).toContain("cilium-chart");
    expect(named(after, "flux-system-kustomization").dependencies).toContain("sops-key-secret");
    expect(after.outputs.endpoint).toBe("https://10.0.1.10:6443");
});

test("before anything exists every fact is known, and every name says whose it is", () => {
    const facts = before.resources.filter(({ outputs }) => outputs.facts !== undefined);
    expect(facts.length).toBeGreaterThan(6);
    expect(JSON.stringify(facts.map(({ outputs }) => outputs.facts))).not.toContain("<unknown>");
    const resources = before.resources.filter(({ type, parent }) => !type.startsWith("strata:") && parent !== "");
    expect(resources.filter(({ name, parent }) => !name.startsWith(`${parent}-`)).map(({ name }) => name)).toEqual([]);
});

test("the repository's ingress controller answers at the address the stack attaches, and syncs from the source of its name", () => {
    const gitops = path.join(projectFolder, "gitops");
    const traefik = fs.readFileSync(path.join(gitops, "oci-free-2026/ingress/traefik.yaml"), "utf8");
    const externalIps = parse(traefik).spec.values.service.spec.externalIPs;
    expect(externalIps).toEqual([input("ingress-address-private", "ipAddress")]);
    const own = fs.readFileSync(path.join(gitops, "oci-free-2026/kustomizations.yaml"), "utf8");
    const sources = parseAllDocuments(own).map((each) => each.toJS().spec.sourceRef.name);
    const { metadata } = named(after, "flux-system-source").inputs as { metadata: { name: string } };
    expect(new Set(sources)).toEqual(new Set([metadata.name]));
});
