import { beforeEach, expect, test } from "vitest";
import type { Properties } from "../../../../rehearsal/world/value";
import { address, Stage } from "./stage";

const healthToken = "talos:cluster/getHealth:getHealth";

let stage: Stage;

beforeEach(async () => {
    stage = await Stage.open();
});

const healthArgs = (overrides: Properties = {}): Properties => ({
    clientConfiguration: stage.client,
    controlPlaneNodes: ["10.10.0.140"],
    workerNodes: ["10.10.0.150", "10.10.0.151"],
    endpoints: ["10.10.0.140"],
    ...overrides,
});

test("a node that stays away is missed by the health check", async () => {
    await stage.configure("c0");
    await stage.configure("w0", [], { clusterEndpoint: "https://10.10.0.151:6443" });
    await stage.actor.bootstrap(stage.secrets, address("c0"));
    const { world } = stage.actor;
    world.kubernetes.nodesReady = () => ({ ready: ["c0"], notReady: {} });
    await expect(stage.actor.invoke(healthToken, healthArgs({ workerNodes: ["10.10.0.150"] }))).rejects.toThrow(
        "waiting for all k8s nodes to report: expected 2 nodes, found 1",
    );
});

test("health without Kubernetes checks passes before the CNI, with them it waits for Ready nodes", async () => {
    await stage.standUp();
    await expect(stage.actor.invoke(healthToken, healthArgs({ skipKubernetesChecks: true }))).resolves.toMatchObject({
        id: "cluster_health",
    });
    await expect(stage.actor.invoke(healthToken, healthArgs())).rejects.toThrow(
        "waiting for all k8s nodes to report ready: some nodes are not ready: [c0 w0 w1]",
    );
});

test.each<[string, () => Promise<void>, Properties, string]>([
    ["a machine in maintenance", async () => {}, {}, "machine is in maintenance mode"],
    [
        "a cluster that is not bootstrapped",
        () => stage.configure("c0"),
        { workerNodes: [] },
        'service "etcd" not in expected state',
    ],
    [
        "a worker among the control planes",
        () => stage.configure("w0"),
        { controlPlaneNodes: ["10.10.0.150"], workerNodes: [], endpoints: ["10.10.0.150"] },
        "10.10.0.150 is a worker, expected controlplane",
    ],
    [
        "an address nobody has",
        async () => {},
        { endpoints: ["10.10.0.141"] },
        "dial tcp 10.10.0.141:50000: connect: no route to host",
    ],
])("the health check fails on %s", async (_, prepare, overrides, words) => {
    await prepare();
    await expect(
        stage.actor.invoke(healthToken, healthArgs({ skipKubernetesChecks: true, ...overrides })),
    ).rejects.toThrow(words);
});

test("the health check notices an etcd member that it was not told of", async () => {
    await stage.twoControlPlanes();
    await expect(
        stage.actor.invoke(healthToken, healthArgs({ workerNodes: [], skipKubernetesChecks: true })),
    ).rejects.toThrow("etcd member ips are not subset of control plane node ips");
});
