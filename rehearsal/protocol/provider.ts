/** One package of providers as the engine meets it over gRPC: every method it calls, answered by the world. */
import type { ServerUnaryCall, sendUnaryData, UntypedServiceImplementation } from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { PackageBehaviour, ProviderInstance, ResourceBehaviour } from "../world/behaviour";
import { PartialFailure, Refusal } from "../world/refusal";
import type { Properties } from "../world/value";
import type { World } from "../world/world";
import { answerTo, wireFailures } from "./answers";
import { configurationOf } from "./configuration";
import { changedKeys, differenceOf } from "./difference";
import type { Inventory } from "./inventory";
import type { Asked, Operations } from "./operations";
import { fromStruct, type Secrets, secretsOfResult, secretTexts, toStruct, type Unsealed } from "./values";

/** What a request about a resource tells of it. */
interface AboutResource {
    getUrn(): string;
    getType(): string;
    getName(): string;
}

/** What every simulated provider says of its version: above whatever a program asks for, so that the engine is content. */
const pluginVersion = "1000.0.0-rehearsal";

/** Answers for one package. Providers of the same package are told apart by the connection the engine opens for each. */
export class PackageService {
    readonly #instances = new Map<string, ProviderInstance>();

    constructor(
        private readonly behaviour: PackageBehaviour,
        private readonly world: World,
        private readonly operations: Operations,
        private readonly inventory: Inventory,
        /** True where nobody described the package: everything it answers is made up. */
        private readonly stranger: boolean,
    ) {}

