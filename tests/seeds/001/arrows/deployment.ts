/** Arrows of the phases and layers that deploy, apart from those that are edges: facts, and what we draw otherwise. */
import { expect } from "vitest";
import { readStackConfig } from "../../../../operations/stack";
import { at, type Value } from "../../../../rehearsal/world/value";
import { stackInProcess } from "../../../harness/rehearsed";
import { Built } from "../built";
import { amperes, limit } from "../figures/figure";
import { type Claim, claim } from "./arrow";

const flow = "Complete Flow";
const cloud = "Phase 2: OCI Infrastructure";
const hypervisor = "Phase 3: Proxmox Cluster";
const kubernetes = "Phase 4: Talos Kubernetes";
const oracle = "Layer 1: OCI Resources";
const talos = "Layer 3: Talos Deployment";
const layers = "Three-Layer Architecture";

/** Exit codes of a step's own script, run once more on the first host: as it stands, and when others have lost their power. */
async function repeated(step: string, off: readonly string[]): Promise<readonly number[]> {
    const stack = await Built.of("oci-free");
    const { hosts } = stack.world;
    const script = stack.input(`proxmox-cluster-${step}-ampere-1`, "stdin");
    const again = () => {
        const first = hosts.named("ampere-1");
        if (first === undefined || typeof script !== "string") {
            throw new Error(`Expected a script of ${step}.`);
        }
        return hosts.run(first, script).code;
    };
    const before = again();
    for (const name of off) {
        hosts.off(name);
    }
    return [before, again()];
}

const mesh = (name: string) => (stack: Built) => {
    expect(stack.waitsFor(`instance-${name}`)).toContain(`mesh-${name}`);
    expect(stack.world.tailnet.find(name)?.live()).toBe(true);
    expect(stack.world.tailnet.find(name)?.tags).toContain(`tag:strata-${name}`);
};

const volumes = (names: readonly string[]) => (stack: Built) => {
    const own = stack.world.oracle.all("bootvolume").filter(({ inputs }) => names.includes(String(inputs.displayName)));
    expect(own.map(({ computed }) => computed.sizeInGbs)).toEqual(names.map(() => 50));
};

const guarded = (names: readonly string[]) => (stack: Built) => {
    const targets = stack.input("cost-guard-budget", "targets") as readonly Value[];
    expect(stack.input("cost-guard-budget", "targetType")).toBe("COMPARTMENT");
    for (const name of names) {
        expect(targets).toEqual([stack.input(`instance-${name}`, "compartmentId")]);
    }
};

