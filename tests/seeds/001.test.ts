import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, test } from "vitest";
import { imagesOf } from "../../images/catalog";
import { reachExternalAddress, reachNodePort, reachOverMesh } from "../../rehearsal/world/kubernetes/reach";
import { documentText, type Item } from "./000/document";
import { arrowsOfTable, deviations, edges, facts } from "./001/arrows";
import { Built } from "./001/built";
import { arrowItems, arrowsOf, figureItems, figures, handovers, lines } from "./001/document";
import { figuresOfDocument } from "./001/figures";
import type { Figure } from "./001/figures/figure";
import { inventories } from "./001/resources";

/** Figures that speak of a line. */
function claims({ section, text }: Item, among: readonly Figure[] = figuresOfDocument): Figure[] {
    return among.filter(
        ({ sections, mentions }) =>
            sections.some((start) => section.startsWith(start)) && mentions.every((mention) => text.includes(mention)),
    );
}

/** Lines no entry speaks of, or with a figure no entry repeats. */
function missed(items: readonly Item[], among: readonly Figure[] = figuresOfDocument): Item[] {
    return items.filter((item) => {
        const spoken = claims(item, among).flatMap(({ mentions }) => mentions.flatMap(figures));
        return claims(item, among).length === 0 || figures(item.text).some((figure) => !spoken.includes(figure));
    });
}

/** Arrows as one can compare them. */
const told = (arrows: readonly Item[]) => arrows.map(({ section, text }) => `${section}: ${text}`).sort();

/** A line with one thing in it changed: each node, each arrow, each label; and with an arrow more. */
function changes({ text }: Item): string[] {
    const at = (place: number, length: number, other: string) =>
        `${text.slice(0, place)}${other}${text.slice(place + length)}`;
    const bare = text.replace(/"[^"]*"/g, (label) => "_".repeat(label.length));
    const nodes = [...bare.matchAll(/(?<=^|[&>|] |^\w+-?->>)[A-Za-z]\w*/g)].map(({ 0: name, index }) =>
        at(index, name.length, "Another"),
    );
    const heads = [...bare.matchAll(/-->|-\.->|->>/g)].map(({ 0: arrow, index }) =>
        at(index, arrow.length, arrow === "->>" ? "-->>" : arrow === "-->" ? "-.->" : "-->"),
    );
    const labels = [...bare.matchAll(/(?<=\|)[^|]+(?=\|)|(?<=-\.)\w+(?=\.->)|(?<=->>\w+: ).+$/g)].map(
        ({ 0: label, index }) => at(index, label.length, "another"),
    );
    const more = text.includes("->>") ? [] : [`${text} --> Another`];
    return [...nodes, ...heads, ...labels, ...more];
}

/** The arrows of a line; one of a form the document does not use is an arrow the table lacks. */
function seen(item: Item): string[] {
    try {
        return told(arrowsOf(item));
    } catch {
        return [`${item.section}: ${item.text}`];
    }
}

const document = documentText("001");

if (document !== undefined) {
    describe("the document", () => {
        const items = figureItems(document);

        test("has no figure that the table misses", () => {
            expect(items.length).toBeGreaterThan(60);
            expect(missed(items)).toEqual([]);
        });

        test("has every figure that the table has", () => {
            const idle = figuresOfDocument.filter((each) => !items.some((item) => claims(item, [each]).length > 0));
            expect(idle.map(({ says }) => says)).toEqual([]);
        });

        test("is missed where the table lacks one of its figures", () => {
            const idle = figuresOfDocument.filter((each) => {
                const others = figuresOfDocument.filter((other) => other !== each);
                return missed(items, others).length === 0;
            });
            expect(idle.map(({ says }) => says)).toEqual([]);
        });

        test("is missed where one of its figures changes", () => {
            const silent = items.flatMap((item) =>
                [...item.text.matchAll(/(?<![A-Za-z\d.])\d+(?:\.\d+)*/g)].flatMap(({ 0: figure, index: place }) => {
                    const text = `${item.text.slice(0, place)}97${item.text.slice(place + figure.length)}`;
                    return missed([{ ...item, text }]).length > 0 ? [] : [text];
                }),
            );
            expect(silent).toEqual([]);
        });

        test("draws the arrows of the table, each once, and no others", () => {
            const drawn = told(arrowItems(document));
            expect(drawn.length).toBeGreaterThan(150);
            expect(told(arrowsOfTable)).toEqual(drawn);
        });

        test("is missed where one of its arrows changes, goes away or is added", () => {
            const known = new Set(told(arrowsOfTable));
            const drawing = lines(document).filter((item) => arrowsOf(item).length > 0);
            const silent = drawing.flatMap((item) => {
                const before = told(arrowsOf(item));
                return ["", ...changes(item)].filter((text) => {
                    const after = seen({ ...item, text });
                    return before.every((each) => after.includes(each)) && after.every((each) => known.has(each));
                });
            });
            expect(drawing.flatMap(changes).length).toBeGreaterThan(3 * drawing.length);
            expect(silent).toEqual([]);
        });

        test("is missed where a row of its timeline takes longer or goes away", () => {
            const rows = lines(document).filter(({ section }) => section === "Deployment Timeline");
            const before = told(handovers(rows));
            const silent = rows.flatMap((row, index) => {
                const longer = row.text.replace(/(?<=, )\d+m$/, "97m");
                return [rows.toSpliced(index, 1), rows.with(index, { ...row, text: longer })]
                    .filter((changed) => told(handovers(changed)).join() === before.join())
                    .map(() => row.text);
            });
            const timed = (text: string) => /, \d+m$/.test(text) && !text.startsWith("All Checks");
            expect(before).toHaveLength(10);
            expect(silent.filter(timed)).toEqual([]);
        });
    });
}

