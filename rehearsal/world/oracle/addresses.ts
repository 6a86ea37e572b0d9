/** Interfaces and their addresses: private ones of the subnet, public ones on top of them. */
import { addressNumber, networkRange } from "../network";
import { list, type Properties, text } from "../value";
import { addressText, contains } from "./cidr";
import type { Oracle } from "./oracle";
import { type Fail, invalid, notFound, type OracleType, overLimit, type Thing } from "./type";

const api = (type: string) => `Oracle, API reference: ${type}`;

/** What comes with an instance is never asked for by itself. */
const accompanying = { path: "", step: "", required: [], replaceOn: [], begin: () => ({}) } as const;

/** An instance's network interface. */
export const vnicType: OracleType = { ...accompanying, kind: "vnic", service: "Core Vnic", noun: "Vnic" };

/** The tie between an instance and its interface. */
export const vnicAttachmentType: OracleType = {
    ...accompanying,
    kind: "vnicattachment",
    service: "Core Vnic Attachment",
    noun: "VnicAttachment",
};

/** Private addresses of an interface, the primary one first. */
export function privateIpsOf(oracle: Oracle, vnicId: string): Thing[] {
    return oracle.all("privateip").filter(({ inputs }) => inputs.vnicId === vnicId);
}

/** Text of a private or public address. */
export function addressOf(thing: Thing | undefined): string {
    return text(thing?.computed, "ipAddress") ?? "";
}

/** The public address on a private one, undefined where there is none. */
export function publicIpOn(oracle: Oracle, privateIpId: string): Thing | undefined {
    return oracle.all("publicip").find(({ inputs }) => inputs.privateIpId === privateIpId);
}

/** The private addresses of a subnet that are in use. */
function takenIn(oracle: Oracle, subnetId: string): Set<string> {
    const inSubnet = oracle.all("privateip").filter(({ computed }) => computed.subnetId === subnetId);
    return new Set(inSubnet.map(addressOf));
}

/**
 * The address to be given: the one asked for, or the first that is free. Oracle keeps the first two and the last of each
 * subnet for itself.
 */
export function claimPrivateAddress(oracle: Oracle, subnet: Thing, asked: string | undefined, fail: Fail): string {
    const cidr = text(subnet.inputs, "cidrBlock") ?? "";
    const { first = 0, last = 0 } = networkRange(cidr) ?? {};
    const taken = takenIn(oracle, subnet.id);
    if (asked === undefined) {
        for (let number = first + 2; number < last; number++) {
            if (!taken.has(addressText(number))) {
                return addressText(number);
            }
        }
        throw fail({
            ...invalid(`There are no free addresses in the subnet ${subnet.id}`, api("CreatePrivateIpDetails")),
            code: "LimitExceeded",
        });
    }
    const number = addressNumber(asked) ?? -1;
    if (!contains(cidr, asked) || number < first + 2 || number === last) {
        throw fail(
            invalid(
                `IP address ${asked} is invalid: it must be within the subnet's CIDR ${cidr}, of which the first two addresses and the last are reserved`,
                'Oracle, "Overview of VCNs and Subnets": reserved addresses; CreatePrivateIpDetails.ipAddress',
            ),
        );
    }
    if (taken.has(asked)) {
        throw fail({
            status: 409,
            code: "Conflict",
            message: `IP address ${asked} is already in use in the subnet ${subnet.id}`,
            source: `${api("CreatePrivateIpDetails.ipAddress")}: an available address of the subnet`,
        });
    }
    return asked;
}

/** A private address of an interface. */
export const privateIpType: OracleType = {
    kind: "privateip",
    service: "Core Private Ip",
    noun: "PrivateIp",
    path: "/20160918/privateIps",
    step: "oci/private-ip",
    required: [],
    replaceOn: ["cidrPrefixLength", "ipAddress", "ipv4subnetCidrAtCreation", "subnetId", "vlanId"],
    begin: (oracle, inputs, fail) => {
        const vnic = oracle.need("vnic", inputs, "vnicId", fail);
        const subnet = oracle.need("subnet", vnic.inputs, "subnetId", fail);
        const ipAddress = claimPrivateAddress(oracle, subnet, text(inputs, "ipAddress"), fail);
        return { ipAddress, isPrimary: false, subnetId: subnet.id, isReserved: false };
    },
    end: (oracle, thing, fail) => {
        if (thing.computed.isPrimary === true) {
            throw fail(invalid(`The primary private IP ${thing.id} cannot be deleted`, api("DeletePrivateIp")));
        }
        leavePrivateIp(oracle, thing);
        return true;
    },
};

