/** What the world knows of one type of Oracle's resources: how it is made, changed and taken away. */
import type { Operation } from "../behaviour";
import type { Properties } from "../value";
import type { OracleAnswer } from "./errors";
import type { Oracle } from "./oracle";

/** Something that exists in the tenancy. */
export interface Thing {
    readonly id: string;
    readonly type: OracleType;
    /** What it was asked to be, last; in the provider's names. */
    inputs: Properties;
    /** What Oracle adds to that; in the provider's names. */
    computed: Properties;
    /** False for what came with something else and goes with it: interfaces, boot volumes, primary addresses. */
    readonly owned: boolean;
}

/** Ends a request with Oracle's answer. */
export type Fail = (answer: Omit<OracleAnswer, "status"> & { readonly status?: OracleAnswer["status"] }) => Error;

/** One type. */
export interface OracleType {
    /** As OCIDs name it, e.g. `vcn`. */
    readonly kind: string;
    /** The provider's name of its service, e.g. `Core Vcn`. */
    readonly service: string;
    /** As operations name it, e.g. `Vcn` in `CreateVcn`. */
    readonly noun: string;
    /** As paths name it, e.g. `/20160918/vcns`. */
    readonly path: string;
    /** The verb of its creation. Default `Create`. */
    readonly verb?: string;
    /** Inputs the provider demands (its schema, Required). */
    readonly required: readonly string[];
    /** Top-level inputs that only a new one can change (its schema, ForceNew). */
    readonly replaceOn: readonly string[];
    /** Inner inputs that only a new one can change, by top-level input. */
    readonly replaceOnInner?: Readonly<Record<string, readonly string[]>>;
    /** Key of the step its creation takes. */
    readonly step: string;
    /** Its id where Oracle does not draw one. */
    id?(inputs: Properties): string;
    /** What Oracle adds. Throws `fail(...)` where it refuses; nothing is made then. */
    begin(oracle: Oracle, inputs: Properties, fail: Fail): Properties;
    /** What happens as soon as it is there, before its time has passed. */
    made?(oracle: Oracle, thing: Thing): void;
    /** What happens when its time has passed. */
    ready?(oracle: Oracle, thing: Thing, operation: Operation): Promise<void>;
    /** What Oracle adds after a change. Throws where it refuses. Default: the same checks as for a new one are left out. */
    change?(oracle: Oracle, thing: Thing, inputs: Properties, fail: Fail): Properties;
    /** Throws where it may not go; takes away what goes with it. False: the provider only forgets it. */
    end?(oracle: Oracle, thing: Thing, fail: Fail): boolean;
}

/** Oracle's answer to a name it does not know, or does not show. */
export const notFound = {
    status: 404,
    code: "NotAuthorizedOrNotFound",
    message: "Authorization failed or requested resource not found.",
    source: "Oracle, API reference: API Errors",
} as const;

/** An answer to an input that is not valid. */
export function invalid(message: string, source: string): Parameters<Fail>[0] {
    return { code: "InvalidParameter", message, source };
}

/** An answer to a thing others still use. */
export function inUse(noun: string, id: string, other: string, otherId: string): Parameters<Fail>[0] {
    return {
        status: 409,
        code: "Conflict",
        message: `The ${noun} ${id} references the ${other} ${otherId}. You must remove the reference to proceed with this operation.`,
        source: "oracle/terraform-provider-oci#660 and #2185, Oracle's words",
    };
}

/** An answer to a request over the account's limits. */
export function overLimit(...names: readonly string[]): Parameters<Fail>[0] {
    return {
        code: "LimitExceeded",
        message: `The following service limits were exceeded: ${names.join(", ")}. Request a service limit increase from the service limits page in the console. `,
        source: "jpetazzo/ampernetacle#35, mohankumarpaluru/oracle-freetier-instance-creation#56, Oracle's words",
    };
}
