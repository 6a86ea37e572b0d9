import { describe, expect, test } from "vitest";
import { describeFault, type Fault, Faults, parseFault } from "../../../../rehearsal/engine/faults";
import type { Asked } from "../../../../rehearsal/protocol/operations";

const asked = (kind: Asked["kind"], type: string, name: string): Asked => ({
    kind,
    type,
    name,
    urn: `urn:pulumi:s::p::${type}::${name}`,
    provider: { package: "tiny", config: {} },
});

describe("a fault is written", () => {
    test.each([
        ["create:c0", { kind: "create", target: "c0", times: "once" }],
        ["create:c0:always", { kind: "create", target: "c0", times: "always" }],
        ["update:tiny:index:Box", { kind: "update", target: "tiny:index:Box", times: "once" }],
        ["delete:proxmoxve:index/vm:Vm:always", { kind: "delete", target: "proxmoxve:index/vm:Vm", times: "always" }],
        ["host:pve-1", { kind: "host", host: "pve-1" }],
        ["host:pve-1@join", { kind: "host", host: "pve-1", during: "join" }],
        ["kill-engine:3", { kind: "kill-engine", afterCreate: 3 }],
    ] satisfies [string, Fault][])("%s", (spec, fault) => {
        expect(parseFault(spec)).toEqual(fault);
        expect(parseFault(describeFault(fault))).toEqual(fault);
    });

    test.each([
        "",
        "create",
        "create:",
        "destroy:c0",
        "create:machine-w0:sometimes",
        "create:c0:0",
        "delete:proxmoxve:index/vm:Vm:seldom",
        "update:index:Box",
        "kill-engine:0",
        "kill-engine:x",
        "host:",
    ])("'%s' is refused with the forms there are", (spec) => {
        expect(() => parseFault(spec)).toThrow(
            `The fault '${spec}' is not understood: write create:TYPE_OR_NAME, update:TYPE_OR_NAME or delete:TYPE_OR_NAME`,
        );
    });
});

describe("a fault strikes", () => {
    const strike = (faults: Faults, what: Asked, properties = {}): string => {
        try {
            faults.begun(what, properties);
            return "";
        } catch (error) {
            return error instanceof Error ? error.message : "";
        }
    };

    test.each(["box", "tiny:index:Box", "Box"])("the operation and resource it names, here as '%s'", (target) => {
        const faults = new Faults([{ kind: "create", target, times: "always" }], () => {});
        expect(strike(faults, asked("create", "tiny:index:Box", "box"))).toBe(
            "tiny:index:Box: connection reset by peer",
        );
        expect(strike(faults, asked("update", "tiny:index:Box", "box"))).toBe("");
        expect(strike(faults, asked("create", "tiny:index:Dice", "dice"))).toBe("");
    });

    test("once where it says once, again and again where it says always, until repaired", () => {
        const once = new Faults([{ kind: "create", target: "a", times: "once" }], () => {});
        const always = new Faults([{ kind: "create", target: "a", times: "always" }], () => {});
        const what = asked("create", "t:i:T", "a");
        expect([strike(once, what) !== "", strike(once, what) !== ""]).toEqual([true, false]);
        expect([strike(always, what) !== "", strike(always, what) !== ""]).toEqual([true, true]);
        always.repair();
        expect(strike(always, what)).toBe("");
        expect([once.strikes, always.strikes]).toEqual([1, 2]);
    });

    test("a host takes with it whatever is asked of it", () => {
        const faults = new Faults([{ kind: "host", host: "pve-1" }], () => {});
        expect(strike(faults, asked("delete", "t:i:T", "a"), { nodeName: "pve-1" })).toBe(
            "dial tcp pve-1: connect: no route to host",
        );
        expect(strike(faults, asked("delete", "t:i:T", "a"), { nodeName: "pve-0" })).toBe("");
    });

    test("the engine dies when the n-th create has begun, once, and its create goes on", () => {
        let kills = 0;
        const faults = new Faults([{ kind: "kill-engine", afterCreate: 2 }], () => {
            kills++;
        });
        for (const name of ["a", "b", "c"]) {
            expect(strike(faults, asked("create", "t:i:T", name))).toBe("");
            strike(faults, asked("read", "t:i:T", name));
        }
        expect(kills).toBe(1);
        expect([faults.takeKill(), faults.takeKill()]).toEqual([true, false]);
    });

    test("one that found nothing to strike is told", () => {
        const faults = new Faults([{ kind: "create", target: "nobody", times: "once" }], () => {});
        strike(faults, asked("create", "t:i:T", "a"));
        expect(faults.idle).toEqual(["create:nobody:once"]);
    });
});