    /** The methods by the names of the service definition. */
    implementation(): UntypedServiceImplementation {
        return {
            handshake: this.#answer("handshake", async () => this.#handshake()),
            attach: this.#answer("attach", async () => new Empty()),
            getPluginInfo: this.#answer("getPluginInfo", async () => new PluginInfo().setVersion(pluginVersion)),
            checkConfig: this.#answer("checkConfig", async (request: proto.CheckRequest) => this.#checkConfig(request)),
            diffConfig: this.#answer("diffConfig", async (request: proto.DiffRequest) => this.#diffConfig(request)),
            configure: this.#answer("configure", async (request: proto.ConfigureRequest, peer) =>
                this.#configure(request, peer),
            ),
            check: this.#answer("check", async (request: proto.CheckRequest, peer) => this.#check(request, peer)),
            diff: this.#answer("diff", async (request: proto.DiffRequest) => this.#diff(request)),
            create: this.#answer("create", (request: proto.CreateRequest, peer) => this.#create(request, peer)),
            read: this.#answer("read", (request: proto.ReadRequest, peer) => this.#read(request, peer)),
            update: this.#answer("update", (request: proto.UpdateRequest, peer) => this.#update(request, peer)),
            delete: this.#answer("delete", (request: proto.DeleteRequest, peer) => this.#delete(request, peer)),
            invoke: this.#answer("invoke", (request: proto.InvokeRequest, peer) => this.#invoke(request, peer)),
            cancel: this.#answer("cancel", async () => new Empty()),
        };
    }

    /** Wraps a method: the clock hears of it, and what it throws becomes the engine's error. */
    #answer<Request, Response>(method: string, act: (request: Request, peer: string) => Promise<Response>) {
        return (call: ServerUnaryCall<Request, Response>, done: sendUnaryData<Response>): void => {
            this.world.clock.touch();
            act(call.request, call.getPeer()).then(
                (response) => {
                    this.world.clock.touch();
                    done(null, response);
                },
                (error: unknown) => {
                    this.world.clock.touch();
                    const { request } = call;
                    const inputs =
                        request instanceof proto.CreateRequest
                            ? fromStruct(request.getProperties())
                            : request instanceof proto.UpdateRequest
                              ? fromStruct(request.getNews())
                              : request instanceof proto.ReadRequest
                                ? fromStruct(request.getInputs())
                                : undefined;
                    done(answerTo(error, `${this.behaviour.name} ${method}`, inputs));
                },
            );
        };
    }

    #handshake(): proto.ProviderHandshakeResponse {
        const response = new proto.ProviderHandshakeResponse();
        response.setAcceptSecrets(true);
        response.setAcceptResources(false);
        response.setAcceptOutputs(false);
        return response;
    }

    #checkConfig(request: proto.CheckRequest): proto.CheckResponse {
        const news = fromStruct(request.getNews());
        const failures = this.behaviour.checkConfig?.(configurationOf(news.value)) ?? [];
        const response = new proto.CheckResponse();
        response.setInputs(toStruct(news.value, news.secrets));
        response.setFailuresList(wireFailures(failures));
        return response;
    }

    #diffConfig(request: proto.DiffRequest): proto.DiffResponse {
        const changes = changedKeys(fromStruct(request.getOldInputs()).value, fromStruct(request.getNews()).value);
        return difference({ changes, replaces: [] });
    }

    #configure(request: proto.ConfigureRequest, peer: string): proto.ConfigureResponse {
        const { value } = fromStruct(request.getArgs());
        this.#instances.set(peer, { package: this.behaviour.name, config: configurationOf(value) });
        const response = new proto.ConfigureResponse();
        response.setAcceptsecrets(true);
        response.setSupportspreview(true);
        return response;
    }

    #check(request: proto.CheckRequest, peer: string): proto.CheckResponse {
        const news = fromStruct(request.getNews());
        const olds = request.hasOlds() ? fromStruct(request.getOlds()).value : undefined;
        const behaviour = this.#resource(request.getType());
        const provider = this.#instance(peer);
        const { inputs, failures } = behaviour.check?.(news.value, olds, {
            urn: request.getUrn(),
            type: request.getType(),
            name: request.getName(),
            provider,
        }) ?? { inputs: news.value, failures: [] };
        const response = new proto.CheckResponse();
        response.setInputs(toStruct(inputs, secretsOfResult(inputs, [news])));
        response.setFailuresList(wireFailures(failures));
        return response;
    }

    #diff(request: proto.DiffRequest): proto.DiffResponse {
        return difference(
            differenceOf(
                this.#resource(request.getType()),
                fromStruct(request.getOldInputs()).value,
                fromStruct(request.getNews()).value,
                fromStruct(request.getOlds()).value,
            ),
        );
    }

    async #create(request: proto.CreateRequest, peer: string): Promise<proto.CreateResponse> {
        const inputs = fromStruct(request.getProperties());
        const behaviour = this.#resource(request.getType());
        const response = new proto.CreateResponse();
        if (request.getPreview()) {
            // What only creation tells is left out: the engine then knows it as unknown.
            response.setProperties(toStruct(inputs.value, secretsOfResult(inputs.value, [inputs])));
            return response;
        }
        const made = await this.operations.run(this.#asked("create", request, peer), inputs.value, (operation) =>
            behaviour.create(inputs.value, operation).catch((error: unknown) => {
                if (error instanceof PartialFailure) {
                    this.#made(behaviour, request, error.id, inputs.value);
                }
                throw error;
            }),
        );
        this.#made(behaviour, request, made.id, inputs.value);
        response.setId(made.id);
        response.setProperties(toStruct(made.outputs, this.#secrets(made.outputs, [inputs], behaviour.secretOutputs)));
        return response;
    }

    async #read(request: proto.ReadRequest, peer: string): Promise<proto.ReadResponse> {
        const state = fromStruct(request.getProperties());
        const inputs = fromStruct(request.getInputs());
        const behaviour = this.#resource(request.getType());
        const found = await this.operations.run(this.#asked("read", request, peer), state.value, (operation) =>
            behaviour.read(request.getId(), state.value, inputs.value, operation),
        );
        const response = new proto.ReadResponse();
        if (found === undefined) {
            this.inventory.gone(request.getType(), request.getId());
            return response;
        }
        const secrets = this.#secrets(found.outputs, [state, inputs], behaviour.secretOutputs);
        response.setId(found.id);
        response.setProperties(toStruct(found.outputs, secrets));
        response.setInputs(toStruct(found.inputs, secretsOfResult(found.inputs, [inputs])));
        return response;
    }

    async #update(request: proto.UpdateRequest, peer: string): Promise<proto.UpdateResponse> {
        const news = fromStruct(request.getNews());
        const olds = fromStruct(request.getOlds());
        const behaviour = this.#resource(request.getType());
        const outputs = request.getPreview()
            ? { ...olds.value, ...news.value }
            : await this.operations.run(this.#asked("update", request, peer), news.value, (operation) =>
                  behaviour.update(request.getId(), olds.value, news.value, operation),
              );
        const kept = keptSecrets(olds, outputs);
        const response = new proto.UpdateResponse();
        response.setProperties(toStruct(outputs, this.#secrets(outputs, [news, kept], behaviour.secretOutputs)));
        return response;
    }

    async #delete(request: proto.DeleteRequest, peer: string): Promise<Empty> {
        const behaviour = this.#resource(request.getType());
        const state = fromStruct(request.getProperties()).value;
        await this.operations.run(this.#asked("delete", request, peer), state, (operation) =>
            behaviour.delete(request.getId(), state, operation),
        );
        this.inventory.gone(request.getType(), request.getId());
        return new Empty();
    }

    async #invoke(request: proto.InvokeRequest, peer: string): Promise<proto.InvokeResponse> {
        const token = request.getTok();
        const behaviour = this.behaviour.function(token);
        if (behaviour === undefined) {
            throw new Refusal(`unknown function '${token}'`, "Pulumi: a provider answers so to a token it lacks");
        }
        if (this.stranger) {
            this.inventory.generic.add(token);
        }
        const args = fromStruct(request.getArgs());
        const result = await behaviour(args.value, this.#instance(peer));
        const response = new proto.InvokeResponse();
        const secrets = this.#secrets(result, [args], this.behaviour.secretResults?.[token]);
        response.setReturn(toStruct(result, secrets));
        return response;
    }

    #made(behaviour: ResourceBehaviour, about: AboutResource, id: string, inputs: Properties): void {
        const findable = behaviour.deterministicId?.(inputs) !== undefined;
        this.inventory.made({ urn: about.getUrn(), type: about.getType(), id, findable });
    }

    /** The secrets of a result; those the provider itself declares are watched for from now on. */
    #secrets(result: Properties, sources: readonly Unsealed[], declared: readonly string[] = []): Secrets {
        const byProvider: Secrets = new Map(declared.map((key) => [key, true]));
        for (const text of secretTexts({ value: result, secrets: byProvider })) {
            this.inventory.secrets.add(text);
        }
        return secretsOfResult(result, sources, declared);
    }

    #asked(kind: Asked["kind"], about: AboutResource, peer: string): Asked {
        const provider = this.#instance(peer);
        return { kind, urn: about.getUrn(), type: about.getType(), name: about.getName(), provider };
    }

    #resource(type: string): ResourceBehaviour {
        const behaviour = this.behaviour.resource(type);
        if (behaviour === undefined) {
            throw new Refusal(`unknown resource type '${type}'`, "Pulumi: a provider answers so to a token it lacks");
        }
        if (this.stranger || behaviour.generic === true) {
            this.inventory.generic.add(type);
        }
        return behaviour;
    }

    /** The provider behind a connection; one that the engine did not configure knows no configuration. */
    #instance(peer: string): ProviderInstance {
        return this.#instances.get(peer) ?? { package: this.behaviour.name, config: {} };
    }
}

/** Old values that are still there keep their secrecy; what changed is judged by what it was made from. */
function keptSecrets(olds: Unsealed, outputs: Unsealed["value"]): Unsealed {
    const kept = Object.fromEntries(Object.entries(olds.value).filter(([key]) => key in outputs));
    return { value: kept, secrets: olds.secrets };
}

function difference(found: ReturnType<typeof differenceOf>): proto.DiffResponse {
    const response = new proto.DiffResponse();
    const { DIFF_SOME, DIFF_NONE } = proto.DiffResponse.DiffChanges;
    response.setChanges(found.changes.length > 0 ? DIFF_SOME : DIFF_NONE);
    response.setDiffsList([...found.changes]);
    response.setReplacesList([...found.replaces]);
    response.setDeletebeforereplace(found.deleteBeforeReplace ?? false);
    return response;
}
