/**
 * Where an instance goes when Oracle has no room where it should be: to the next fault domain, then to the next
 * availability domain. The place is written into the stack's file, which is what the next run reads; an instance that
 * found room is left where it is.
 */
import type { ConfigValue, EngineEvent } from "@pulumi/pulumi/automation";
import { isOutOfCapacity } from "../components/cloud/capacity";

/** Where an instance is launched. */
export interface Place {
    readonly availabilityDomain: string;
    readonly faultDomain: string;
}

/** An instance Oracle had no room for, all new tries in place included. */
export interface NoRoom {
    /** Its display name, which is its key in the stack's config. */
    readonly instance: string;
    readonly place: Place;
}

/** What a stack says of its instances, as far as places go. */
export interface Places {
    readonly availabilityDomains: readonly string[];
    readonly instances: Readonly<Record<string, Place>>;
    readonly bastion: Place & { readonly name?: string };
}

/** What of an Automation API stack is needed here. */
export interface Placeable {
    up(options: { onEvent: (event: EngineEvent) => void }): Promise<unknown>;
    setConfig(key: string, value: ConfigValue, path?: boolean): Promise<void>;
}

const instanceType = "oci:Core/instance:Instance";

/** Every availability domain has these three (Oracle, "Regions and Availability Domains"). */
const faultDomains: readonly string[] = ["FAULT-DOMAIN-1", "FAULT-DOMAIN-2", "FAULT-DOMAIN-3"];

/** What a failed run says: who had no room, and whether that was all that went wrong. */
export function noRoomIn(events: readonly EngineEvent[]): {
    readonly noRoom: readonly NoRoom[];
    readonly nothingElse: boolean;
} {
    const failed = events.flatMap(({ resOpFailedEvent }) => (resOpFailedEvent === undefined ? [] : [resOpFailedEvent]));
    // The engine says why beside the step that failed. An ephemeral word is progress: Oracle's earlier answers are.
    const words = (urn: string): string =>
        events
            .flatMap(({ diagnosticEvent: said }) =>
                said?.urn === urn && said.severity === "error" && said.ephemeral !== true ? [said.message] : [],
            )
            .join("\n");
    const noRoom = failed.flatMap(({ metadata }): NoRoom[] => {
        const { displayName, availabilityDomain, faultDomain } = metadata.new?.inputs ?? {};
        return metadata.type === instanceType &&
            metadata.op.startsWith("create") &&
            isOutOfCapacity(words(metadata.urn)) &&
            typeof displayName === "string" &&
            typeof availabilityDomain === "string" &&
            typeof faultDomain === "string"
            ? [{ instance: displayName, place: { availabilityDomain, faultDomain } }]
            : [];
    });
    return { noRoom, nothingElse: noRoom.length > 0 && noRoom.length === failed.length };
}

/**
 * The place after a place, round and round: the next fault domain, and after the last the next availability domain.
 *
 * @param availabilityDomains Those it may go to; one where it may not leave its own.
 */
export function nextPlace(place: Place, availabilityDomains: readonly string[]): Place {
    const turn = faultDomains.indexOf(place.faultDomain) + 1;
    const next = faultDomains[turn];
    if (next !== undefined) {
        return { ...place, faultDomain: next };
    }
    const after = availabilityDomains.indexOf(place.availabilityDomain) + 1;
    return {
        availabilityDomain: availabilityDomains[after % availabilityDomains.length] ?? place.availabilityDomain,
        faultDomain: faultDomains[0] ?? place.faultDomain,
    };
}

/** Key of an instance in the stack's config, and the availability domains it may go to; undefined: not of the config. */
function whereInConfig(
    places: Places,
    instance: string,
): { readonly key: string; readonly domains: string[] } | undefined {
    if (instance in places.instances) {
        return { key: `strata:cloud.instances.${instance}`, domains: [...places.availabilityDomains] };
    }
    // A region has the Micro shape in one availability domain only (Oracle, Always Free Resources).
    return instance === (places.bastion.name ?? "bastion")
        ? { key: "strata:cloud.bastion", domains: [places.bastion.availabilityDomain] }
        : undefined;
}

/**
 * Deploys, and where nothing but room was missing writes the next places and deploys again: each place once. What stands
 * already is in the state and is not made again.
 *
 * @param say Told of every place that is given up.
 * @throws what the last run threw, with the places for the next run written.
 */
export async function upWithRoom(stack: Placeable, places: Places, say: (sentence: string) => void): Promise<void> {
    const current: Record<string, Place> = { ...places.instances, [places.bastion.name ?? "bastion"]: places.bastion };
    const tried = new Set<string>();
    for (;;) {
        const events: EngineEvent[] = [];
        try {
            await stack.up({ onEvent: (event) => void events.push(event) });
            return;
        } catch (error) {
            const { noRoom, nothingElse } = noRoomIn(events);
            let fresh = noRoom.length > 0;
            for (const { instance, place } of noRoom) {
                const found = whereInConfig(places, instance);
                if (found === undefined) {
                    fresh = false;
                    continue;
                }
                // A place that comes again means that what was written is not what is read.
                fresh &&= !tried.has(placeName(instance, place));
                tried.add(placeName(instance, place));
                const next = nextPlace(place, found.domains);
                await write(stack, found.key, current[instance] ?? place, next);
                current[instance] = next;
                fresh &&= !tried.has(placeName(instance, next));
                say(
                    `${instance}: Oracle has no room in ${place.faultDomain} of ${place.availabilityDomain}; the next try is in ${next.faultDomain} of ${next.availabilityDomain}, as the stack's file says now.`,
                );
            }
            if (!nothingElse || !fresh) {
                throw error;
            }
        }
    }
}

function placeName(instance: string, { availabilityDomain, faultDomain }: Place): string {
    return `${instance} ${availabilityDomain} ${faultDomain}`;
}

async function write(stack: Placeable, key: string, before: Place, next: Place): Promise<void> {
    for (const property of ["availabilityDomain", "faultDomain"] as const) {
        if (before[property] !== next[property]) {
            await stack.setConfig(`${key}.${property}`, { value: next[property] }, true);
        }
    }
}
