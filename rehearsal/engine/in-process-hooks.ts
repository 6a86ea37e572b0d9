/** Error hooks without an engine: what the program registered is asked whether a failed operation is tried again. */
import { credentials, type ServiceError } from "@grpc/grpc-js";
import { CallbacksClient } from "@pulumi/pulumi/proto/callback_grpc_pb";
import { CallbackInvokeRequest, type CallbackInvokeResponse } from "@pulumi/pulumi/proto/callback_pb";
import { ErrorHookRequest, ErrorHookResponse, type RegisterErrorHookRequest } from "@pulumi/pulumi/proto/resource_pb";
import { toStruct } from "../protocol/values";
import type { WantedResource } from "./in-process-steps";

/** Most errors a hook is asked about: the engine stops then (Pulumi, error hooks). */
const mostTries = 100;

/** The error hooks of one run, by name. */
export class ErrorHooks {
    readonly #hooks = new Map<string, { readonly target: string; readonly token: string }>();

    /** Keeps a hook. */
    register(request: RegisterErrorHookRequest): void {
        const callback = request.getCallback();
        this.#hooks.set(request.getName(), { target: callback?.getTarget() ?? "", token: callback?.getToken() ?? "" });
    }

    /** Does a create, again and again while one of its hooks says so. Throws the last error where none does. */
    async retrying<T>(names: readonly string[], resource: WantedResource, act: () => Promise<T>): Promise<T> {
        const errors: string[] = [];
        for (;;) {
            try {
                return await act();
            } catch (error) {
                // The newest comes first, as the engine hands them over.
                errors.unshift(error instanceof Error ? error.message : String(error));
                if (errors.length >= mostTries || !(await this.#anyRetries(names, resource, errors))) {
                    throw error;
                }
            }
        }
    }

    async #anyRetries(names: readonly string[], resource: WantedResource, errors: readonly string[]): Promise<boolean> {
        for (const name of names) {
            const hook = this.#hooks.get(name);
            if (hook !== undefined && (await ask(hook.target, hook.token, resource, errors))) {
                return true;
            }
        }
        return false;
    }
}

async function ask(
    target: string,
    token: string,
    { urn, name, type, inputs, secrets }: WantedResource,
    errors: readonly string[],
): Promise<boolean> {
    const asked = new ErrorHookRequest();
    asked.setUrn(urn);
    asked.setName(name);
    asked.setType(type);
    asked.setNewInputs(toStruct(inputs, secrets));
    asked.setFailedOperation("create");
    asked.setErrorsList([...errors]);
    const call = new CallbackInvokeRequest();
    call.setToken(token);
    call.setRequest(asked.serializeBinary());
    const client = new CallbacksClient(target, credentials.createInsecure());
    try {
        const answer = await new Promise<CallbackInvokeResponse>((resolve, reject) => {
            client.invoke(call, (error: ServiceError | null, response: CallbackInvokeResponse) =>
                error === null ? resolve(response) : reject(error),
            );
        });
        const said = ErrorHookResponse.deserializeBinary(answer.getResponse_asU8());
        if (said.getError() !== "") {
            throw new Error(`error hook of '${name}' failed: ${said.getError()}`);
        }
        return said.getRetry();
    } finally {
        client.close();
    }
}
