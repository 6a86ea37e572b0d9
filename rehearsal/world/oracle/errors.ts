/** What Oracle's API refuses with, as the provider passes it on. */
import { createHash } from "node:crypto";
import { Refusal } from "../refusal";

/** Whom a request was for. */
export interface OracleRequest {
    /** The provider's name of the service and resource, e.g. `Core Instance`. */
    readonly service: string;
    /** e.g. `LaunchInstance`. */
    readonly operation: string;
    /** Method and path, e.g. `POST /20160918/instances`. */
    readonly target: string;
    readonly region: string;
}

/** One answer: HTTP status, Oracle's code, its sentence, and where it is known from. */
export interface OracleAnswer {
    readonly status: 400 | 404 | 409 | 500;
    /** e.g. `LimitExceeded`. */
    readonly code: string;
    readonly message: string;
    readonly source: string;
}

const provider = "oracle/terraform-provider-oci: internal/tfresource/errors.go and suggestions.go";

/** What the provider advises, by status and code (internal/tfresource/suggestions.go). */
function suggestion({ status, code, message }: OracleAnswer, service: string): string {
    if (status === 404) {
        return `Either the resource has been deleted or service ${service} need policy to access this resource. Policy reference: https://docs.oracle.com/en-us/iaas/Content/Identity/Reference/policyreference.htm`;
    }
    if (status === 409) {
        return `The resource is in a conflicted state. Please retry again or contact support for help with service: ${service}`;
    }
    if (status === 500) {
        return `The service for this resource encountered an error. Please contact support for help with service: ${service}`;
    }
    switch (code) {
        case "InvalidParameter":
            return `Please update the parameter(s) in the Terraform config as per error message ${message}`;
        case "LimitExceeded":
            return `Request a service limit increase for this resource ${service}`;
        case "QuotaExceeded":
            return `Contact your administrator to increase limit for your account or compartment for this service: ${service}`;
        default:
            return `Please retry or contact support for help with service: ${service}`;
    }
}

/** A request id that repeats itself: the same request, answered the same way, has the same. */
function requestId(request: OracleRequest, answer: OracleAnswer): string {
    const digest = createHash("sha256")
        .update(`${JSON.stringify(request)} ${answer.message}`)
        .digest("hex");
    return [digest.slice(0, 32), digest.slice(32, 64).toUpperCase()].join("/");
}

/** A refusal in the provider's shape: Oracle's code and sentence, advice, request, service, operation, request id. */
export function oracleError(request: OracleRequest, answer: OracleAnswer): Refusal {
    const [method = "", path = ""] = request.target.split(" ");
    const words = [
        `${answer.status}-${answer.code}, ${answer.message}`,
        `Suggestion: ${suggestion(answer, request.service)}`,
        `Request Target: ${method} https://iaas.${request.region}.oraclecloud.com${path}`,
        `Service: ${request.service}`,
        `Operation Name: ${request.operation}`,
        `OPC request ID: ${requestId(request, answer)}`,
    ];
    return new Refusal(words.join("\n"), `${answer.source}; ${provider}`);
}
