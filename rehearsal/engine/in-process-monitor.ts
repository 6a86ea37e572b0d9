/** The engine's side of a program that runs without an engine: what the SDK calls, answered by the world itself. */
import { randomUUID } from "node:crypto";
import { status } from "@grpc/grpc-js";
import { InvokeResponse } from "@pulumi/pulumi/proto/provider_pb";
import type * as messages from "@pulumi/pulumi/proto/resource_pb";
import {
    ReadResourceResponse,
    RegisterResourceResponse,
    SupportsFeatureResponse,
} from "@pulumi/pulumi/proto/resource_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { refused, type WireError } from "../protocol/answers";
import { configurationOf } from "../protocol/configuration";
import { fromStruct, nothingSecret, type Secrets, secretsOfResult, toStruct } from "../protocol/values";
import type { PackageBehaviour, ProviderInstance, ResourceBehaviour } from "../world/behaviour";
import { hasUnknown, type Properties } from "../world/value";
import { ErrorHooks } from "./in-process-hooks";
import { type InProcessResource, Steps, type StepsOptions } from "./in-process-steps";

/** Something that went wrong, with the resource it happened to. */
export interface InProcessError {
    readonly urn?: string;
    readonly message: string;
}

/** What the monitor works with. */
export interface MonitorOptions extends StepsOptions {
    readonly project: string;
    readonly stack: string;
    /** Configuration by full key, as default providers get it. */
    readonly config: ReadonlyMap<string, string>;
    readonly packages: readonly PackageBehaviour[];
    /** Called at each sign of life. */
    readonly onActivity: () => void;
}

type Answer<T> = (error: WireError | null, response?: T) => void;

const urnSeparator = "::";

/** Answers one run of one program. */
export class InProcessMonitor {
    readonly errors: InProcessError[] = [];
    /** URNs the program registered, in order. */
    readonly registered = new Set<string>();
    #busy = 0;
    readonly #hooks = new ErrorHooks();
    readonly #providers = new Map<string, ProviderInstance>();

    /** What it does to the world and to the state. */
    readonly steps: Steps;

    constructor(private readonly options: MonitorOptions) {
        this.steps = new Steps(options);
    }

    /** True while something the program asked for is being done. */
    get busy(): boolean {
        return this.#busy > 0;
    }

    supportsFeature(_: messages.SupportsFeatureRequest, answer: Answer<SupportsFeatureResponse>): void {
        // Values with dependencies of their own would only tell what the dependency lists tell already.
        answer(null, new SupportsFeatureResponse().setHassupport(_.getId() !== "outputValues"));
    }

    registerResource(request: messages.RegisterResourceRequest, answer: Answer<RegisterResourceResponse>): void {
        this.#do(() => this.#register(request), answer, this.#urn(request));
    }

    readResource(request: messages.ReadResourceRequest, answer: Answer<ReadResourceResponse>): void {
        this.#do(() => this.#read(request), answer, this.#urn(request));
    }

    invoke(request: messages.ResourceInvokeRequest, answer: Answer<InvokeResponse>): void {
        this.#do(() => this.#invoke(request), answer);
    }

    registerResourceOutputs(request: messages.RegisterResourceOutputsRequest, answer: Answer<Empty>): void {
        const known = this.options.state.get(request.getUrn());
        if (known !== undefined) {
            const { value, secrets } = fromStruct(request.getOutputs());
            this.options.state.set(known.urn, { ...known, outputs: value, secrets });
        }
        answer(null, new Empty());
    }

    /** Takes a hook that is asked when a resource that names it fails. */
    registerErrorHook(request: messages.RegisterErrorHookRequest, answer: Answer<Empty>): void {
        this.#hooks.register(request);
        answer(null, new Empty());
    }

    /** Ends the registration of resources, which here means nothing. */
    signalAndWaitForShutdown(_: Empty, answer: Answer<Empty>): void {
        answer(null, new Empty());
    }

    /** The SDK closes its connection at the end of a program; here is none. */
    close(): void {}

