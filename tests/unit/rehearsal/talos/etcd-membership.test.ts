import { beforeEach, expect, test } from "vitest";
import { address, applyType, Stage } from "./stage";

let stage: Stage;

beforeEach(async () => {
    stage = await Stage.open();
});

test("a control plane that is configured later joins by itself", async () => {
    await stage.twoControlPlanes();
    expect(stage.actor.world.talos.find(address("w0"))).toMatchObject({ etcd: true, serving: true });
    await expect(stage.actor.bootstrap(stage.secrets, address("w0"))).rejects.toThrow(
        "etcd data directory is not empty",
    );
});

test("a cluster that lost half of its control planes does not answer", async () => {
    await stage.twoControlPlanes();
    const cluster = stage.actor.world.talos.find(address("c0"))?.cluster ?? "";
    expect(stage.actor.world.talos.answers(cluster)).toBe(true);
    const [machine] = stage.actor.world.proxmox.machines;
    if (machine !== undefined) {
        stage.actor.world.talos.halt(machine);
    }
    expect(stage.actor.world.talos.answers(cluster)).toBe(false);
});

test("a machine made anew with the old secrets is not a member until it is configured, and the cluster must be bootstrapped anew", async () => {
    await stage.standUp();
    const vms = "proxmoxve:index/vmLegacy:VmLegacy";
    const config = { endpoint: "https://10.10.0.10:8006/", apiToken: "a@b!c=d" };
    await stage.actor.behaviour(vms).delete("140", { stopOnDestroy: true }, stage.actor.operation(vms, "c0", config));
    await stage.actor.vm("c0", 140, await stage.actor.image("nocloud", { fileName: "again.qcow2" }));
    await stage.configure("c0");
    expect(stage.actor.world.network.unreachable(address("c0"), 6443)).toContain("connection refused");
    await stage.actor.bootstrap(stage.secrets, address("c0"));
    expect(stage.actor.world.network.unreachable(address("c0"), 6443)).toBeUndefined();
});

test("the last control plane does not leave its etcd gracefully", async () => {
    await stage.standUp();
    const state = {
        node: address("c0"),
        clientConfiguration: stage.client,
        onDestroy: { reset: true },
    };
    await expect(
        stage.actor
            .behaviour(applyType)
            .delete("machine_configuration_apply", state, stage.actor.operation(applyType, "c0", {})),
    ).rejects.toThrow(
        "Error resetting machine: failed to leave etcd: etcdserver: re-configuration failed due to not enough started members",
    );
});
