import { beforeEach, expect, test } from "vitest";
import { address, Stage } from "./stage";

let stage: Stage;

beforeEach(async () => {
    stage = await Stage.open();
});

test("three configured machines and one bootstrap make a cluster of three nodes", async () => {
    const cluster = await stage.standUp();
    expect(cluster.nodes().map(({ name, role, address, schedulable }) => [name, role, address, schedulable])).toEqual([
        ["c0", "controlplane", "10.10.0.140", false],
        ["w0", "worker", "10.10.0.150", true],
        ["w1", "worker", "10.10.0.151", true],
    ]);
    expect(cluster.born).toMatchObject({
        name: "homelab",
        endpoint: "https://10.10.0.140:6443",
        kubernetesVersion: "1.33.3",
        podSubnets: ["10.244.0.0/16"],
        serviceSubnets: ["10.96.0.0/12"],
        cni: "none",
        kubeProxy: false,
        kubePrismPort: 7445,
        defaultPodSecurity: "baseline",
    });
    expect(stage.actor.steps.slice(-5)).toEqual([
        "talos/apply",
        "talos/apply",
        "talos/apply",
        "talos/bootstrap",
        "talos/kubeconfig",
    ]);
    expect(stage.actor.world.talos.audit()).toEqual([]);
});

test("a machine in maintenance is not bootstrapped", async () => {
    await expect(stage.actor.bootstrap(stage.secrets, address("c0"))).rejects.toThrow(
        "API is not implemented in maintenance mode",
    );
});

test("a worker is not bootstrapped", async () => {
    await stage.configure("w0");
    await expect(stage.actor.bootstrap(stage.secrets, address("w0"))).rejects.toThrow(
        "Error bootstrapping node: rpc error: code = FailedPrecondition desc = bootstrap can only be performed on a control plane node",
    );
});

test("a cluster is bootstrapped once", async () => {
    await stage.standUp();
    await expect(stage.actor.bootstrap(stage.secrets, address("c0"))).rejects.toThrow(
        "rpc error: code = AlreadyExists desc = etcd data directory is not empty",
    );
});

test("the Kubernetes API answers only after bootstrap", async () => {
    await stage.configure("c0");
    expect(stage.actor.world.network.unreachable(address("c0"), 6443)).toContain("connection refused");
    await stage.actor.bootstrap(stage.secrets, address("c0"));
    expect(stage.actor.world.network.unreachable(address("c0"), 6443)).toBeUndefined();
});

test("a machine whose endpoint is not its cluster's does not join, and the audit says so", async () => {
    await stage.configure("c0");
    await stage.configure("w0", [], { clusterEndpoint: "https://10.10.0.151:6443" });
    await stage.actor.bootstrap(stage.secrets, address("c0"));
    expect(stage.actor.world.talos.audit()).toEqual([
        "machine pve/150 (w0) has not joined its cluster through https://10.10.0.151:6443",
    ]);
});
