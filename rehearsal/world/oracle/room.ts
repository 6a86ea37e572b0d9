/** Where an instance is launched, and whether a host there has room for it. */
import { type Properties, text } from "../value";
import type { Oracle } from "./oracle";
import { type Fail, invalid } from "./type";

const launch = (field: string) => `Oracle, API reference: LaunchInstanceDetails.${field}`;

/** An availability domain, and one of its three fault domains. */
export interface Place {
    readonly availabilityDomain: string;
    readonly faultDomain: string;
}

/** Oracle's everyday answer. */
export const outOfCapacity = {
    status: 500,
    code: "InternalError",
    message: "Out of host capacity.",
    source: "jpetazzo/ampernetacle#54, clementalo9/n8n_oci#46, Oracle's words",
} as const;

/** The place a launch asks for; refused where the region has no such place. */
export function placeOf(oracle: Oracle, inputs: Properties, fail: Fail): Place {
    const availabilityDomain = text(inputs, "availabilityDomain") ?? "";
    if (!oracle.site.availabilityDomains.includes(availabilityDomain)) {
        throw fail(
            invalid(
                `Invalid availabilityDomain '${availabilityDomain}': this region has ${oracle.site.availabilityDomains.join(", ")}`,
                launch("availabilityDomain"),
            ),
        );
    }
    const faultDomain = text(inputs, "faultDomain") ?? "FAULT-DOMAIN-1";
    if (!/^FAULT-DOMAIN-[123]$/.test(faultDomain)) {
        throw fail(
            invalid(
                `Invalid faultDomain '${faultDomain}' in availability domain ${availabilityDomain}: it has FAULT-DOMAIN-1 to FAULT-DOMAIN-3`,
                launch("faultDomain"),
            ),
        );
    }
    return { availabilityDomain, faultDomain };
}

/** Refuses a launch of A1 where there is no room: hosts with Ampere are full as often as not, those with Micros never. */
export function findRoom(oracle: Oracle, { availabilityDomain, faultDomain }: Place, fail: Fail): void {
    const full = oracle.site.fullDomains ?? [];
    if (full.includes(availabilityDomain) || full.includes(`${availabilityDomain}/${faultDomain}`)) {
        throw fail(outOfCapacity);
    }
    if (oracle.refusalsLeft > 0) {
        oracle.refusalsLeft--;
        throw fail(outOfCapacity);
    }
}