/** Arrows that are true of the stack or its world. */
export const deploymentFacts: readonly Claim[] = [
    claim(
        flow,
        ["Build --> OCI"],
        "deploying waits for the images, and the Amperes boot the one that was built",
        (stack) => {
            const before = (name: string): string[] =>
                (stack.pipeline.steps.find((step) => step.name === name)?.after ?? []).flatMap((each) => [
                    each,
                    ...before(each),
                ]);
            expect(before("Deploy")).toEqual(expect.arrayContaining(["Base Image", "Proxmox Image", "Upload to OCI"]));
            const wanted = at(readStackConfig("oci-free")["strata:cloud"]?.value as Value, "images.instance.lookUp");
            const built = stack.world.site.oracle?.images.find(({ name }) => name === wanted);
            expect(built?.boots).toBe("proxmox");
            const images = stack.world.oracle.all("image").filter(({ computed }) => computed.displayName === wanted);
            expect(images).toHaveLength(1);
            for (const name of amperes) {
                expect(stack.input(`instance-${name}`, "sourceDetails.sourceId")).toBe(images[0]?.id);
            }
        },
    ),
    claim(cloud, ["Apply --> VCN"], "the VCN is made by that `up`, and waits for nothing in it", (stack) => {
        const made = stack.world.ledger.entries.filter(({ kind, name }) => kind === "create" && name === "network-vcn");
        expect(made.map(({ startedAt }) => startedAt)).toEqual([0]);
        expect([...stack.waitsFor("network-vcn")]).toEqual([]);
    }),
    claim(cloud, ["Ampere --> Mesh"], "each Ampere joins the mesh with a key of its own", (stack) => {
        for (const name of amperes) {
            mesh(name)(stack);
        }
    }),
    claim(cloud, ["Bastion --> Mesh"], "the bastion joins the mesh with a key of its own", mesh("bastion")),
    claim(cloud, ["Mesh --> Done"], "the stack tells the four mesh addresses that are in use", ({ outputs, world }) => {
        const names = [...amperes, "bastion"];
        expect(names.map((name) => world.tailnet.find(name)?.live())).toEqual(names.map(() => true));
        expect(outputs.meshAddresses).toEqual(
            Object.fromEntries(names.map((name) => [name, world.tailnet.find(name)?.address])),
        );
    }),
    claim(hypervisor, ["Quorum -->|No| FailQ"], "the quorum check fails where two of three hosts are off", async () => {
        expect(await repeated("check-quorum", ["ampere-2", "ampere-3"])).toEqual([0, 1]);
    }),
    claim(hypervisor, ["Health -->|No| FailC"], "the health check fails where a host with an OSD is off", async () => {
        expect(await repeated("check-ceph", ["ampere-3"])).toEqual([0, 1]);
    }),
    claim(hypervisor, ["Health -->|Yes| Done"], "what the health check said is the stack's output", (stack) => {
        expect(stack.resource("proxmox-cluster-check-ceph-ampere-1").outputs.stdout).toMatch(/^HEALTH_OK$/m);
        expect(stack.outputs.cephHealth).toBe("HEALTH_OK");
    }),
    claim(kubernetes, ["Apps --> Done"], "`up` ends when all that Flux applied is ready", (stack) => {
        expect(stack.input("flux-system-kustomization", "spec.wait")).toBe(true);
        const all = stack.kubernetes.objects.list("kustomize.toolkit.fluxcd.io/v1", "Kustomization");
        expect(all.length).toBeGreaterThan(5);
        expect(all.filter((each) => !stack.kubernetes.ready(each)).map(({ name }) => name)).toEqual([]);
    }),
    claim(oracle, ["Ampere --> Storage"], "each Ampere has a boot volume of 50 GB", volumes(amperes)),
    claim(oracle, ["Micro --> Storage"], "so has the Micro: with it, 200 GB are in use", (stack) => {
        volumes(["bastion"])(stack);
        limit("storage", 200, 200)(stack);
    }),
    claim(oracle, ["Budget -.monitors.-> Ampere"], "the budget counts the Amperes' compartment", guarded(amperes)),
    claim(oracle, ["Budget -.monitors.-> Micro"], "the budget counts the Micro's compartment", guarded(["bastion"])),
];

const noReferences = (stack: Built): void => {
    expect(stack.resources.filter(({ type }) => type === "pulumi:pulumi:StackReference")).toEqual([]);
};

