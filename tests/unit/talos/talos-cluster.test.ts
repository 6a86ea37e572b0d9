import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test } from "vitest";
import type { Machine } from "../../../components/machines/machine";
import { clusterFacts, TalosCluster, type TalosClusterArgs } from "../../../components/talos/talos-cluster";
import { type Called, type Graph, listed, named, type SynthOptions, synth } from "../../harness/synth";

/** Stands for a machine or a pod network of another layer. */
class Stand extends pulumi.CustomResource {
    constructor(name: string) {
        super("test:index:Stand", name);
    }
}

const addresses: Readonly<Record<string, string>> = {
    c0: "10.10.0.140",
    c1: "10.10.0.141",
    c2: "10.10.0.142",
    w0: "10.10.0.150",
    w1: "10.10.0.151",
};

const common: Omit<TalosClusterArgs, "machines"> = {
    clusterName: "homelab",
    version: "v1.10.5",
    kubernetesVersion: "1.33.3",
    installer: "factory.talos.dev/nocloud-installer/ce4c9805:v1.10.5",
    network: { cidr: "10.10.0.0/24", prefixLength: 24, gateway: "10.10.0.1", nameservers: ["10.10.0.1"] },
    certSans: [],
    schedulingOnControlPlanes: false,
};

function machine(name: string, resource: pulumi.Resource): Machine {
    return {
        name,
        role: name.startsWith("c") ? "controlplane" : "worker",
        address: addresses[name] ?? "",
        host: "pve",
        systemDiskSerial: `sys-${name}`,
        resource,
    };
}

const credentials = { caCertificate: "ca", clientCertificate: "certificate", clientKey: "client-key" };

/** What the Talos provider computes, in the places where it matters which value goes where. */
const computed: NonNullable<SynthOptions["computed"]> = (type) => {
    const clientConfiguration = pulumi.secret(credentials);
    const byType: Readonly<Record<string, Record<string, unknown>>> = {
        "talos:machine/secrets:Secrets": { clientConfiguration, machineSecrets: { trustdinfo: { token: "join" } } },
        "talos:cluster/kubeconfig:Kubeconfig": { kubeconfigRaw: pulumi.secret("the kubeconfig") },
    };
    return byType[type] ?? {};
};

const answers: Readonly<Record<string, Record<string, unknown>>> = {
    "talos:machine/getConfiguration:getConfiguration": { machineConfiguration: "the configuration" },
    "talos:client/getConfiguration:getConfiguration": { talosConfig: "the talosconfig" },
    "talos:cluster/getHealth:getHealth": { id: "cluster_health" },
};

/** A cluster of machines by name; `known` says whether the provider's values are: at a first preview they are not. */
function cluster(
    names: readonly string[],
    preview: boolean,
    more: Partial<TalosClusterArgs> = {},
    known = !preview,
): Promise<Graph> {
    return synth(
        () => {
            const machines = names.map((name) => machine(name, new Stand(`machine-${name}`)));
            const made = new TalosCluster("talos", { ...common, ...more, machines });
            return {
                kubeconfig: made.kubeconfig,
                talosconfig: made.talosconfig,
                endpoint: made.endpoint,
                nodes: made.nodes,
                healthy: made.healthyAfter(new Stand("pod-network")),
            };
        },
        { preview, computed: known ? computed : () => ({}), answered: (token) => answers[token] ?? {} },
    );
}

/** The calls for health, the full one first: which of the two is made first depends on the rest of the graph. */
function health({ calls }: Graph): readonly Called[] {
    const asked = calls.filter(({ token }) => token.includes("getHealth"));
    return asked.sort((a, b) => Number(a.args.skipKubernetesChecks) - Number(b.args.skipKubernetesChecks));
}

