import type { ConfigValue, EngineEvent } from "@pulumi/pulumi/automation";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Place } from "../../../components/cloud/instances";
import { nextPlace, noRoomIn, type Places, upWithRoom } from "../../../operations/placement";

const domains = ["Uocm:EU-FRANKFURT-1-AD-1", "Uocm:EU-FRANKFURT-1-AD-2"];
const at = (availabilityDomain: string, fault: number): Place => ({
    availabilityDomain,
    faultDomain: `FAULT-DOMAIN-${fault}`,
});
const [ad1 = "", ad2 = ""] = domains;
const places = (availabilityDomains: readonly string[] = [ad1], accepted: readonly string[] = []): Places => ({
    availabilityDomains,
    instances: { "ampere-1": at(ad1, 1), "ampere-2": at(ad1, 2) },
    bastion: at(ad1, 1),
    acceptedRisks: accepted.map((component) => ({ component })),
});

const noRoomWords = "Error: 500-InternalError, Out of host capacity.";

/** What the engine tells of an instance it could not make. */
function refusal(instance: string, place: Place, words: string, type = "oci:Core/instance:Instance"): EngineEvent[] {
    const urn = `urn:pulumi:oci-free::strata::strata:cloud:Instances$${type}::cloud-${instance}`;
    const inputs = { displayName: instance, ...place };
    const state = { type, urn, id: "", parent: "", protect: false, inputs, outputs: {}, provider: "" };
    const metadata = { op: "create" as const, urn, type, provider: "", new: state };
    return [
        { sequence: 1, timestamp: 0, diagnosticEvent: { urn, message: words, color: "never", severity: "error" } },
        { sequence: 2, timestamp: 0, resOpFailedEvent: { metadata, status: 0, steps: 1 } },
    ];
}

/** What the engine tells of a stack the policy pack refuses. */
function objection(message: string, enforcementLevel: "mandatory" | "warning" = "mandatory"): EngineEvent {
    const policy = { policyName: "spof", policyPackName: "strata", policyPackVersion: "1", policyPackVersionTag: "1" };
    return { sequence: 3, timestamp: 0, policyEvent: { ...policy, message, color: "never", enforcementLevel } };
}

/** A stack that has room for an instance in some places only, and remembers what was asked of it. */
class Stack {
    readonly runs: string[] = [];
    readonly written: string[] = [];
    readonly made = new Map<string, Place>();
    readonly said: string[] = [];
    readonly #wanted: Record<string, Place>;

    constructor(
        readonly places: Places,
        readonly words: (instance: string, place: Place) => string | undefined,
        /** What the policy pack has against the places. */
        readonly objections: (wanted: Readonly<Record<string, Place>>) => readonly EngineEvent[] = () => [],
    ) {
        this.#wanted = { ...places.instances, bastion: places.bastion };
    }

