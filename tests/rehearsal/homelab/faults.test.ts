/** Faults under the real engine: what struck is told, the next `up` on the same state converges, destroy leaves nothing. */
import { beforeEach, describe, expect, test } from "vitest";
import { nameOf } from "../../../rehearsal/engine/deployment";
import type { Rehearsal } from "../../../rehearsal/engine/rehearsal";
import { Random } from "../../../rehearsal/world/random";
import { needsEngine } from "../../harness/engine";
import { course, isWholeInTheEnd, kindsOf, struck } from "../../harness/struck";
import { inventories } from "../../seeds/000/resources";

const timeout = 300_000;
const vm = "proxmoxve:index/vmLegacy:VmLegacy";
const release = "kubernetes:helm.sh/v3:Release";

/** Everything a provider makes in the homelab, by type. */
const kinds = kindsOf(inventories.homelab);

/** Two rounds of one resource of each of six kinds, drawn. Change the seed and they are others. */
function drawn(seed: number): readonly (readonly string[])[] {
    const random = new Random(seed);
    const groups = [
        /^proxmoxve:/,
        /^talos:/,
        /^random:/,
        /helm\.sh/,
        /cilium\.io|ceph\.rook\.io|cnpg\.io/,
        /^kubernetes:(core|apps|storage\.k8s\.io|policy)\//,
    ];
    const pairs = groups.map((group) => {
        const names = kinds.filter(([type]) => group.test(type)).flatMap(([, each]) => each);
        const take = (): string => names.splice(Math.floor(random.next() * names.length), 1)[0] ?? "";
        return [take(), take()] as const;
    });
    return [pairs.map(([one]) => one), pairs.map(([, other]) => other)];
}

describe.each(drawn(2026))("the creates, failing once each, of %s, %s, %s, %s, %s and %s", (...targets) => {
    needsEngine();
    let done: Promise<Rehearsal> | undefined;
    let rehearsal: Rehearsal;
    beforeEach(async () => {
        done ??= struck(
            "homelab",
            targets.map((target) => `create:${target}:once`),
        );
        rehearsal = await done;
    }, timeout);

    test("fail the run with the words of a connection that broke, each of them once", () => {
        const failed = rehearsal.ledger.filter(({ failure }) => failure !== undefined);
        expect(failed.map(({ kind, name, type, failure }) => `${kind} ${name}: ${failure?.replace(type, "")}`)).toEqual(
            expect.arrayContaining(targets.map((target) => `create ${target}: : connection reset by peer`)),
        );
        expect(failed).toHaveLength(targets.length);
        const said = rehearsal.phases.flatMap(({ diagnostics }) => diagnostics);
        for (const target of targets) {
            const words = said.filter(({ urn, severity }) => severity === "error" && urn?.endsWith(`::${target}`));
            expect(words.map(({ message }) => message).join(), target).toContain("connection reset by peer");
        }
    });

    test("are made by the next up on the same state, with nothing made twice and nothing lost", () => {
        const phases = course(rehearsal);
        expect(phases.slice(0, 2)).toEqual(["preview", "up*"]);
        expect(phases.filter((phase) => phase !== "up*")).toEqual(["preview", "up", "up-again", "refresh", "destroy"]);
        isWholeInTheEnd(rehearsal, inventories.homelab);
    });
});

describe("an engine that is killed while it makes machines, and again while Helm installs Cilium", () => {
    needsEngine();
    // Six things come before the machines (schematic, secrets, three passwords, image), and Cilium's release is one of
    // the five that begin together as numbers 15 to 19; it takes a minute, the namespaces beside it none.
    let done: Promise<Rehearsal> | undefined;
    let rehearsal: Rehearsal;
    beforeEach(async () => {
        done ??= struck("homelab", ["kill-engine:8", "kill-engine:19"]);
        rehearsal = await done;
    }, timeout);

    /** What became of the resources of a type in one of the recoveries. */
    const fates = (recovery: number, type: string) =>
        (rehearsal.recoveries[recovery]?.resources ?? [])
            .filter(({ urn }) => urn.includes(`$${type}::`))
            .map(({ urn, fate, id }) => ({ name: nameOf(urn), fate, id }));

    test("is recovered both times before the next up", () => {
        expect(course(rehearsal)).toEqual([
            "preview",
            "up*",
            "recover",
            "up*",
            "recover",
            "up",
            "up-again",
            "refresh",
            "destroy",
        ]);
        const killed = rehearsal.phases.filter(({ expectedToFail }) => expectedToFail === true);
        expect(killed.map(({ diagnostics }) => diagnostics.at(-1)?.message)).toEqual([
            "The engine was killed.",
            "The engine was killed.",
        ]);
    });

    test("leaves machines that are adopted by their VM ids, and the report says so", () => {
        const machines = fates(0, vm).filter(({ fate }) => fate === "adopted");
        expect(machines.length).toBeGreaterThan(0);
        const ids: Readonly<Record<string, string>> = { "machine-c0": "140", "machine-w0": "150", "machine-w1": "151" };
        for (const { name, id } of machines) {
            expect(id).toBe(ids[name]);
            expect(rehearsal.recoveries[0]?.sentences).toContain(
                `'${name}' was being made when the engine died; it is there as '${id}' and was adopted.`,
            );
        }
    });

    test("makes no machine twice: one of each id, and not one refused because its id was taken", () => {
        const machines = rehearsal.ledger.filter(({ kind, type }) => kind === "create" && type === vm);
        expect(machines.map(({ name, failure }) => ({ name, failure })).sort(byName)).toEqual(
            ["machine-c0", "machine-w0", "machine-w1"].map((name) => ({ name, failure: undefined })),
        );
    });

    test("leaves a release that is adopted by its name", () => {
        expect(fates(1, release)).toEqual([{ name: "cilium-chart", fate: "adopted", id: "kube-system/cilium" }]);
    });

    test("ends in the homelab all the same", () => isWholeInTheEnd(rehearsal, inventories.homelab));
});

function byName(one: { readonly name: string }, other: { readonly name: string }): number {
    return one.name < other.name ? -1 : 1;
}