let free: Promise<Built> | undefined;
let free2026: Promise<Built> | undefined;
const ofFree = () => (free ??= Built.of("oci-free"));
const ofFree2026 = () => (free2026 ??= Built.of("oci-free-2026"));

describe("the document's figures hold on oci-free", () => {
    test.each(figuresOfDocument.map((each) => [each.says, each] as const))("%s", async (_, { holds }) =>
        holds(await ofFree()),
    );
});

describe("the document's arrows are edges of oci-free", () => {
    test.each(edges.map((each) => [`${each.section}: ${each.text}`, each] as const))("%s", async (_, edge) => {
        const stack = await ofFree();
        expect(edge.waiting.length).toBeGreaterThan(0);
        for (const name of edge.waiting) {
            const waits = stack.waitsFor(name);
            expect(
                edge.waitedFor.filter((each) => waits.has(each)),
                name,
            ).not.toEqual([]);
        }
        const idle = edge.waitedFor.filter((each) => !edge.waiting.some((name) => stack.waitsFor(name).has(each)));
        expect(idle).toEqual([]);
    });
});

describe.each([
    ["the document's arrows are facts", facts],
    ["the document's arrows are drawn otherwise", deviations],
])("%s", (_title, claimed) => {
    const named = claimed.map((each) => [`${each.section}, ${each.arrows.join("; ")}: ${each.says}`, each] as const);
    test.each(named)("%s", async (_, { holds }) => holds(await ofFree()));
});

/** The reserved addresses come while the nodes are prepared; Talos's image is imported while the network is made. */
const overlapping = {
    "oci-free": ["Proxmox Cluster overlaps OCI Infrastructure by 1"],
    "oci-free-2026": ["Talos K8s overlaps OCI Infrastructure by 2", "Upload to OCI overlaps OCI Infrastructure by 15"],
};

describe.each([
    ["oci-free", ofFree],
    ["oci-free-2026", ofFree2026],
] as const)("%s", (name, built) => {
    test("consists of exactly these resources", async () => {
        const told = (await built()).resources.map((each) => `${each.type} ${each.name}`);
        const expected = Object.entries(inventories[name]).flatMap(([type, all]) => all.map((one) => `${type} ${one}`));
        expect(told.sort()).toEqual(expected.sort());
    });

    test("leaves a world in which nothing is wrong", async () => {
        expect((await built()).world.audit()).toEqual([]);
    });

    test("uses no more than is free, and costs nothing under the allowance it declares", async () => {
        const stack = await built();
        expect(stack.meters.length).toBeGreaterThan(6);
        expect(stack.meters.filter(({ used, max, unknown }) => used > max || unknown.length > 0)).toEqual([]);
        expect(stack.cost()).toMatchObject({ monthlyUsd: 0, unpriced: [] });
    });

    test("takes at most 75 minutes, within 5 % of its critical path", async () => {
        const { makespanMinutes, criticalMinutes } = (await built()).timeline;
        expect(makespanMinutes).toBeLessThanOrEqual(75);
        expect(makespanMinutes).toBeLessThanOrEqual(criticalMinutes * 1.05);
    });

    test("names where two of the document's phases are at work at once", async () => {
        const { overlaps } = (await built()).timeline;
        const told = overlaps.map(({ earlier, later, minutes }) => `${later} overlaps ${earlier} by ${minutes}`);
        expect(told.sort()).toEqual(overlapping[name]);
    });

    test("lets in the world at 80 and 443 of the ingress, its owner at 22 of the bastion, and nobody elsewhere", async () => {
        const { world, outputs } = await built();
        const { ingressAddress, bastionAddress } = outputs;
        const open = (from: string, to: unknown) =>
            [22, 80, 443, 6443, 8006, 50000, 30080].filter(
                (port) => world.oracle.trace(from, String(to), port).delivered,
            );
        expect(open("192.0.2.9", ingressAddress)).toEqual([80, 443]);
        expect(open("192.0.2.9", bastionAddress)).toEqual([]);
        expect(open("198.51.100.7", bastionAddress)).toEqual([22]);
    });

    test("shows its private service over the mesh only", async () => {
        const cluster = (await built()).kubernetes;
        expect(reachOverMesh(cluster, "whoami", 80)).toMatchObject({ service: "private/whoami", port: 8080 });
        expect(reachOverMesh(cluster, "whoami", 81)).toHaveProperty("stopped");
        expect([80, 8080, 30099].map((port) => "stopped" in reachNodePort(cluster, port))).toEqual([true, true, true]);
    });
});

