import { beforeEach, describe, expect, test } from "vitest";
import { nameOf } from "../../rehearsal/engine/deployment";
import type { PhaseName } from "../../rehearsal/engine/rehearsal";
import { needsEngine } from "../harness/engine";
import { Rehearsed } from "../harness/rehearsed";
import { documentText, figures, type Item, itemsOf } from "./000/document";
import type { Fact } from "./000/fact";
import { facts } from "./000/facts";
import { judged } from "./000/failures";
import { inventories } from "./000/resources";

/** Facts that speak of an item. */
function claims(item: Item, among: readonly Fact[] = facts): Fact[] {
    return among.filter(
        ({ section, mentions }) =>
            item.section.startsWith(section) && mentions.every((mention) => item.text.includes(mention)),
    );
}

/** Items no fact speaks of, or with a figure no fact repeats. */
function missed(items: readonly Item[], among: readonly Fact[] = facts): Item[] {
    return items.filter((item) => {
        const spoken = claims(item, among).flatMap(({ mentions }) => mentions.flatMap(figures));
        return claims(item, among).length === 0 || figures(item.text).some((figure) => !spoken.includes(figure));
    });
}

const document = documentText();

// The document is nobody's copy here: where it does not lie beside the project, the table stands for it.
if (document !== undefined) {
    describe("the document", () => {
        const items = itemsOf(document);

        test("says nothing that the table misses", () => {
            expect(items.length).toBeGreaterThan(60);
            expect(missed(items)).toEqual([]);
        });

        test("says everything that the table says", () => {
            expect(facts.filter((fact) => !items.some((item) => claims(item, [fact]).length > 0))).toEqual([]);
        });

        test.each(facts.map((fact) => [fact.says, fact] as const))("is missed where the table lacks: %s", (_, fact) => {
            expect(
                missed(
                    items,
                    facts.filter((other) => other !== fact),
                ),
            ).not.toEqual([]);
        });

        test("is missed where one of its figures changes", () => {
            const silent = items.flatMap((item, index) =>
                [...item.text.matchAll(/\d+(?:\.\d+)*/g)].flatMap(({ 0: figure, index: place }) => {
                    const text = `${item.text.slice(0, place)}97${item.text.slice(place + figure.length)}`;
                    return missed(items.with(index, { ...item, text })).length > 0 ? [] : [text];
                }),
            );
            expect(silent).toEqual([]);
        });
    });
}

/** What each phase must change in a stack of so many resources, components and explicit providers counted. */
const courses = (count: number): readonly (readonly [PhaseName, string])[] => [
    ["preview", `+${count} ~0 -0 =0`],
    ["up", `+${count} ~0 -0 =0`],
    ["up-again", `+0 ~0 -0 =${count}`],
    ["refresh", `+0 ~0 -0 =${count}`],
    ["change", `+0 ~1 -0 =${count - 1}`],
    ["destroy", `+0 ~0 -${count} =0`],
];

/** A value as the engine keeps a secret in the state. */
const encrypted = expect.objectContaining({ ciphertext: expect.any(String) });

let homelab: Promise<Rehearsed> | undefined;
let homelabHa: Promise<Rehearsed> | undefined;
const ofHomelab = () => (homelab ??= Rehearsed.of("homelab"));
const ofHomelabHa = () => (homelabHa ??= Rehearsed.of("homelab-ha"));

describe("the document's facts hold on the rehearsed homelab", () => {
    needsEngine();

    test.each(facts.map((fact) => [fact.says, fact] as const))("%s", async (_, { holds }) => holds(await ofHomelab()));
});

