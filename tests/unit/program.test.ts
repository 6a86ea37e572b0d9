import { afterAll, beforeAll, describe, expect, test } from "vitest";
import program from "../../index";
import { stackSections } from "../harness/stack-config";
import { type Graph, named, synth } from "../harness/synth";
import { timesAsLong } from "../harness/times-as-long";
import { unknown } from "../harness/wire-value";

const token = "strata@pve!deploy=00000000-0000-4000-8000-000000000001";

/** The whole program over some sections, as a first preview sees it. */
function run(sections: Record<string, unknown>, stack = "homelab"): Promise<Graph> {
    const own = Object.entries(sections).map(([section, value]) => [`strata:${section}`, value]);
    return synth(program, { config: { ...Object.fromEntries(own), "proxmoxve:apiToken": token }, stack });
}

describe.each([
    ["homelab", 3],
    ["homelab-ha", 6],
])("the program on %s, before anything exists", (stack, machines) => {
    let graph: Graph;
    beforeAll(async () => {
        graph = await run(stackSections(stack), stack);
    });

    test("registers every layer, each as components of its own folder", () => {
        const components = graph.resources.filter(({ type, parent }) => type.startsWith("strata:") && parent === "");
        const layers = new Set(components.map(({ type }) => type.split(":")[1]));
        expect([...layers].sort()).toEqual(["apps", "cni", "hypervisor", "machines", "storage", "talos"]);
    });

    test("makes one machine and one configuration for each machine of its file", () => {
        const count = (type: string) => graph.resources.filter((each) => each.type === type).length;
        expect(count("proxmoxve:index/vmLegacy:VmLegacy")).toBe(machines);
        expect(count("talos:machine/configurationApply:ConfigurationApply")).toBe(machines);
    });

    test("uses SSH nowhere: no remote command, no SSH of the provider, no user data, no file that needs it", () => {
        const types = graph.resources.map(({ type }) => type);
        expect(types.filter((type) => /^command:remote|fileLegacy/i.test(type))).toEqual([]);
        expect(named(graph, "proxmox-api").inputs).not.toHaveProperty("ssh");
        const asked = JSON.stringify(graph.resources.map(({ inputs }) => inputs));
        expect(asked).not.toMatch(/"(userDataFileId|userAccount|fileId|hookScriptFileId)"/);
    });

    test("has components whose facts are all known", () => {
        const facts = graph.resources.filter(({ outputs }) => outputs.facts !== undefined);
        expect(facts.length).toBeGreaterThan(5);
        expect(JSON.stringify(facts.map(({ outputs }) => outputs.facts))).not.toContain("<unknown>");
    });

    test("says endpoint, addresses and MAC addresses at once, and credentials only when they are made", () => {
        const known = ["endpoint", "nodeAddresses", "macAddresses"].map((key) => JSON.stringify(graph.outputs[key]));
        expect(known.join()).not.toMatch(/unknown|undefined/);
        const { kubeconfig, talosconfig, credentials } = graph.outputs;
        expect({ kubeconfig, talosconfig, credentials }, "nobody has made them").toEqual({
            kubeconfig: unknown,
            talosconfig: unknown,
            credentials: unknown,
        });
    });

    test("names every resource of a component after it, so that names say where a thing belongs", () => {
        const resources = graph.resources.filter(({ type, parent }) => !type.startsWith("strata:") && parent !== "");
        const strangers = resources.filter(({ name, parent }) => !name.startsWith(`${parent}-`));
        expect(strangers.map(({ name }) => name)).toEqual([]);
    });
});

/** A fleet of many machines on hosts with room for them. */
function fleetOf(count: number): Record<string, unknown> {
    const names = Array.from({ length: count }, (_, turn) => (turn < 3 ? `c${turn}` : `w${turn}`));
    const machines = names.map((name, turn) => [
        name,
        {
            role: turn < 3 ? "controlplane" : "worker",
            host: `pve-${turn % 5}`,
            address: `10.10.${1 + (turn >> 8)}.${turn & 255}`,
            vmId: 1000 + turn,
            ...(turn < 3 ? {} : { storageDiskGiB: 40 }),
        },
    ]);
    const ha = stackSections("homelab-ha");
    const nodes = Array.from({ length: 5 }, (_, turn) => [`pve-${turn}`, { memoryGiB: 4 * count }]);
    return {
        ...ha,
        network: { cidr: "10.10.0.0/16", gateway: "10.10.0.1" },
        hypervisor: { endpoint: "https://10.10.0.10:8006/", nodes: Object.fromEntries(nodes) },
        machines: Object.fromEntries(machines),
        storage: { ...(ha.storage as object), monitors: ["w3", "w4", "w5"] },
    };
}

describe("the time from config to the last registration", () => {
    const { stackTraceLimit } = Error;
    beforeAll(() => {
        // Pulumi captures a stack for each promise, which under a test runner's source maps is most of the time.
        Error.stackTraceLimit = 0;
    });
    afterAll(() => {
        Error.stackTraceLimit = stackTraceLimit;
    });

    const machines = async (count: number): Promise<void> => {
        const graph = await run(fleetOf(count), "many");
        expect(graph.resources.filter(({ type }) => type.endsWith(":VmLegacy"))).toHaveLength(count);
    };

    test("is under five times as long for 200 machines as for 50", { timeout: 120_000 }, async () => {
        const ratio = await timesAsLong(
            4,
            3,
            () => machines(50),
            () => machines(200),
        );
        expect(ratio).toBeLessThan(5);
    });
});
