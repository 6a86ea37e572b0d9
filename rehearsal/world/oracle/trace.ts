/** A packet's way through the cloud: gateway, route table, security rules, interface, and what is on the instance. */
import { list, text } from "../value";
import { addressOf, groupsOf, holderOf, privateIpsOf, publicIpOn } from "./addresses";
import { contains } from "./cidr";
import type { Oracle } from "./oracle";
import { lets, type Packet } from "./security-rules";
import type { Thing } from "./type";

/** How far a packet came. */
export interface Trace {
    /** True where it reached the instance's interface, and was let in. */
    readonly delivered: boolean;
    /** What it passed, in order, one phrase each. */
    readonly hops: readonly string[];
    /** Why it went no further; undefined where it was delivered. */
    readonly stopped?: string;
    /** Where it was delivered: the instance, the private address, the port. */
    readonly at?: { readonly instance: string; readonly address: string; readonly port: number };
}

function subnetOf(oracle: Oracle, vnic: Thing): Thing | undefined {
    return oracle.find("subnet", text(vnic.inputs, "subnetId"));
}

/** The enabled gateway a subnet's route table sends the internet's packets to, with the table's id. */
function gatewayOf(
    oracle: Oracle,
    subnet: Thing | undefined,
    peer: string,
): { gateway: Thing; table: Thing } | undefined {
    const table = oracle.find("routetable", text(subnet?.inputs, "routeTableId"));
    for (const rule of list(table?.inputs, "routeRules")) {
        const gateway = oracle.find("internetgateway", text(rule, "networkEntityId"));
        const isOn = gateway !== undefined && gateway.inputs.enabled !== false;
        if (isOn && table !== undefined && contains(text(rule, "destination") ?? "", peer)) {
            return { gateway, table };
        }
    }
    return undefined;
}

/** Who lets a packet through: a security list of the subnet, or a group of the interface. */
function letBy(oracle: Oracle, vnic: Thing, direction: "in" | "out", packet: Packet): string | undefined {
    const subnet = subnetOf(oracle, vnic);
    const [rules, peer, side] =
        direction === "in"
            ? (["ingressSecurityRules", "source", "INGRESS"] as const)
            : (["egressSecurityRules", "destination", "EGRESS"] as const);
    for (const id of list(subnet?.inputs, "securityListIds")) {
        const securityList = typeof id === "string" ? oracle.find("securitylist", id) : undefined;
        if (list(securityList?.inputs, rules).some((rule) => lets(rule, peer, packet))) {
            return `security list ${nameOf(securityList)}`;
        }
    }
    for (const id of groupsOf(vnic)) {
        const own = oracle.all("securityrule").filter(({ inputs }) => inputs.networkSecurityGroupId === id);
        if (own.some(({ inputs }) => inputs.direction === side && lets(inputs, peer, packet))) {
            return `network security group ${nameOf(oracle.find("networksecuritygroup", id))}`;
        }
    }
    return undefined;
}

function nameOf(thing: Thing | undefined): string {
    return text(thing?.inputs, "displayName") ?? thing?.id ?? "";
}

/** Follows a packet from a public address outside to a public address of the tenancy. */
export function traceIn(oracle: Oracle, from: string, publicIp: string, port: number, protocol = "6"): Trace {
    const hops: string[] = [];
    const stop = (stopped: string): Trace => ({ delivered: false, hops, stopped });
    const target = oracle.all("publicip").find((each) => addressOf(each) === publicIp);
    const privateIp = oracle.find("privateip", text(target?.inputs, "privateIpId"));
    const holder = privateIp === undefined ? undefined : holderOf(oracle, privateIp);
    if (privateIp === undefined || holder === undefined) {
        return stop(`nothing has the public address ${publicIp}`);
    }
    const way = gatewayOf(oracle, subnetOf(oracle, holder.vnic), from);
    if (way === undefined) {
        return stop(`no route table of the subnet of ${nameOf(holder.instance)} leads back to ${from}`);
    }
    hops.push(`internet gateway ${nameOf(way.gateway)}`, `route table ${nameOf(way.table)}`);
    const by = letBy(oracle, holder.vnic, "in", { protocol, peer: from, port });
    if (by === undefined) {
        return stop(`no security rule lets ${from} in at port ${port} of ${nameOf(holder.instance)}`);
    }
    const address = addressOf(privateIp);
    hops.push(by, `interface of ${nameOf(holder.instance)}`, `private address ${address}`);
    return { delivered: true, hops, at: { instance: nameOf(holder.instance), address, port } };
}

/** True while an instance reaches the internet: a public address on its primary one, a route, and a rule that lets out. */
export function hasWayOut(oracle: Oracle, instance: Thing): boolean {
    const somewhere = "192.0.2.1";
    const attachment = oracle.all("vnicattachment").find(({ inputs }) => inputs.instanceId === instance.id);
    const vnic = oracle.find("vnic", text(attachment?.inputs, "vnicId"));
    if (vnic === undefined) {
        return false;
    }
    const primary = privateIpsOf(oracle, vnic.id).find(({ computed }) => computed.isPrimary === true);
    const isPublic = primary !== undefined && publicIpOn(oracle, primary.id) !== undefined;
    const packet = { protocol: "6", peer: somewhere, port: 443 };
    return (
        isPublic &&
        gatewayOf(oracle, subnetOf(oracle, vnic), somewhere) !== undefined &&
        letBy(oracle, vnic, "out", packet) !== undefined
    );
}
