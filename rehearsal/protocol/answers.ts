/** How the world's refusals travel back to the engine. */
import { Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { ErrorResourceInitFailed, CheckFailure as WireFailure } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import type { CheckFailure } from "../world/behaviour";
import { PartialFailure, Refusal } from "../world/refusal";
import type { Properties } from "../world/value";
import { secretsOfResult, toStruct, type Unsealed } from "./values";

/** An error as gRPC sends it. */
export type WireError = Pick<ServiceError, "code" | "details" | "metadata"> & { readonly message: string };

/** The answer that says why not. */
export function refused(words: string, code = status.UNKNOWN, metadata = new Metadata()): WireError {
    return { code, details: words, message: words, metadata };
}

/**
 * What the engine is told of an error. A thing half made keeps its id, so that the engine keeps it too; an error that
 * is no refusal is a mistake of the rehearsal itself and says so.
 *
 * @param inputs What the thing was made from; its secrets stay secret in what is kept.
 */
export function answerTo(error: unknown, where: string, inputs?: Unsealed): WireError {
    if (error instanceof PartialFailure && inputs !== undefined) {
        return halfMade(error, inputs);
    }
    if (error instanceof Refusal) {
        return refused(error.message);
    }
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return refused(`The rehearsed world itself broke at ${where}: ${detail}`, status.INTERNAL);
}

function halfMade(failure: PartialFailure, inputs: Unsealed): WireError {
    const outputs: Properties = failure.outputs;
    const kept = new ErrorResourceInitFailed();
    kept.setId(failure.id);
    kept.setProperties(toStruct(outputs, secretsOfResult(outputs, [inputs])));
    kept.setInputs(toStruct(inputs.value, inputs.secrets));
    kept.setReasonsList([failure.message]);
    const detail = new Any();
    detail.pack(kept.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const answer = new Status();
    answer.setCode(status.UNKNOWN);
    answer.setMessage(failure.message);
    answer.addDetails(detail);
    const metadata = new Metadata();
    // Where gRPC carries structured errors; the Node implementation leaves the packing to its user.
    metadata.set("grpc-status-details-bin", Buffer.from(answer.serializeBinary()));
    return refused(failure.message, status.UNKNOWN, metadata);
}

/** Refused properties as the engine prints them, each with its reason. */
export function wireFailures(failures: readonly CheckFailure[]): WireFailure[] {
    return failures.map(({ property, reason }) => {
        const failure = new WireFailure();
        failure.setProperty(property);
        failure.setReason(reason);
        return failure;
    });
}