describe("the homelab's cluster, when it is made", () => {
    let graph: Graph;
    beforeAll(async () => {
        graph = await cluster(["c0", "w0", "w1"], false);
    });

    test("is secrets, one configuration a machine, one bootstrap, a kubeconfig and a provider, and nothing else", () => {
        expect(listed(graph).filter((each) => !each.startsWith("test:"))).toEqual([
            "strata:talos:TalosCluster talos",
            "talos:machine/bootstrap:Bootstrap talos-bootstrap",
            "talos:machine/configurationApply:ConfigurationApply talos-c0",
            "talos:cluster/kubeconfig:Kubeconfig talos-kubeconfig",
            "pulumi:providers:kubernetes talos-kubernetes",
            "talos:machine/secrets:Secrets talos-secrets",
            "talos:machine/configurationApply:ConfigurationApply talos-w0",
            "talos:machine/configurationApply:ConfigurationApply talos-w1",
        ]);
    });

    test("protects its secrets, and keeps the contract they were made for", () => {
        const secrets = named(graph, "talos-secrets");
        expect([secrets.protect, secrets.ignoreChanges]).toEqual([true, ["talosVersion"]]);
    });

    test("configures each machine by its own address, after the machine", () => {
        for (const name of ["c0", "w0", "w1"]) {
            const applied = named(graph, `talos-${name}`);
            expect(applied.inputs.node).toBe(addresses[name]);
            expect(applied.dependencies).toEqual([`machine-${name}`, "talos-secrets"]);
        }
    });

    test("bootstraps once, on the first control plane by name and after its configuration", () => {
        const bootstrap = named(graph, "talos-bootstrap");
        expect(bootstrap.inputs.node).toBe("10.10.0.140");
        expect(bootstrap.dependencies).toEqual(["talos-c0", "talos-secrets"]);
        expect(bootstrap.ignoreChanges).toEqual(["node", "endpoint"]);
    });

    test("speaks to Kubernetes only once all machines are configured and etcd is healthy", () => {
        const { dependencies, inputs } = named(graph, "talos-kubernetes");
        expect(dependencies).toEqual(expect.arrayContaining(["talos-c0", "talos-kubeconfig", "talos-w0", "talos-w1"]));
        expect(inputs.kubeconfig).toEqual({ secret: "the kubeconfig" });
        expect(inputs.clusterIdentifier).toBe("homelab");
    });

    test("asks for health before the pod network without the checks that wait for Ready nodes, and fully after it", () => {
        expect(health(graph).map(({ args }) => args)).toEqual(
            [false, true].map((skipKubernetesChecks) => ({
                clientConfiguration: credentials,
                controlPlaneNodes: ["10.10.0.140"],
                endpoints: ["10.10.0.140"],
                workerNodes: ["10.10.0.150", "10.10.0.151"],
                skipKubernetesChecks,
            })),
        );
        expect(graph.outputs.healthy).toBe(true);
    });

    test("hands out both credentials as secrets", () => {
        expect(graph.outputs.kubeconfig).toEqual({ secret: "the kubeconfig" });
        expect(graph.outputs.talosconfig).toEqual({ secret: "the talosconfig" });
        const registered = named(graph, "talos").outputs;
        expect(registered.kubeconfig).toEqual({ secret: "the kubeconfig" });
        expect(registered.talosconfig).toEqual({ secret: "the talosconfig" });
    });

    test("hands no secret to a resource in the clear", () => {
        const shown = JSON.stringify(
            graph.resources.map(({ inputs, outputs }) => ({ inputs, outputs })),
            (_, value) => (typeof value === "object" && value !== null && "secret" in value ? "hidden" : value),
        );
        for (const secret of ["client-key", "the configuration", "the kubeconfig", "the talosconfig"]) {
            expect(shown).not.toContain(secret);
        }
    });
});