/** What becomes of the public address of a private one that goes: an ephemeral one goes too, a reserved one is free. */
export function leavePrivateIp(oracle: Oracle, privateIp: Thing): void {
    const on = publicIpOn(oracle, privateIp.id);
    if (on === undefined) {
        return;
    }
    if (on.inputs.lifetime === "EPHEMERAL") {
        oracle.around.network.release(addressOf(on));
        oracle.things.delete(on.id);
    } else {
        const { privateIpId: _, ...rest } = on.inputs;
        on.inputs = rest;
        on.computed = { ...on.computed, state: "AVAILABLE" };
    }
}

/** The next public address: of 203.0.113.0/24, which belongs to nobody (RFC 5737). */
function drawPublicAddress(oracle: Oracle): string {
    const taken = new Set(oracle.all("publicip").map(addressOf));
    for (let last = 10; last < 255; last++) {
        if (!taken.has(`203.0.113.${last}`)) {
            return `203.0.113.${last}`;
        }
    }
    throw new Error("The world has no public address left: it has 245.");
}

/** Refuses a private address that cannot take a public one. */
function checkTarget(oracle: Oracle, inputs: Properties, self: string | undefined, fail: Fail): void {
    if (inputs.privateIpId === undefined || inputs.privateIpId === null || inputs.privateIpId === "") {
        return;
    }
    const target = oracle.find("privateip", text(inputs, "privateIpId"));
    if (target === undefined) {
        throw fail(notFound);
    }
    const other = publicIpOn(oracle, target.id);
    if (other !== undefined && other.id !== self) {
        throw fail({
            status: 409,
            code: "Conflict",
            message: `The private IP ${target.id} already has a public IP ${other.id} assigned`,
            source: `${api("CreatePublicIpDetails.privateIpId")}: the private IP must not already have a public IP assigned`,
        });
    }
    if (inputs.lifetime === "EPHEMERAL" && target.computed.isPrimary !== true) {
        throw fail(
            invalid(
                "An ephemeral public IP can be assigned to a primary private IP only",
                api("CreatePublicIpDetails.privateIpId"),
            ),
        );
    }
}

/** A public address. */
export const publicIpType: OracleType = {
    kind: "publicip",
    service: "Core Public Ip",
    noun: "PublicIp",
    path: "/20160918/publicIps",
    step: "oci/public-ip",
    required: ["compartmentId", "lifetime"],
    replaceOn: ["lifetime", "publicIpPoolId"],
    begin: (oracle, inputs, fail) => {
        const reserved = oracle.all("publicip").filter((ip) => ip.inputs.lifetime === "RESERVED");
        if (inputs.lifetime === "RESERVED" && reserved.length >= oracle.site.limits.reservedPublicIps) {
            throw fail(overLimit("reserved-public-ip-count"));
        }
        checkTarget(oracle, inputs, undefined, fail);
        return { ipAddress: drawPublicAddress(oracle), scope: "REGION", state: stateOf(inputs) };
    },
    made: (oracle, thing) => answerAt(oracle, thing),
    change: (oracle, thing, inputs, fail) => {
        checkTarget(oracle, inputs, thing.id, fail);
        return { state: stateOf(inputs) };
    },
    end: (oracle, thing) => {
        oracle.around.network.release(addressOf(thing));
        return true;
    },
};

function stateOf(inputs: Properties): string {
    return typeof inputs.privateIpId === "string" && inputs.privateIpId !== "" ? "ASSIGNED" : "AVAILABLE";
}

/** Lets the operator's machine find what is behind a public address. Call it when the address is on another one. */
export function answerAt(oracle: Oracle, publicIp: Thing): void {
    const address = addressOf(publicIp);
    const host = {
        name: `public address ${address}`,
        listens: (port: number) => oracle.answers(address, port),
        drops: (port: number) => !oracle.letsIn(address, port),
        loses: () => {
            const target = oracle.find("privateip", text(publicIp.inputs, "privateIpId"));
            const holder = target === undefined ? undefined : holderOf(oracle, target);
            return oracle.around.outages.loses(text(holder?.instance.computed, "displayName") ?? "");
        },
    };
    oracle.around.network.attach(address, host);
}

/** The instance a private address is on, with its interface. */
export function holderOf(
    oracle: Oracle,
    privateIp: Thing,
): { readonly instance: Thing; readonly vnic: Thing } | undefined {
    const vnic = oracle.find("vnic", text(privateIp.inputs, "vnicId"));
    const attachment = oracle.all("vnicattachment").find(({ inputs }) => inputs.vnicId === vnic?.id);
    const instance = oracle.find("instance", text(attachment?.inputs, "instanceId"));
    return vnic === undefined || instance === undefined ? undefined : { instance, vnic };
}

/** Names of the groups an interface is in. */
export function groupsOf(vnic: Thing): readonly string[] {
    return list(vnic.inputs, "nsgIds").filter((id) => typeof id === "string");
}
