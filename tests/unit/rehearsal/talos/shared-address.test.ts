import { beforeEach, expect, test } from "vitest";
import { address, Stage } from "./stage";

const vip =
    "machine:\n  network:\n    interfaces:\n      - deviceSelector: {physical: true}\n        vip: {ip: 10.10.0.130}\n";

let stage: Stage;

beforeEach(async () => {
    stage = await Stage.open();
});

test("the shared address does not exist before bootstrap, and follows the cluster after", async () => {
    await stage.configure("c0", [vip], { clusterEndpoint: "https://10.10.0.130:6443" });
    await expect(stage.actor.bootstrap(stage.secrets, "10.10.0.130")).rejects.toThrow(
        "dial tcp 10.10.0.130:50000: connect: no route to host",
    );
    await stage.actor.bootstrap(stage.secrets, address("c0"));
    expect(stage.actor.world.network.unreachable("10.10.0.130", 6443)).toBeUndefined();
    const [machine] = stage.actor.world.proxmox.machines;
    if (machine !== undefined) {
        stage.actor.world.talos.halt(machine);
    }
    expect(stage.actor.world.network.unreachable("10.10.0.130", 6443)).toContain("no route to host");
});

test("a shared address that somebody has is refused", async () => {
    await stage.configure("c0", [vip.replace("10.10.0.130", "10.10.0.150")]);
    await expect(stage.actor.bootstrap(stage.secrets, address("c0"))).rejects.toThrow(
        "IPv4 address conflict: shared address of homelab cannot use 10.10.0.150",
    );
});