describe("a packet from the internet", () => {
    test.each([
        [80, 30080, 8000],
        [443, 30443, 8443],
    ])(
        "to port %i of oci-free goes by node port %i to port %i of the ingress controller",
        async (port, nodePort, end) => {
            const stack = await ofFree();
            const trace = stack.world.oracle.trace("192.0.2.9", String(stack.outputs.ingressAddress), port);
            expect(trace.at).toEqual({ instance: "ampere-1", address: "10.0.1.30", port });
            const next = stack.world.hosts.forward("ampere-1", "10.0.1.30", port);
            expect(next).toEqual({ address: "10.20.0.11", port: nodePort });
            expect(reachNodePort(stack.kubernetes, nodePort)).toMatchObject({ service: "ingress/traefik", port: end });
        },
    );

    test("to oci-free-2026 ends at the ingress controller, which Cilium answers for", async () => {
        const stack = await ofFree2026();
        const { at } = stack.world.oracle.trace("192.0.2.9", String(stack.outputs.ingressAddress), 443);
        expect(at).toEqual({ instance: "ampere-1", address: "10.0.1.30", port: 443 });
        expect(reachExternalAddress(stack.kubernetes, "10.0.1.30", 443)).toMatchObject({
            service: "ingress/traefik",
            port: 8443,
        });
        expect(reachExternalAddress(stack.kubernetes, "10.0.1.30", 22)).toHaveProperty("stopped");
    });
});

describe("today's allowance", () => {
    test("makes oci-free cost $28.04 a month, and oci-free-2026 nothing", async () => {
        expect((await ofFree()).cost("2026-11-21").monthlyUsd).toBe(28.04);
        expect((await ofFree2026()).cost("2026-11-21").monthlyUsd).toBe(0);
    });
});

describe("oci-free differs from the document", () => {
    test("in its cores, since Oracle takes whole ones: 2 + 1 + 1 for 3 x 1.33", async () => {
        const stack = await ofFree();
        const cores = [1, 2, 3].map((number) => stack.input(`instance-ampere-${number}`, "shapeConfig.ocpus"));
        expect(cores).toEqual([2, 1, 1]);
    });

    test("in its hypervisor's image, which is no Debian 12: Proxmox VE is for arm64 since 9.2 only, on Debian 13", async () => {
        const recipes = path.join(__dirname, "..", "..", "images", "recipe");
        const release = (script: string) =>
            / (\w+) "\$work\/root\.tar"$/m.exec(fs.readFileSync(path.join(recipes, script), "utf8"))?.[1];
        expect(
            imagesOf("oracle-proxmox", "").map(({ operatingSystem, operatingSystemVersion, recipe }) => [
                `${operatingSystem} ${operatingSystemVersion}`,
                release(recipe?.script ?? ""),
            ]),
        ).toEqual([
            ["Debian 12", "bookworm"],
            ["Proxmox VE 9", "trixie"],
        ]);
        const { world } = await ofFree();
        expect(world.site.oracle?.images.find(({ boots }) => boots === "proxmox")?.version).toBe("9.2");
    });

    test("in its OSDs, which share the boot volumes: four of 50 GB fill the 200 that are free", async () => {
        const stack = await ofFree();
        expect(stack.resources.filter(({ type }) => type.startsWith("oci:Core/volume"))).toEqual([]);
        expect(stack.proxmox.osds).toHaveLength(3);
    });

    test("in its machines' network, since a VCN delivers to the addresses of its interfaces only", async () => {
        const stack = await ofFree();
        expect([...stack.proxmox.vnets.values()].map(({ cidr, gateway }) => [cidr, gateway])).toEqual([
            ["10.20.0.0/24", "10.20.0.1"],
        ]);
    });

    test("in its machines' processors, which are emulated: A1 offers no virtualisation", async () => {
        expect((await ofFree()).input("machine-cp-1", "cpu.type")).toBe("max");
    });

    test("in its budget, whose amount is a whole dollar: the cent is one percent of it", async () => {
        expect((await ofFree()).input("cost-guard-budget", "amount")).toBe(1);
    });
});