/** Arrows we draw otherwise. */
export const deploymentDeviations: readonly Claim[] = [
    claim(
        flow,
        ["Setup --> Build"],
        "building needs nothing of the setup, so it need not wait: what does is the upload, for its credentials",
        ({ pipeline }) => {
            const after = (name: string) => pipeline.steps.find((step) => step.name === name)?.after;
            expect([after("Dagger Pipeline"), after("Base Image")]).toEqual([[], ["Dagger Pipeline"]]);
            expect(after("Upload to OCI")).toContain("OCI CLI + SSH");
        },
    ),
    claim(
        cloud,
        ["Start --> Plan", "Plan --> Apply"],
        "plan and apply are preview and up, of all phases at once: the one tells what the other makes, and makes nothing",
        async () => {
            const stack = stackInProcess("oci-free");
            const preview = await stack.preview();
            expect(preview.errors).toEqual([]);
            expect(stack.world.ledger.entries).toEqual([]);
            const { changed } = await stack.up();
            // Of what is behind a provider that cannot be configured yet, this preview tells nothing; the engine's does.
            expect(changed.map(({ urn }) => urn)).toEqual(
                expect.arrayContaining(preview.changed.map(({ urn }) => urn)),
            );
            expect(preview.changed.length).toBeGreaterThan(60);
        },
    ),
    claim(
        hypervisor,
        ["Start --> Node1"],
        "no command begins the phase: it begins as soon as the hosts can be logged in at",
        (stack) => {
            const [first] = stack.world.ledger.entries.filter(({ steps }) =>
                steps.some(({ phase }) => phase === "Proxmox Cluster"),
            );
            expect(first?.name).toMatch(/^proxmox-cluster-prepare-host-/);
            expect([...stack.waitsFor("proxmox-cluster-create-cluster-ampere-1")]).toContain(
                "proxmox-cluster-prepare-host-ampere-1",
            );
        },
    ),
    claim(
        kubernetes,
        ["Start --> Image"],
        "no command begins the phase: it begins as soon as the Proxmox API can be reached over the mesh",
        (stack) => {
            for (const name of amperes) {
                const waits = [...stack.waitsFor(`talos-image-${name}`)];
                expect(waits).toEqual(expect.arrayContaining(["proxmox-api", "mesh-routes-routes"]));
            }
        },
    ),
    claim(
        kubernetes,
        ["Flux --> SOPS"],
        "the key waits for Flux's namespace only: it is there when the controllers first ask for it",
        (stack) => {
            expect([...stack.waitsFor("sops-key-secret")]).toContain("flux-namespace");
            expect([...stack.waitsFor("sops-key-secret")]).not.toContain("flux-chart");
            const first = [...stack.waitsFor("flux-system-kustomization")];
            expect(first).toEqual(expect.arrayContaining(["flux-chart", "sops-key-secret"]));
        },
    ),
    claim(
        layers,
        ["OCI_Out -->|remote state| PVE_Main"],
        "the layers are one stack: addresses go from instance to cluster as values, not through a remote state",
        (stack) => {
            noReferences(stack);
            for (const name of amperes) {
                const step = stack.resource(`proxmox-cluster-prepare-host-${name}`);
                const address = stack.resource(`instance-${name}`).outputs.privateIp;
                expect(at(step.inputs, "connection.host")).toBe(address);
                expect([...(step.propertyDependencies.connection ?? [])].join()).toContain(`::instance-${name}`);
            }
        },
    ),
    claim(
        layers,
        ["PVE_Out -->|remote state| K8s_Main"],
        "the layers are one stack: the machines' provider takes the token the cluster made",
        (stack) => {
            noReferences(stack);
            const token = "proxmox-cluster-create-token-ampere-1";
            const from = Object.values(stack.resource("proxmox-api").propertyDependencies).flatMap((urns) => [...urns]);
            expect(from.join()).toContain(`::${token}`);
        },
    ),
    claim(
        oracle,
        ["RT --> SL"],
        "route table and security list need nothing of each other; the subnet needs both",
        (stack) => {
            expect([...stack.waitsFor("network-security")]).not.toContain("network-routes");
            expect([...stack.waitsFor("network-subnet")]).toEqual(
                expect.arrayContaining(["network-routes", "network-security"]),
            );
        },
    ),
    claim(
        talos,
        ["Image --> CloudInit", "CloudInit --> VMs"],
        "cloud-init says a machine's address only; its Talos configuration is applied through the API once it has booted",
        (stack) => {
            for (const [index, name] of amperes.entries()) {
                const machine = `machine-cp-${index + 1}`;
                expect([...stack.waitsFor(machine)]).toContain(`talos-image-${name}`);
                expect(Object.keys(stack.input(machine, "initialization") ?? {}).sort()).toEqual([
                    "datastoreId",
                    "dns",
                    "interface",
                    "ipConfigs",
                    "type",
                ]);
                expect([...stack.waitsFor(`talos-cp-${index + 1}`)]).toContain(`${machine}-boot`);
            }
        },
    ),
    claim(talos, ["Secret --> Outputs"], "the kubeconfig comes before the key, which is injected with it", (stack) => {
        expect([...stack.waitsFor("sops-key-secret")]).toContain("talos-kubeconfig");
        expect([...stack.waitsFor("talos-kubeconfig")]).not.toContain("sops-key-secret");
        expect(stack.outputs.kubeconfig).toContain(stack.outputs.endpoint);
    }),
];
