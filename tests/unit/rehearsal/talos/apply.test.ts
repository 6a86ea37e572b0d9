import { beforeEach, expect, test } from "vitest";
import { parse } from "yaml";
import { at, type Properties, text } from "../../../../rehearsal/world/value";
import { machinePatch } from "../homelab-world";
import { address, applyType, Stage } from "./stage";

let stage: Stage;

beforeEach(async () => {
    stage = await Stage.open();
});

test.each<[string, Properties, string]>([
    [
        "a mode there is none of",
        { applyMode: "now" },
        'Attribute apply_mode value must be one of: ["auto" "reboot" "no_reboot" "staged" "staged_if_needing_reboot"], got: "now"',
    ],
    ["a grace that is no bool", { onDestroy: { graceful: "no" } }, 'attribute "graceful": a bool is required'],
    [
        "two configurations",
        { machineConfigurationInputWo: "version: v1alpha1" },
        "Conflicting machine configuration input",
    ],
    ["no configuration", { machineConfigurationInput: null }, "Missing machine configuration input"],
    ["no client", { clientConfiguration: null }, "Missing client configuration"],
    ["no node", { node: null }, 'The argument "node" is required'],
])("the provider refuses an application with %s", async (_, overrides, words) => {
    await expect(stage.actor.apply(stage.secrets, address("c0"), "version: v1alpha1", overrides)).rejects.toThrow(
        words,
    );
});

test.each(["staged", "no_reboot"])("in maintenance, the mode %s is not supported", async (applyMode) => {
    const config = await stage.actor.config(stage.secrets, "c0", [machinePatch("c0", 140)]);
    await expect(stage.actor.apply(stage.secrets, address("c0"), config, { applyMode })).rejects.toThrow(
        `apply configuration --mode='${applyMode}' is not supported in maintenance mode`,
    );
});

test("another installer image in a configuration never upgrades what runs", async () => {
    await stage.standUp();
    await stage.configure("w0", ["machine:\n  install:\n    image: factory.talos.dev/nocloud-installer/abc:v1.11.0\n"]);
    const node = stage.actor.world.talos.find(address("w0"));
    expect(node?.version).toBe("v1.10.5");
    expect(text(parse(JSON.stringify(node?.config)), "machine.install.image")).toContain("v1.11.0");
});

test("a change that needs a boot is refused without one, and waits where it is staged", async () => {
    await stage.configure("c0");
    const config = await stage.actor.config(stage.secrets, "c0", [
        machinePatch("c0", 140),
        "machine:\n  sysctls: {vm.swappiness: '1'}\n",
    ]);
    await expect(stage.actor.apply(stage.secrets, address("c0"), config, { applyMode: "no_reboot" })).rejects.toThrow(
        "this config change can't be applied in immediate mode",
    );
    const staged = await stage.actor.apply(stage.secrets, address("c0"), config, {
        applyMode: "staged_if_needing_reboot",
    });
    expect(staged.outputs.resolvedApplyMode).toBe("staged");
    const node = stage.actor.world.talos.find(address("c0"));
    expect(at(node?.config, "machine.sysctls")).toBeUndefined();
    const [machine] = stage.actor.world.proxmox.machines;
    if (machine !== undefined) {
        stage.actor.world.talos.halt(machine);
        stage.actor.world.talos.boot(machine);
    }
    expect(at(node?.config, "machine.sysctls")).toEqual({ "vm.swappiness": "1" });
});

test("a configured machine answers at the address of its configuration, and no longer at the old one", async () => {
    await stage.configure("w0", [
        "machine:\n  network:\n    interfaces:\n      - deviceSelector: {physical: true}\n        addresses: {$patch: delete}\n",
    ]);
    const moved = await stage.actor.config(stage.secrets, "w0", [machinePatch("w0", 155)]);
    await stage.actor.apply(stage.secrets, address("w0"), moved);
    expect(stage.actor.world.network.unreachable("10.10.0.150", 50000)).toContain("no route to host");
    expect(stage.actor.world.network.unreachable("10.10.0.155", 50000)).toBeUndefined();
});

test("an interface that the machine does not have gives it no address", async () => {
    const patch = machinePatch("w0", 155).replace("- deviceSelector:\n          physical: true", "- interface: eth0");
    await stage.actor.apply(stage.secrets, address("w0"), await stage.actor.config(stage.secrets, "w0", [patch]));
    expect(stage.actor.world.network.unreachable("10.10.0.155", 50000)).toContain("no route to host");
});

test("a deleted configuration leaves the machine as it is, unless it is to be reset", async () => {
    await stage.configure("w0");
    const state = { node: address("w0"), clientConfiguration: stage.client };
    const operation = stage.actor.operation(applyType, "w0", {});
    await stage.actor.behaviour(applyType).delete("machine_configuration_apply", state, operation);
    expect(stage.actor.world.talos.find(address("w0"))?.config).toBeDefined();
    await stage.actor
        .behaviour(applyType)
        .delete("machine_configuration_apply", { ...state, onDestroy: { reset: true, reboot: true } }, operation);
    expect(stage.actor.world.talos.find(address("w0"))?.config).toBeUndefined();
});
