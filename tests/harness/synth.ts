/** Runs a program, or a part of one, under mocks and records the graph it registers: no engine, no provider. */
import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { type WireValue, wireValue } from "./wire-value";

/** One resource as the program registered it. Resources are named by their names, which are unique in a test. */
export interface Registered {
    readonly type: string;
    readonly name: string;
    readonly urn: string;
    /** Name of the parent; empty at the top. */
    readonly parent: string;
    readonly inputs: WireValue;
    /** Names of the resources it waits for, by option or by data, in alphabetical order. */
    readonly dependencies: readonly string[];
    /** Name of the resource that takes it along; empty where none does. */
    readonly deletedWith: string;
    readonly protect: boolean;
    readonly ignoreChanges: readonly string[];
    readonly secretOutputs: readonly string[];
    /** Where its plugin comes from, e.g. `github://api.github.com/pulumiverse 0.8.1`; empty for a component. */
    readonly plugin: string;
    /** What a component registered as its outputs. */
    outputs: WireValue;
}

/** One call of a provider's function. */
export interface Called {
    readonly token: string;
    readonly args: WireValue;
}

/** What a program registered. */
export interface Graph {
    /** In the order of their names. */
    readonly resources: readonly Registered[];
    /** In the order they were made. */
    readonly calls: readonly Called[];
    /** What the program returned. */
    readonly outputs: WireValue;
}

/** How a program is run. */
export interface SynthOptions {
    /** False answers as an update does, where what a provider computes is known. Default true: a first preview. */
    readonly preview?: boolean;
    /** Stack config by key, e.g. `strata:network`; structured values are handed on as JSON. */
    readonly config?: Readonly<Record<string, unknown>>;
    readonly stack?: string;
    /** What a provider computes for a resource, beside its inputs. Default: nothing. */
    readonly computed?: (type: string, name: string) => Record<string, unknown>;
    /** What a provider's function answers. Default: nothing. */
    readonly answered?: (token: string) => Record<string, unknown>;
}

const nameOf = (urn: string): string => urn.split("::").at(-1) ?? "";

/**
 * Runs a program and waits until it has registered everything. What it throws, this throws, with nothing left behind
 * for the next test. One at a time: the monitor is one for the process.
 */
export async function synth(program: () => unknown, options: SynthOptions = {}): Promise<Graph> {
    const { preview = true, config = {}, stack = "test" } = options;
    const resources: Registered[] = [];
    const calls: Called[] = [];
    const restore = record(resources);
    const thrown: unknown[] = [];
    try {
        await pulumi.runtime.setMocks(
            {
                newResource: ({ type, name, inputs }) => ({
                    id: `${name}-id`,
                    state: { ...(preview ? {} : inputs), ...options.computed?.(type, name) },
                }),
                call: ({ token, inputs }) => {
                    calls.push({ token, args: wireValue(inputs) });
                    return options.answered?.(token) ?? {};
                },
            },
            "strata",
            stack,
            preview,
        );
        const texts = Object.entries(config).map(([key, value]) => [
            key,
            typeof value === "string" ? value : JSON.stringify(value),
        ]);
        pulumi.runtime.setAllConfig(Object.fromEntries(texts));
        await pulumi.runtime
            .runInPulumiStack(async () => {
                try {
                    return await program();
                } catch (error) {
                    thrown.push(error);
                    return undefined;
                }
            })
            .catch((error: unknown) => thrown.push(error));
        await pulumi.runtime.disconnect();
    } finally {
        restore();
        pulumi.runtime.setAllConfig({});
    }
    if (thrown.length > 0) {
        throw thrown[0];
    }
    const isStack = ({ type }: Registered) => type === "pulumi:pulumi:Stack";
    return {
        resources: resources.filter((each) => !isStack(each)).sort((a, b) => (a.name < b.name ? -1 : 1)),
        calls,
        outputs: resources.find(isStack)?.outputs ?? {},
    };
}

type Register = MockMonitor["registerResource"];
type RegisterOutputs = MockMonitor["registerResourceOutputs"];

/** Lets the mock monitor write down what it is asked; returns what undoes that. */
function record(into: Registered[]): () => void {
    const register: Register = MockMonitor.prototype.registerResource;
    const registerOutputs: RegisterOutputs = MockMonitor.prototype.registerResourceOutputs;
    const byUrn = new Map<string, Registered>();
    MockMonitor.prototype.registerResource = function (this: MockMonitor, request, callback) {
        const answer: Register = (req, done) => register.call(this, req, done);
        return answer(request, (error: unknown, response: { getUrn(): string } | undefined) => {
            if (response !== undefined) {
                const parent = request.getParent();
                const plugin = [request.getPlugindownloadurl(), request.getVersion()].filter((part) => part !== "");
                const registered: Registered = {
                    type: request.getType(),
                    name: request.getName(),
                    urn: response.getUrn(),
                    parent: parent.includes("::pulumi:pulumi:Stack::") ? "" : nameOf(parent),
                    inputs: wireValue(request.getObject()?.toJavaScript() ?? {}),
                    dependencies: [...new Set<string>(request.getDependenciesList().map(nameOf))].sort(),
                    deletedWith: nameOf(request.getDeletedwith()),
                    protect: request.getProtect() ?? false,
                    ignoreChanges: request.getIgnorechangesList(),
                    secretOutputs: request.getAdditionalsecretoutputsList(),
                    plugin: plugin.join(" "),
                    outputs: {},
                };
                into.push(registered);
                byUrn.set(registered.urn, registered);
            }
            callback(error, response);
        });
    };
    MockMonitor.prototype.registerResourceOutputs = function (this: MockMonitor, request, callback) {
        const found = byUrn.get(request.getUrn());
        if (found !== undefined) {
            found.outputs = wireValue(request.getOutputs()?.toJavaScript() ?? {});
        }
        return registerOutputs.call(this, request, callback);
    };
    // The SDK's mocks know no error hooks: they are taken, and never called.
    const hooks = { registerErrorHook: (_: unknown, done: (error: null) => void) => done(null) };
    Object.assign(MockMonitor.prototype, hooks);
    return () => {
        MockMonitor.prototype.registerResource = register;
        MockMonitor.prototype.registerResourceOutputs = registerOutputs;
    };
}

/** `type name` of each resource. */
export function listed({ resources }: Graph): readonly string[] {
    return resources.map(({ type, name }) => `${type} ${name}`);
}

/** The resource of a name. */
export function named({ resources }: Graph, name: string): Registered {
    const found = resources.find((each) => each.name === name);
    if (found === undefined) {
        throw new Error(`no resource is called ${name}; there are ${resources.map((each) => each.name).join(", ")}`);
    }
    return found;
}
