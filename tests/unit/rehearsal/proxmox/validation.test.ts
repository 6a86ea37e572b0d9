import { beforeEach, expect, test } from "vitest";
import { type Properties, UNKNOWN } from "../../../../rehearsal/world/value";
import { disks, Stage, vmType } from "./stage";

let stage: Stage;

beforeEach(async () => {
    stage = await Stage.open();
});

test.each<[string, Properties, string]>([
    [
        "an unknown nested key",
        disks((all) => [{ ...all[0], sizeGb: 30 }]),
        "Invalid or unknown key. Examine values at 'c0.disks[0].sizeGb'.",
    ],
    ["a BIOS there is none of", { bios: "uefi" }, 'expected bios to be one of ["ovmf" "seabios"], got uefi'],
    ["an operating system there is none of", { operatingSystem: { type: "linux" } }, "expected type to be one of"],
    ["an id under 100", { vmId: 50 }, "expected vm_id to be in the range (100 - 2147483647), got 50"],
    ["a name that is none", { name: "c_0" }, "invalid value for name (must be a valid DNS name)"],
    ["a text where a number belongs", { memory: { dedicated: "much" } }, "got unconvertible type 'string'"],
    ["a list where a map belongs", { cpu: [] }, "expected a map"],
    ["a map where a list belongs", { disks: {} }, "expected a list"],
])("the provider refuses %s before anything is made", async (_, overrides, words) => {
    await expect(stage.actor.vm("c0", 140, stage.image, overrides)).rejects.toThrow(words);
});

test("a missing node is a missing argument; unknown values and unknown top-level keys pass", () => {
    const check = (inputs: Properties) =>
        stage.actor.behaviour(vmType).check?.(inputs, undefined, stage.actor.operation(vmType, "c0", {})).failures;
    expect(check({})?.[0]?.reason).toContain('The argument "node_name" is required');
    expect(check({ nodeName: UNKNOWN, bios: UNKNOWN, disks: UNKNOWN, hoplug: "x" })).toEqual([]);
});