    async preview({ onEvent }: { onEvent: (event: EngineEvent) => void }): Promise<void> {
        const events = this.objections(this.#wanted);
        events.forEach(onEvent);
        if (events.some(({ policyEvent }) => policyEvent?.enforcementLevel === "mandatory")) {
            throw new Error("preview failed");
        }
    }

    async up({ onEvent }: { onEvent: (event: EngineEvent) => void }): Promise<void> {
        const refused: string[] = [];
        for (const [instance, place] of Object.entries(this.#wanted)) {
            const words = this.made.has(instance) ? undefined : this.words(instance, place);
            if (words === undefined) {
                if (!this.made.has(instance)) {
                    this.runs.push(`${instance} made in ${place.faultDomain}`);
                    this.made.set(instance, place);
                }
                continue;
            }
            this.runs.push(`${instance} refused in ${place.faultDomain}`);
            refused.push(instance);
            for (const event of refusal(instance, place, words)) {
                onEvent(event);
            }
        }
        if (refused.length > 0) {
            throw new Error(`update failed: ${refused.join(", ")}`);
        }
    }

    async setConfig(key: string, { value }: ConfigValue, path?: boolean): Promise<void> {
        this.written.push(`${key}=${value}${path === true ? "" : " without a path"}`);
        if (key.startsWith("strata:acceptedRisks")) {
            return;
        }
        const [, instance = "", property = ""] =
            /^strata:cloud\.(?:instances\.)?([^.]+)\.(availabilityDomain|faultDomain)$/.exec(key) ?? [];
        const now = this.#wanted[instance];
        expect(now).toBeDefined();
        this.#wanted[instance] = { ...at("", 0), ...now, [property]: value };
    }

    run(): Promise<void> {
        return upWithRoom(this, this.places, (sentence) => void this.said.push(sentence));
    }
}

test("an instance that finds no room goes to the next fault domain, and what stands is not made again", async () => {
    const stack = new Stack(places(), (instance, { faultDomain }) =>
        instance === "ampere-1" && faultDomain !== "FAULT-DOMAIN-3" ? noRoomWords : undefined,
    );
    await stack.run();
    expect(stack.runs).toEqual([
        "ampere-1 refused in FAULT-DOMAIN-1",
        "ampere-2 made in FAULT-DOMAIN-2",
        "bastion made in FAULT-DOMAIN-1",
        "ampere-1 refused in FAULT-DOMAIN-2",
        "ampere-1 made in FAULT-DOMAIN-3",
    ]);
    expect(stack.written).toEqual([
        "strata:cloud.instances.ampere-1.faultDomain=FAULT-DOMAIN-2",
        "strata:cloud.instances.ampere-1.faultDomain=FAULT-DOMAIN-3",
    ]);
    expect(stack.said[0]).toBe(
        `ampere-1: Oracle has no room in FAULT-DOMAIN-1 of ${ad1}; the next try is in FAULT-DOMAIN-2 of ${ad1}, as the stack's file says now.`,
    );
});

test("after the last fault domain comes the next availability domain, where there is one", async () => {
    const stack = new Stack(places(domains), (instance, { availabilityDomain }) =>
        instance === "ampere-2" && availabilityDomain === ad1 ? noRoomWords : undefined,
    );
    await stack.run();
    expect(stack.made.get("ampere-2")).toEqual(at(ad2, 1));
    expect(stack.written).toEqual([
        "strata:cloud.instances.ampere-2.faultDomain=FAULT-DOMAIN-3",
        `strata:cloud.instances.ampere-2.availabilityDomain=${ad2}`,
        "strata:cloud.instances.ampere-2.faultDomain=FAULT-DOMAIN-1",
    ]);
});

test("where no place has room each is tried once, and the next run begins where the file began", async () => {
    const stack = new Stack(places(), (instance) => (instance === "ampere-1" ? noRoomWords : undefined));
    await expect(stack.run()).rejects.toThrow("update failed: ampere-1");
    expect(stack.runs.filter((run) => run.startsWith("ampere-1"))).toEqual(
        [1, 2, 3].map((fault) => `ampere-1 refused in FAULT-DOMAIN-${fault}`),
    );
    expect(stack.written.at(-1)).toBe("strata:cloud.instances.ampere-1.faultDomain=FAULT-DOMAIN-1");
});

test("a place that does not change although it was written ends the run", async () => {
    const stuck = {
        runs: 0,
        async up({ onEvent }: { onEvent: (event: EngineEvent) => void }): Promise<void> {
            this.runs += 1;
            for (const event of refusal("ampere-1", at(ad1, 1), noRoomWords)) {
                onEvent(event);
            }
            throw new Error("update failed");
        },
        async preview(): Promise<void> {},
        async setConfig(): Promise<void> {},
    };
    await expect(upWithRoom(stuck, places(domains), () => undefined)).rejects.toThrow("update failed");
    expect(stuck.runs).toBe(2);
});

test("a place the policy pack refuses is passed over, before anything is launched there", async () => {
    const stack = new Stack(
        places(domains),
        (instance, { availabilityDomain }) =>
            instance === "ampere-1" && availabilityDomain === ad1 ? noRoomWords : undefined,
        ({ "ampere-1": first, "ampere-2": second }) =>
            first?.faultDomain === second?.faultDomain
                ? [objection("What fails alone should not.\na fault domain holds two of two.\n")]
                : [],
    );
    await stack.run();
    expect(stack.runs.filter((run) => run.startsWith("ampere-1"))).toEqual([
        "ampere-1 refused in FAULT-DOMAIN-1",
        "ampere-1 refused in FAULT-DOMAIN-3",
        "ampere-1 made in FAULT-DOMAIN-1",
    ]);
    expect(stack.made.get("ampere-1")).toEqual(at(ad2, 1));
    expect(stack.said[0]).toBe(
        `The policy pack does not let ampere-1 go to FAULT-DOMAIN-2 of ${ad1}: a fault domain holds two of two.`,
    );
});

test("an availability domain the policy pack refuses as a whole is asked about once", async () => {
    const stack = new Stack(
        places([ad1, ad2]),
        (instance, { availabilityDomain }) =>
            instance === "ampere-1" && availabilityDomain === ad1 ? noRoomWords : undefined,
        ({ "ampere-1": place }) =>
            place?.availabilityDomain === ad2 ? [objection(`availability-domain/${ad2} holds too much.`)] : [],
    );
    await expect(stack.run()).rejects.toThrow("update failed: ampere-1");
    expect(stack.runs.filter((run) => run.startsWith("ampere-1"))).toHaveLength(3);
    expect(stack.said.filter((sentence) => sentence.startsWith("The policy pack does not let"))).toHaveLength(1);
});

test("advice of the policy pack keeps nothing from a place", async () => {
    const stack = new Stack(
        places(),
        (instance, { faultDomain }) =>
            instance === "ampere-1" && faultDomain === "FAULT-DOMAIN-1" ? noRoomWords : undefined,
        () => [objection("it could be better", "warning")],
    );
    await stack.run();
    expect(stack.made.get("ampere-1")).toEqual(at(ad1, 2));
});

test("where the policy pack refuses every other place, the instance stays where the file had it", async () => {
    const stack = new Stack(
        places(domains, [`availability-domain/${ad1}`]),
        (instance) => (instance === "ampere-1" ? noRoomWords : undefined),
        ({ "ampere-1": place }) =>
            place?.availabilityDomain === ad1 && place.faultDomain === "FAULT-DOMAIN-1" ? [] : [objection("no.")],
    );
    await expect(stack.run()).rejects.toThrow("update failed: ampere-1");
    expect(stack.runs.filter((run) => run.startsWith("ampere-1"))).toHaveLength(1);
    expect(stack.written.slice(-2)).toEqual([
        `strata:cloud.instances.ampere-1.availabilityDomain=${ad1}`,
        "strata:cloud.instances.ampere-1.faultDomain=FAULT-DOMAIN-1",
    ]);
    expect(stack.said.at(-1)).toBe(
        `ampere-1: Oracle has no room in FAULT-DOMAIN-1 of ${ad1}, and there is no other place left to try; run it again later.`,
    );
});

test("a preview that fails for another reason ends the run, with the place as it was", async () => {
    const stack = new Stack(places(), (instance) => (instance === "ampere-1" ? noRoomWords : undefined));
    stack.preview = async ({ onEvent }) => {
        refusal("image", at(ad1, 1), "dial tcp: no such host\n", "oci:Core/image:Image").forEach(onEvent);
        throw new Error("preview failed");
    };
    await expect(stack.run()).rejects.toThrow("preview failed");
    expect(stack.said).toEqual(["dial tcp: no such host"]);
    expect(stack.written).toEqual([
        "strata:cloud.instances.ampere-1.faultDomain=FAULT-DOMAIN-2",
        "strata:cloud.instances.ampere-1.faultDomain=FAULT-DOMAIN-1",
    ]);
});

test("what is accepted of a domain goes with the last instance that leaves it, and with none before", async () => {
    const accepted = ["ssh", `availability-domain/${ad1}`, `fault-domain/${ad1}/FAULT-DOMAIN-1`];
    const stack = new Stack(places(domains, accepted), (instance, { availabilityDomain }) =>
        instance !== "bastion" && availabilityDomain === ad1 ? noRoomWords : undefined,
    );
    await stack.run();
    const moved = stack.written.filter((entry) => entry.startsWith("strata:acceptedRisks"));
    expect(moved.filter((entry) => entry.includes("[1]"))).toEqual([
        `strata:acceptedRisks[1].component=availability-domain/${ad2}`,
    ]);
    expect(moved.filter((entry) => entry.includes("[2]")).at(-1)).toBe(
        `strata:acceptedRisks[2].component=fault-domain/${ad2}/FAULT-DOMAIN-1`,
    );
    expect(moved.some((entry) => entry.includes("[0]"))).toBe(false);
    // The first to leave has left the second behind.
    const second = stack.written.indexOf(`strata:cloud.instances.ampere-2.availabilityDomain=${ad2}`);
    expect(stack.written.indexOf(moved.find((entry) => entry.includes("[1]")) ?? "")).toBeGreaterThan(second);
});

test("the bastion changes its fault domain and never its availability domain: a region has its shape in one", async () => {
    const stack = new Stack(places(domains), (instance) => (instance === "bastion" ? noRoomWords : undefined));
    await expect(stack.run()).rejects.toThrow("update failed: bastion");
    expect(stack.written).toEqual([2, 3, 1].map((fault) => `strata:cloud.bastion.faultDomain=FAULT-DOMAIN-${fault}`));
});

test.each([
    "Error: 400-LimitExceeded, The following service limits were exceeded: standard-a1-core-count. Out of host capacity",
    "Error: 400-QuotaExceeded, Compartment quota exceeded",
    "Error: 404-NotAuthorizedOrNotFound",
])("%s is neither tried again nor moved", async (words) => {
    const stack = new Stack(places(), (instance) => (instance === "ampere-1" ? words : undefined));
    await expect(stack.run()).rejects.toThrow("update failed: ampere-1");
    expect(stack.runs.filter((run) => run.startsWith("ampere-1"))).toHaveLength(1);
    expect(stack.written).toEqual([]);
    expect(stack.said).toEqual([]);
});

test("where something else failed too, the place is written for the next run and this one ends", async () => {
    const words: Record<string, string> = { "ampere-1": noRoomWords, "ampere-2": "Error: 400-LimitExceeded" };
    const stack = new Stack(places(), (instance) => words[instance]);
    await expect(stack.run()).rejects.toThrow("update failed: ampere-1, ampere-2");
    expect(stack.runs).toHaveLength(3);
    expect(stack.written).toEqual(["strata:cloud.instances.ampere-1.faultDomain=FAULT-DOMAIN-2"]);
});

test("words of progress, of other resources and of what stands already move nothing", () => {
    const [said, failed] = refusal("ampere-1", at(ad1, 1), noRoomWords);
    const progress = { ...said, diagnosticEvent: { ...said?.diagnosticEvent, ephemeral: true } } as EngineEvent;
    const replaced = structuredClone(failed) as EngineEvent;
    (replaced.resOpFailedEvent?.metadata as { op: string }).op = "update";
    for (const events of [
        [progress, failed],
        [said, replaced],
        refusal("volume", at(ad1, 1), noRoomWords, "oci:Core/volume:Volume"),
    ]) {
        expect(noRoomIn(events as EngineEvent[])).toEqual({ noRoom: [], nothingElse: false });
    }
});

test("going on and on comes to every place before it comes to one again", () => {
    fc.assert(
        fc.property(
            fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 3 }),
            fc.nat(2),
            fc.nat(2),
            (all, fault, turn) => {
                const start = at(all[turn % all.length] ?? "", fault + 1);
                const seen: Place[] = [start];
                for (let step = 1; step < all.length * 3; step++) {
                    seen.push(nextPlace(seen.at(-1) ?? start, all));
                }
                expect(new Set(seen.map((place) => JSON.stringify(place))).size).toBe(all.length * 3);
                expect(nextPlace(seen.at(-1) ?? start, all)).toEqual(start);
            },
        ),
    );
});
