/** The machine configurations of the stacks, made by Talos's own generator and judged by Talos's own validation. */
import { beforeAll, describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { talosPackage } from "../../../rehearsal/providers/talos";
import { siteOf } from "../../../rehearsal/sites";
import { readDocuments } from "../../../rehearsal/world/talos-config";
import { configProblems } from "../../../rehearsal/world/talos-validate";
import { list, type Properties, text } from "../../../rehearsal/world/value";
import { World } from "../../../rehearsal/world/world";
import { stackWithCalls } from "../../harness/asked";
import { needsGoTools } from "../../harness/go-tool";
import { type Generated, generate, generator, judge, validator } from "../../harness/talos-tools";

const getConfiguration = "talos:machine/getConfiguration:getConfiguration";

/** Name a configuration gives its machine. */
function hostName(config: string): string {
    return /hostname: (\S+)/.exec(config)?.[1] ?? "";
}

/** The documents of a configuration as plain values, so that neither order of keys nor quoting counts. */
function documents(config: string): unknown[] {
    return parseAllDocuments(config).map((document) => document.toJS());
}

describe.each([
    { stack: "homelab", machines: ["c0", "w0", "w1"] },
    { stack: "homelab-ha", machines: ["c0", "c1", "c2", "w0", "w1", "w2"] },
])("the machines of $stack", ({ stack, machines }) => {
    needsGoTools(generator, validator);
    let asked: readonly { readonly args: Properties; readonly answer: Properties }[];
    let applied: readonly string[];
    let made: readonly Generated[] | undefined;

    beforeAll(async () => {
        const { stack: up, calls } = await stackWithCalls(stack);
        asked = calls.filter(({ token }) => token === getConfiguration);
        applied = [...up.state.values()]
            .filter(({ type }) => type === "talos:machine/configurationApply:ConfigurationApply")
            .map(({ inputs }) => text(inputs, "machineConfigurationInput") ?? "");
    });
    const generated = async (): Promise<readonly string[]> => {
        made ??= await generate(asked.map(({ args }) => args));
        expect(made.map(({ error }) => error)).toEqual(machines.map(() => undefined));
        return made.map(({ config }) => config ?? "");
    };

    test("each get a configuration from Talos's generator with the stack's own patches", async () => {
        expect((await generated()).map(hostName).sort()).toEqual(machines);
    });

    test.each(["cloud", "metal"] as const)("take it without an error or a warning in runtime mode %s", async (mode) => {
        const verdicts = await judge(await generated(), mode);
        expect(verdicts).toEqual(machines.map(() => ({ warnings: [] })));
    });

    test("are sent in the rehearsal what Talos's generator makes of the same secrets", async () => {
        const real = new Map((await generated()).map((config) => [hostName(config), documents(config)]));
        expect(applied.map(hostName).sort()).toEqual(machines);
        for (const config of applied) {
            expect(documents(config), hostName(config)).toEqual(real.get(hostName(config)));
        }
    });
});

describe("a mistake in a machine's configuration", () => {
    needsGoTools(generator, validator);
    let plane: Properties;
    let worker: Properties;

    beforeAll(async () => {
        const { calls } = await stackWithCalls("homelab");
        const args = calls.filter(({ token }) => token === getConfiguration).map((call) => call.args);
        const of = (type: string) => args.find((each) => text(each, "machineType") === type) ?? {};
        [plane, worker] = [of("controlplane"), of("worker")];
    });

    /** What the rehearsed provider or, after it, the rehearsed machine refuses; empty where neither does. */
    const rehearsed = async (args: Properties): Promise<string> => {
        const world = new World({ site: siteOf("homelab"), quietMs: 1 });
        try {
            const answer = await talosPackage(world).function(getConfiguration)?.(args, {
                package: "talos",
                config: {},
            });
            const [config] = readDocuments(text(answer ?? {}, "machineConfiguration") ?? "");
            return config === undefined ? "no configuration" : configProblems(config).join("\n");
        } catch (error) {
            return error instanceof Error ? error.message : String(error);
        }
    };

    const interfaces = (part: object) => ({
        machine: { network: { interfaces: [{ deviceSelector: { physical: true }, ...part }] } },
    });
    test.each([
        {
            mistake: "an unknown key",
            patch: { machine: { kubelets: {} } },
            words: "unknown keys found during decoding:",
        },
        {
            mistake: "an unknown key deep inside",
            patch: { cluster: { network: { cni: { nmae: "none" } } } },
            words: "unknown keys found during decoding:",
        },
        {
            mistake: "a document of no known kind",
            patch: { apiVersion: "v1alpha1", kind: "HostnamesConfig" },
            words: '"HostnamesConfig" "v1alpha1": not registered',
        },
        {
            mistake: "an address with a prefix of 99 bits",
            patch: interfaces({ addresses: ["10.10.0.140/99"] }),
            words: "invalid CIDR address: 10.10.0.140/99",
        },
        {
            mistake: "an address of three numbers",
            patch: interfaces({ addresses: ["10.10.140"] }),
            words: 'failed to parse IP address "10.10.140"',
        },
        {
            mistake: "a gateway that is no address",
            patch: interfaces({ routes: [{ network: "0.0.0.0/0", gateway: "10.10.0.256" }] }),
            words: '.gateway] "10.10.0.256": invalid network address',
        },
        {
            mistake: "a route to no network",
            patch: interfaces({ routes: [{ network: "0.0.0.0/33", gateway: "10.10.0.1" }] }),
            words: '.network] "0.0.0.0/33": invalid network address',
        },
        {
            mistake: "a shared address that is none",
            patch: interfaces({ vip: { ip: "10.10.0" } }),
            words: 'failed to parse "10.10.0" as IP address',
        },
        {
            mistake: "a node subnet that is none",
            patch: { machine: { kubelet: { nodeIP: { validSubnets: ["10.10.0.0/40"] } } } },
            words: 'kubelet nodeIP subnet is not valid: "10.10.0.0/40"',
        },
        {
            mistake: "a pod network Talos does not bring",
            patch: { cluster: { network: { cni: { name: "cilium" } } } },
            words: 'cni name should be one of ["flannel", "custom", "none"]',
        },
        {
            mistake: "a JSON patch of a key that is not known",
            patch: [{ op: "add", path: "/machine/kubelet/nothing", value: 1 }],
            words: "unknown keys found during decoding:",
        },
    ])("$mistake is refused by Talos, and by the rehearsal in the same words", async ({ patch, words }) => {
        const args = { ...plane, configPatches: [...list(plane, "configPatches"), JSON.stringify(patch)] };
        const [real] = await generate([args]);
        const said = real?.error ?? (await judge([real?.config ?? ""], "cloud"))[0]?.error ?? "";
        expect(said).toContain(words);
        expect(await rehearsed(args)).toContain(words);
    });

    test("a shared address on a worker is refused by Talos, and by the rehearsal in the same words", async () => {
        const patch = JSON.stringify(interfaces({ vip: { ip: "10.10.0.130" } }));
        const args = { ...worker, configPatches: [...list(worker, "configPatches"), patch] };
        const [real] = await generate([args]);
        const words = "virtual (shared) IP is not allowed on non-controlplane nodes";
        expect((await judge([real?.config ?? ""], "cloud"))[0]?.error).toContain(words);
        expect(await rehearsed(args)).toContain(words);
    });
});
