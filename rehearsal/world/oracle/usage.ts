/** What is used, and whether a launch still fits into limits and quotas. */
import { number, text } from "../value";
import type { Oracle } from "./oracle";
import { quotaLimits } from "./quota";
import { statementsInForce } from "./quotas-in-force";
import type { Shape } from "./shapes";
import { type Fail, overLimit, type Thing } from "./type";

/** What a launch asks for. */
export interface Demand {
    readonly shape: Shape;
    readonly ocpus: number;
    readonly memoryGiB: number;
    readonly bootVolumeGiB: number;
    readonly availabilityDomain: string;
    readonly compartmentId: string;
}

/** Use of one limit or quota, by its name at Oracle. */
type Use = Readonly<Record<string, number>>;

/** What an instance with these figures uses. */
function useOf(shape: Shape, ocpus: number, memoryGiB: number): Use {
    return {
        ...Object.fromEntries(shape.coreQuotas.map((name) => [name, ocpus])),
        ...Object.fromEntries(shape.memoryQuotas.map((name) => [name, memoryGiB])),
    };
}

function add(uses: readonly Use[]): Use {
    const total: Record<string, number> = {};
    for (const use of uses) {
        for (const [name, amount] of Object.entries(use)) {
            total[name] = (total[name] ?? 0) + amount;
        }
    }
    return total;
}

/** What the instances and volumes use, of those that `counts` picks. */
function used(oracle: Oracle, shapeOf: (name: string) => Shape | undefined, counts: (thing: Thing) => boolean): Use {
    const instances = oracle
        .all("instance")
        .filter(counts)
        .flatMap(({ computed }) => {
            const shape = shapeOf(text(computed, "shape") ?? "");
            const config = computed.shapeConfig;
            return shape === undefined
                ? []
                : [useOf(shape, number(config, "ocpus") ?? 0, number(config, "memoryInGbs") ?? 0)];
        });
    const volumes = oracle
        .all("bootvolume")
        .filter(counts)
        .map(({ computed }) => ({
            "total-storage-gb": number(computed, "sizeInGbs") ?? 0,
        }));
    return add([...instances, ...volumes]);
}

/** The part of a use that is counted in the region as a whole. */
function regional(use: Use): Use {
    return Object.fromEntries(Object.entries(use).filter(([name]) => name.endsWith("-regional-count")));
}

/** The account's limit of each name; undefined: the world does not limit it. */
function serviceLimit(oracle: Oracle, name: string, availabilityDomain: string): number | undefined {
    const { limits, microAvailabilityDomains } = oracle.site;
    if (name.startsWith("standard-a1-core")) {
        return limits.a1Ocpus;
    }
    if (name.startsWith("standard-a1-memory")) {
        return limits.a1MemoryGiB;
    }
    if (name === "standard-e2-micro-core-count") {
        return microAvailabilityDomains.includes(availabilityDomain) ? limits.micros : 0;
    }
    if (name === "total-storage-gb") {
        return limits.storageGB;
    }
    return /core/.test(name) ? (limits.otherOcpus ?? 0) : undefined;
}

/** Refuses a launch over the account's limits, then one over the quotas. */
export function checkAllowance(
    oracle: Oracle,
    demand: Demand,
    shapeOf: (name: string) => Shape | undefined,
    fail: Fail,
): void {
    const asked: Use = {
        ...useOf(demand.shape, demand.ocpus, demand.memoryGiB),
        "total-storage-gb": demand.bootVolumeGiB,
    };
    const all = used(oracle, shapeOf, () => true);
    const over = Object.entries(asked).filter(([name, amount]) => {
        const limit = serviceLimit(oracle, name, demand.availabilityDomain);
        return limit !== undefined && (all[name] ?? 0) + amount > limit;
    });
    if (over.length > 0) {
        throw fail(overLimit(...over.map(([name]) => name)));
    }
    const isHere = ({ inputs }: Thing) => inputs.availabilityDomain === demand.availabilityDomain;
    const isOwn = ({ inputs }: Thing) => inputs.compartmentId === demand.compartmentId;
    // Each quota counts within an availability domain, but for those that say they are the region's (Oracle, Compute
    // Quotas and Block Volume Quotas).
    const inTenancy = { ...used(oracle, shapeOf, isHere), ...regional(all) };
    const inCompartment = {
        ...used(oracle, shapeOf, (thing) => isOwn(thing) && isHere(thing)),
        ...regional(used(oracle, shapeOf, isOwn)),
    };
    const scope = {
        region: oracle.site.region,
        availabilityDomain: demand.availabilityDomain,
        compartment: oracle.compartmentName(demand.compartmentId),
    };
    const policies = oracle.all("quota").map((quota) => statementsInForce(oracle, quota));
    const forbidden = Object.entries(asked).filter(([name, amount]) =>
        policies.some((statements) => {
            const { tenancy, compartment } = quotaLimits(statements, name, scope);
            return (
                (tenancy !== undefined && (inTenancy[name] ?? 0) + amount > tenancy) ||
                (compartment !== undefined && (inCompartment[name] ?? 0) + amount > compartment)
            );
        }),
    );
    if (forbidden.length > 0) {
        throw fail({
            code: "QuotaExceeded",
            message: `The following compartment quotas were exceeded: ${forbidden.map(([name]) => name).join(", ")}.`,
            source: 'Oracle, "Compartment Quotas", and the code of API Errors',
        });
    }
}