    /** Does what is asked; an error is noted and the program gets no answer, as the engine stops a program. */
    #do<T>(act: () => Promise<T>, answer: Answer<T>, urn?: string): void {
        if (this.errors.length > 0 || this.steps.dead) {
            return;
        }
        this.#busy++;
        this.options.onActivity();
        act().then(
            (response) => {
                this.#busy--;
                this.options.onActivity();
                if (!this.steps.dead) {
                    answer(null, response);
                }
            },
            (error: unknown) => {
                this.#busy--;
                this.options.onActivity();
                const message = error instanceof Error ? error.message : String(error);
                if (urn === undefined) {
                    // A failed call throws in the program, which may catch it.
                    answer(refused(message, status.UNKNOWN));
                } else {
                    this.errors.push({ urn, message });
                }
            },
        );
    }

    #urn(request: messages.RegisterResourceRequest | messages.ReadResourceRequest): string {
        const { project, stack } = this.options;
        const parentType = request.getParent().split(urnSeparator)[2];
        const own = request.getType();
        const type = parentType === undefined || parentType === rootType ? own : `${parentType}$${own}`;
        return [`urn:pulumi:${stack}`, project, type, request.getName()].join(urnSeparator);
    }

    async #register(request: messages.RegisterResourceRequest): Promise<RegisterResourceResponse> {
        const urn = this.#urn(request);
        this.registered.add(urn);
        const news = fromStruct(request.getObject());
        const type = request.getType();
        const base = {
            urn,
            type,
            name: request.getName(),
            custom: request.getCustom(),
            parent: request.getParent(),
            inputs: news.value,
            secrets: news.secrets,
            dependencies: request.getDependenciesList(),
            propertyDependencies: Object.fromEntries(
                request
                    .getPropertydependenciesMap()
                    .getEntryList()
                    .map(([key]) => [key, request.getPropertydependenciesMap().get(key)?.getUrnsList() ?? []]),
            ),
            protect: request.getProtect() ?? false,
            ignoreChanges: request.getIgnorechangesList(),
            providerReference: request.getProvider(),
        };
        if (!base.custom) {
            this.options.state.set(urn, { ...base, id: "", outputs: news.value, provider: noProvider });
            return response(urn, "", news.value, news.secrets);
        }
        if (type.startsWith(providerType)) {
            return this.#registerProvider(base);
        }
        const provider = this.#provider(request.getProvider(), type);
        if (provider === undefined) {
            // The engine knows nothing of a provider whose configuration is unknown, and asks it nothing.
            return response(urn, "", {}, nothingSecret);
        }
        const wanted = { ...base, provider };
        const hooks = request.getHooks()?.getOnErrorList() ?? [];
        const { id, outputs, secrets } = await this.#hooks.retrying(hooks, wanted, () =>
            this.steps.take(wanted, this.#behaviour(type)),
        );
        return response(urn, id, outputs, secrets);
    }

    #registerProvider(base: Omit<InProcessResource, "id" | "outputs" | "provider">): RegisterResourceResponse {
        const { urn, type, inputs, secrets } = base;
        const name = type.slice(providerType.length);
        const config = configurationOf(inputs);
        const refusals = this.#package(name).checkConfig?.(config) ?? [];
        if (refusals.length > 0) {
            throw new Error(refusals.map(({ property, reason }) => `${property}: ${reason}`).join("; "));
        }
        const known = this.options.state.get(urn);
        const id = known?.id ?? randomUUID();
        const provider: ProviderInstance = { package: name, config };
        if (!hasUnknown(inputs)) {
            this.#providers.set(`${urn}${urnSeparator}${id}`, provider);
        }
        this.options.state.set(urn, { ...base, id, outputs: inputs, provider });
        this.steps.note(known === undefined ? "create" : undefined, urn);
        return response(urn, id, inputs, secrets);
    }

    async #read(request: messages.ReadResourceRequest): Promise<ReadResourceResponse> {
        const urn = this.#urn(request);
        const type = request.getType();
        const state = fromStruct(request.getProperties());
        const provider = this.#provider(request.getProvider(), type);
        const answer = new ReadResourceResponse().setUrn(urn);
        if (provider === undefined) {
            return answer;
        }
        const id = request.getId();
        const about = { urn, type, name: request.getName(), provider };
        const found = await this.options.operations.run({ kind: "read", ...about }, state.value, (operation) =>
            this.#behaviour(type).read(id, state.value, {}, operation),
        );
        if (found === undefined) {
            throw new Error(`resource '${id}' does not exist`);
        }
        return answer.setProperties(toStruct(found.outputs, secretsOfResult(found.outputs, [state])));
    }

    async #invoke(request: messages.ResourceInvokeRequest): Promise<InvokeResponse> {
        const token = request.getTok();
        const args = fromStruct(request.getArgs());
        const provider = this.#provider(request.getProvider(), token);
        const answer = new InvokeResponse();
        if (provider === undefined) {
            return answer;
        }
        const behaviour = this.#package(packageOf(token));
        const call = behaviour.function(token);
        if (call === undefined) {
            throw new Error(`unknown function '${token}'`);
        }
        const result = await call(args.value, provider);
        return answer.setReturn(toStruct(result, secretsOfResult(result, [args], behaviour.secretResults?.[token])));
    }

    /** The provider a request names, the default one where it names none, undefined where it is not known yet. */
    #provider(reference: string, token: string): ProviderInstance | undefined {
        if (reference !== "") {
            return this.#providers.get(reference);
        }
        const name = packageOf(token);
        const own = [...this.options.config].filter(([key]) => key.startsWith(`${name}:`));
        const config = Object.fromEntries(own.map(([key, value]) => [key.slice(name.length + 1), value]));
        return { package: name, config: configurationOf(config) };
    }

    #package(name: string): PackageBehaviour {
        const found = this.options.packages.find((behaviour) => behaviour.name === name);
        if (found === undefined) {
            throw new Error(`no resource plugin 'pulumi-resource-${name}' found`);
        }
        return found;
    }

    #behaviour(type: string): ResourceBehaviour {
        const found = this.#package(packageOf(type)).resource(type);
        if (found === undefined) {
            throw new Error(`unknown resource type '${type}'`);
        }
        return found;
    }
}

const providerType = "pulumi:providers:";
const rootType = "pulumi:pulumi:Stack";
const noProvider: ProviderInstance = { package: "pulumi", config: {} };

/** The package a token belongs to. */
export function packageOf(token: string): string {
    return token.slice(0, token.indexOf(":"));
}

function response(urn: string, id: string, outputs: Properties, secrets: Secrets): RegisterResourceResponse {
    const answer = new RegisterResourceResponse();
    answer.setUrn(urn);
    answer.setId(id);
    answer.setObject(toStruct(outputs, secrets));
    return answer;
}