describe.each([
    ["homelab", ofHomelab],
    ["homelab-ha", ofHomelabHa],
] as const)("%s", (name, rehearsed) => {
    needsEngine();
    let stack: Rehearsed;
    beforeEach(async () => {
        stack = await rehearsed();
    });

    test("consists of exactly these resources", () => {
        const expected = Object.entries(inventories[name]).flatMap(([type, names]) =>
            names.map((each) => `${type} ${each}`),
        );
        expect(stack.resources.map(({ type, urn }) => `${type} ${nameOf(urn)}`).sort()).toEqual(expected.sort());
    });

    test("goes through every phase with these changes and no others, replacing nothing", () => {
        const { rehearsal } = stack;
        expect(rehearsal.phases.map(({ ok }) => ok)).toEqual(rehearsal.phases.map(() => true));
        const told = rehearsal.phases.map(({ name: phase, changes: c }) => [
            phase,
            `+${c.create} ~${c.update} -${c.delete} =${c.same}`,
        ]);
        expect(told).toEqual(courses(Object.values(inventories[name]).flat().length));
        expect(rehearsal.phases.map(({ changes }) => changes.replace)).toEqual(rehearsal.phases.map(() => 0));
        expect(rehearsal.ok).toBe(true);
    });

    test("gives the first worker more memory by updating its machine and nothing else", () => {
        const change = stack.rehearsal.phases.find((phase) => phase.name === "change");
        expect(change?.changed.map(({ urn, operation }) => `${operation} ${nameOf(urn)}`)).toEqual([
            "update machine-w0",
        ]);
    });

    test("leaves an empty world behind", () => {
        expect(stack.rehearsal.remains).toEqual([]);
    });

    test("shows no secret in plain text, neither in its state nor in anything it tells", () => {
        expect(stack.rehearsal.leaks).toEqual([]);
        const { kubeconfig, talosconfig, credentials } = stack.rehearsal.outputs;
        expect([kubeconfig, talosconfig, credentials]).toEqual([{ secret: true }, { secret: true }, { secret: true }]);
    });

    test.each([
        ["proxmox-api", "apiToken"],
        ["talos-secrets", "machineSecrets"],
        ["talos-secrets", "clientConfiguration"],
        ["talos-c0", "machineConfiguration"],
        ["talos-kubeconfig", "kubeconfigRaw"],
        ["talos-kubernetes", "kubeconfig"],
        ["postgresql-password", "result"],
        ["rabbitmq-password", "result"],
        ["rabbitmq-cookie", "result"],
        ["postgresql-owner", "stringData"],
        ["rabbitmq-credentials", "stringData"],
        ["rabbitmq-erlang-cookie", "stringData"],
    ])("keeps %s's %s encrypted in its state", (each, property) => {
        const { inputs = {}, outputs = {} } = stack.resource(each);
        const kept = [inputs, outputs].filter((values) => property in values).map((values) => values[property]);
        expect(kept.length).toBeGreaterThan(0);
        expect(kept).toEqual(kept.map(() => encrypted));
    });

    test("tells its users where everything is", () => {
        const { outputs } = stack.rehearsal;
        const machines = stack.world.proxmox.machines.map((machine) => machine.name);
        expect(Object.keys(outputs).sort()).toEqual([
            "cephDashboard",
            "credentials",
            "endpoint",
            "healthy",
            "hubble",
            "kubeconfig",
            "macAddresses",
            "nodeAddresses",
            "services",
            "talosconfig",
        ]);
        expect(outputs.endpoint?.value).toBe(`https://10.10.0.1${name === "homelab" ? 40 : 30}:6443`);
        expect(outputs.hubble?.value).toBe("http://10.10.0.70/");
        expect(outputs.cephDashboard?.value).toBe("https://10.10.0.71/");
        expect(outputs.services?.value).toEqual({
            postgresql: "postgresql-rw.blockchain.svc.cluster.local:5432",
            rabbitmq: "rabbitmq.messaging.svc.cluster.local:5672",
        });
        for (const told of [outputs.nodeAddresses, outputs.macAddresses]) {
            expect(Object.keys(told?.value ?? {}).sort()).toEqual(machines.sort());
        }
    });

    test("is destroyed only when the protection of what stores data was taken off", () => {
        const destroy = stack.rehearsal.phases.find((phase) => phase.name === "destroy");
        const workers = stack.world.proxmox.machines.map((machine) => machine.name ?? "").filter((n) => /^w/.test(n));
        const [note = "", second] = destroy?.notes ?? [];
        expect(second).toBeUndefined();
        for (const each of [...workers.map((worker) => `machine-${worker}`), "ceph-cluster", "postgresql-cluster"]) {
            expect(note).toContain(`'${each}'`);
        }
    });

    test("needs nothing that only the generic behaviour knows", () => {
        expect(stack.rehearsal.generic).toEqual([]);
    });

    test("leaves a world in which nothing is wrong", () => {
        expect(stack.world.audit()).toEqual([]);
    });

    test("begins nothing before what it needs is there", () => {
        const creates = stack.rehearsal.ledger.filter(({ kind }) => kind === "create");
        const ends = new Map(
            creates.map(({ name: each, finishedAt }) => [each, finishedAt ?? Number.POSITIVE_INFINITY]),
        );
        const overtaken = creates.flatMap(({ name: each, startedAt }) =>
            [...stack.waitsFor(each)]
                .filter((needed) => (ends.get(needed) ?? 0) > startedAt + 1e-9)
                .map((needed) => `${each} before ${needed}`),
        );
        expect(creates.length).toBeGreaterThan(40);
        expect(overtaken).toEqual([]);
    });

    test("takes as long as its critical path, within 5 %, and its phases as long as the document says", () => {
        const { timeline } = stack.rehearsal;
        const phases = Object.entries(timeline?.phases ?? {}).map(([phase, { minutes }]) => [phase, minutes]);
        expect(Object.fromEntries(phases)).toEqual({
            VMs: 3,
            "Talos bootstrap": 2,
            "Cilium install": 1,
            "Rook-Ceph": 5,
        });
        expect(timeline?.makespanMinutes).toBeLessThanOrEqual((timeline?.criticalMinutes ?? 0) * 1.05);
        expect(timeline?.sequentialMinutes).toBeGreaterThan(timeline?.makespanMinutes ?? Number.POSITIVE_INFINITY);
    });

    test("lets operators and namespaces overtake the storage they do not need", () => {
        const at = (each: string) =>
            stack.rehearsal.ledger.find((entry) => entry.kind === "create" && entry.name === each);
        const storage = at("ceph-cluster")?.finishedAt ?? 0;
        for (const early of [
            "cloudnative-pg-chart",
            "namespace-blockchain",
            "namespace-messaging",
            "rabbitmq-credentials",
        ]) {
            expect(at(early)?.finishedAt, early).toBeLessThan(storage);
        }
    });

    test("leaves no finding of the policy pack that is not accepted", () => {
        expect(stack.rehearsal.policy.violations.filter(({ level }) => level !== "advisory")).toEqual([]);
        expect(judged(stack).spof.findings).toEqual([]);
    });
});