describe("a cluster at its first preview", () => {
    let graph: Graph;
    beforeAll(async () => {
        graph = await cluster(["c0", "w0", "w1"], true);
    });

    test("asks nobody for health: there is nothing there to ask", () => {
        expect(health(graph)).toEqual([]);
    });

    test("has the same resources as when it is made", async () => {
        expect(listed(graph)).toEqual(listed(await cluster(["c0", "w0", "w1"], false)));
    });

    test("knows its endpoint, its nodes and its facts all the same", () => {
        expect(graph.outputs.endpoint).toBe("https://10.10.0.140:6443");
        expect(graph.outputs.nodes).toEqual([
            { name: "c0", role: "controlplane", schedulable: false },
            { name: "w0", role: "worker", schedulable: true },
            { name: "w1", role: "worker", schedulable: true },
        ]);
        expect(JSON.stringify(named(graph, "talos").outputs.facts)).not.toContain("<unknown>");
    });
});

test("a preview of a cluster that stands asks nobody for health either: it may be out of reach", async () => {
    const graph = await cluster(["c0", "w0"], true, {}, true);
    expect(graph.outputs.kubeconfig).toEqual({ secret: "the kubeconfig" });
    expect(health(graph)).toEqual([]);
});

describe("three control planes behind a shared address", () => {
    let graph: Graph;
    beforeAll(async () => {
        graph = await cluster(["c0", "c1", "c2", "w0"], false, { virtualIp: "10.10.0.130" });
    });

    test("have it as endpoint of Kubernetes", () => {
        expect(graph.outputs.endpoint).toBe("https://10.10.0.130:6443");
    });

    test("are spoken to by Talos at their own addresses: the shared one lives through etcd only", () => {
        const spoken = graph.resources.map(({ inputs }) => inputs.node).filter((node) => node !== undefined);
        expect(spoken).not.toContain("10.10.0.130");
        for (const { args } of [...health(graph), ...graph.calls.filter(({ token }) => token.includes("client/"))]) {
            expect(args.endpoints).toEqual(["10.10.0.140", "10.10.0.141", "10.10.0.142"]);
        }
    });

    test("are configured before Kubernetes is spoken to, all of them", () => {
        const { dependencies } = named(graph, "talos-kubernetes");
        expect(dependencies).toEqual(expect.arrayContaining(["talos-c0", "talos-c1", "talos-c2", "talos-w0"]));
    });
});

test("a machine added before the first by name bootstraps nothing anew", async () => {
    const before = named(await cluster(["c1"], false), "talos-bootstrap");
    const after = named(await cluster(["c0", "c1", "c2"], false), "talos-bootstrap");
    expect([before.inputs.node, after.inputs.node]).toEqual(["10.10.0.141", "10.10.0.140"]);
    expect(after.ignoreChanges).toContain("node");
});

test("machines without a control plane are refused in one sentence", async () => {
    await expect(cluster(["w0"], false)).rejects.toThrow("machines must hold at least one control plane, got none");
});

test("control planes that take workloads are schedulable nodes", async () => {
    const { outputs } = await cluster(["c0"], true, { schedulingOnControlPlanes: true });
    expect(outputs.nodes).toEqual([{ name: "c0", role: "controlplane", schedulable: true }]);
});

describe("of a cluster's facts", () => {
    const resource = undefined as unknown as pulumi.Resource; // facts read names and roles, never the resource
    const machines = ["c0", "c1", "c2", "w0"].map((name) => machine(name, resource));

    test("etcd needs most of the control planes and no worker", () => {
        const etcd = clusterFacts(machines, "10.10.0.130").services?.find(({ name }) => name === "etcd");
        expect(etcd?.redundancy).toEqual({ rule: "majority" });
        expect(etcd?.members).toEqual({ c0: "machine/c0", c1: "machine/c1", c2: "machine/c2" });
        expect(etcd?.storesData).toBe(true);
    });

    test("the API survives a control plane behind a shared address, and is one machine's without", () => {
        const api = (virtualIp?: string) =>
            clusterFacts(machines, virtualIp).services?.find(({ name }) => name === "kubernetes-api")?.members;
        expect(api("10.10.0.130")).toEqual({ c0: "machine/c0", c1: "machine/c1", c2: "machine/c2" });
        expect(api()).toEqual({ c0: "machine/c0" });
    });
});
