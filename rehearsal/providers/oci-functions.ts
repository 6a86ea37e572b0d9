/** Oracle's look-ups: what the provider's data sources answer. */
import type { FunctionBehaviour } from "../world/behaviour";
import { shapesOf } from "../world/oracle/images";
import type { Oracle } from "../world/oracle/oracle";
import type { Thing } from "../world/oracle/type";
import { Refusal } from "../world/refusal";
import { type Properties, text } from "../world/value";
import type { World } from "../world/world";

/** A thing as a look-up lists it. */
function listed({ inputs, computed, id }: Thing): Properties {
    return { ...inputs, ...computed, id };
}

/** True where a thing has the properties a look-up filters by; what was not given filters nothing. */
function matches(thing: Properties, args: Properties, keys: readonly string[]): boolean {
    return keys.every((key) => args[key] === undefined || args[key] === null || args[key] === thing[key]);
}

/** Refuses a look-up in a compartment that is not there. */
function compartment(oracle: Oracle, args: Properties): void {
    if (!oracle.hasCompartment(text(args, "compartmentId"))) {
        throw new Refusal(
            "404-NotAuthorizedOrNotFound, Authorization failed or requested resource not found.",
            "Oracle, API reference: API Errors",
        );
    }
}

function images(oracle: Oracle, args: Properties): Properties[] {
    compartment(oracle, args);
    const shape = text(args, "shape");
    return (
        oracle
            .all("image")
            .filter((image) => shape === undefined || shapesOf(image).includes(shape))
            .map(listed)
            .filter((image) => image.compartmentId === "" || image.compartmentId === args.compartmentId)
            .filter((image) =>
                matches(image, args, ["displayName", "operatingSystem", "operatingSystemVersion", "state"]),
            )
            // The site lists Oracle's images oldest first, as they were published.
            .reverse()
    );
}

/** The look-ups the world knows, by token. */
export function ociFunctions(world: World): Readonly<Record<string, FunctionBehaviour>> {
    const all = (kind: string, keys: readonly string[], args: Properties): Properties[] =>
        world.oracle
            .all(kind)
            .map(listed)
            .filter((thing) => matches(thing, args, keys));
    return {
        "oci:Core/getImages:getImages": async (args) => ({ ...args, id: "images", images: images(world.oracle, args) }),
        "oci:Core/getInstances:getInstances": async (args) => {
            compartment(world.oracle, args);
            const keys = ["compartmentId", "displayName", "availabilityDomain", "state"];
            return { ...args, id: "instances", instances: all("instance", keys, args) };
        },
        "oci:Core/getVnicAttachments:getVnicAttachments": async (args) => {
            compartment(world.oracle, args);
            const keys = ["compartmentId", "instanceId", "vnicId"];
            return { ...args, id: "vnicAttachments", vnicAttachments: all("vnicattachment", keys, args) };
        },
        "oci:Core/getPrivateIps:getPrivateIps": async (args) => ({
            ...args,
            id: "privateIps",
            privateIps: all("privateip", ["vnicId", "subnetId", "ipAddress"], args),
        }),
        "oci:Core/getVnic:getVnic": async (args) => {
            const found = world.oracle.find("vnic", text(args, "vnicId"));
            return found === undefined ? args : { ...args, ...listed(found) };
        },
        "oci:Identity/getAvailabilityDomains:getAvailabilityDomains": async (args) => ({
            ...args,
            id: "availabilityDomains",
            availabilityDomains: world.oracle.site.availabilityDomains.map((name) => ({ name, id: name })),
        }),
        "oci:Identity/getFaultDomains:getFaultDomains": async (args) => ({
            ...args,
            id: "faultDomains",
            faultDomains: [1, 2, 3].map((number) => ({ name: `FAULT-DOMAIN-${number}`, id: `FAULT-DOMAIN-${number}` })),
        }),
        "oci:ObjectStorage/getNamespace:getNamespace": async (args) => ({
            ...args,
            id: "namespace",
            namespace: world.oracle.site.namespace,
        }),
    };
}