describe("homelab-ha, which is the homelab with its own mitigations", () => {
    needsEngine();

    test("loses no service with any one component", async () => {
        const { components } = judged(await ofHomelabHa()).spof;
        expect(components.length).toBeGreaterThan(15);
        expect(components.filter(({ spof }) => spof).map(({ component }) => component)).toEqual([]);
    });

    test("accepts no risk", async () => {
        expect(judged(await ofHomelabHa()).spof.components.filter(({ accepted }) => accepted)).toEqual([]);
    });

    test("has three hypervisors, three controllers over them, three monitors, three copies", async () => {
        const { world } = await ofHomelabHa();
        const nodes = world.kubernetes.alive.flatMap((cluster) => cluster.nodes());
        expect(nodes.map(({ name, role, machine }) => `${name} ${role} ${machine.host}`).sort()).toEqual([
            "c0 controlplane pve-0",
            "c1 controlplane pve-1",
            "c2 controlplane pve-2",
            "w0 worker pve-0",
            "w1 worker pve-1",
            "w2 worker pve-2",
        ]);
        const stack = await ofHomelabHa();
        expect(stack.input("ceph-cluster", "spec.mon.count")).toBe(3);
        expect(stack.input("ceph-pool", "spec.replicated.size")).toBe(3);
        expect(stack.input("ceph-pool", "spec.parameters.min_size")).toBe("2");
        expect(stack.input("postgresql-cluster", "spec.instances")).toBe(3);
        expect(stack.input("rabbitmq-brokers", "spec.replicas")).toBe(3);
    });

    test("answers at a shared address outside of the load balancer's", async () => {
        const { rehearsal, world } = await ofHomelabHa();
        expect(rehearsal.outputs.endpoint?.value).toBe("https://10.10.0.130:6443");
        expect(world.talos.find("10.10.0.140")?.sharedAddress).toBe("10.10.0.130");
    });
});
