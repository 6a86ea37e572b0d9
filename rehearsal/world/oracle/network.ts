/** VCNs and what lies in them: gateways, route tables, security lists and groups, subnets. */
import { list, type Properties, text } from "../value";
import { inside, overlap, prefixOf } from "./cidr";
import type { Oracle } from "./oracle";
import { badRule } from "./security-rules";
import { type Fail, inUse, invalid, type OracleType, overLimit, type Thing } from "./type";

const api = (type: string) => `Oracle, API reference: ${type}`;

/** Networks of a VCN. */
export function vcnCidrs(vcn: Thing): string[] {
    const blocks = list(vcn.inputs, "cidrBlocks").filter((block) => typeof block === "string");
    const single = text(vcn.inputs, "cidrBlock");
    return blocks.length > 0 ? [...blocks] : single === undefined ? [] : [single];
}

/** Refuses what is no network of 16 to 30 bits (Oracle, "Allowed VCN Size and Address Ranges"). */
function checkCidr(cidr: string, fail: Fail): void {
    const prefix = prefixOf(cidr);
    if (prefix === undefined || prefix < 16 || prefix > 30) {
        throw fail(
            invalid(
                `The CIDR ${cidr} is invalid: it must be a network between /16 and /30`,
                'Oracle, "Allowed VCN Size and Address Ranges"',
            ),
        );
    }
}

function checkLabel(inputs: Properties, fail: Fail): void {
    const label = text(inputs, "dnsLabel");
    if (label !== undefined && !/^[a-zA-Z][a-zA-Z0-9]{0,14}$/.test(label)) {
        throw fail(
            invalid(
                `dnsLabel '${label}' must be an alphanumeric string that begins with a letter, with at most 15 characters`,
                api("CreateVcnDetails.dnsLabel"),
            ),
        );
    }
}

/** Refuses to let a thing go while others name it. */
function unused(
    oracle: Oracle,
    thing: Thing,
    noun: string,
    others: readonly [kind: string, noun: string, key: string][],
    fail: Fail,
): void {
    for (const [kind, other, key] of others) {
        const user = oracle
            .all(kind)
            .find(({ inputs }) => inputs[key] === thing.id || list(inputs, key).some((id) => id === thing.id));
        if (user !== undefined) {
            throw fail(inUse(noun, thing.id, other, user.id));
        }
    }
}

/** Refuses what is in another VCN. */
function sameVcn(thing: Thing, vcn: string, what: string, fail: Fail): void {
    if (text(thing.inputs, "vcnId") !== vcn) {
        throw fail(invalid(`${what} ${thing.id} is not in the VCN ${vcn}`, api("CreateSubnetDetails")));
    }
}

const core = (noun: string, path: string, service: string) =>
    ({ noun, service: `Core ${service}`, path: `/20160918/${path}`, step: "oci/network" }) as const;

/** A VCN. */
export const vcnType: OracleType = {
    ...core("Vcn", "vcns", "Vcn"),
    kind: "vcn",
    required: ["compartmentId"],
    replaceOn: ["cidrBlock", "dnsLabel", "ipv6privateCidrBlocks", "isOracleGuaAllocationEnabled"],
    begin: (oracle, inputs, fail) => {
        const asked = vcnCidrs({ inputs } as Thing);
        if (asked.length === 0) {
            throw fail(invalid("cidrBlock or cidrBlocks must be given", api("CreateVcnDetails.cidrBlocks")));
        }
        for (const cidr of asked) {
            checkCidr(cidr, fail);
        }
        checkLabel(inputs, fail);
        if (oracle.all("vcn").length >= oracle.site.limits.vcns) {
            throw fail(overLimit("vcn-count"));
        }
        return {
            state: "AVAILABLE",
            cidrBlocks: asked,
            cidrBlock: asked[0] ?? "",
            defaultRouteTableId: oracle.draw("routetable"),
            defaultSecurityListId: oracle.draw("securitylist"),
            defaultDhcpOptionsId: oracle.draw("dhcpoptions"),
        };
    },
    end: (oracle, thing, fail) => {
        if (oracle.all("internetgateway").some(({ inputs }) => inputs.vcnId === thing.id)) {
            throw fail({
                status: 409,
                code: "IncorrectState",
                message: `${thing.id} is associated with Gateway that is in use`,
                source: "oracle/oci-cli#1108",
            });
        }
        unused(
            oracle,
            thing,
            "Vcn",
            [
                ["subnet", "Subnet", "vcnId"],
                ["routetable", "Route Table", "vcnId"],
                ["securitylist", "Security List", "vcnId"],
                ["networksecuritygroup", "Network Security Group", "vcnId"],
            ],
            fail,
        );
        return true;
    },
};

/** The way of a VCN to the internet; there is one at most. */
export const internetGatewayType: OracleType = {
    ...core("InternetGateway", "internetGateways", "Internet Gateway"),
    kind: "internetgateway",
    required: ["compartmentId", "vcnId"],
    replaceOn: ["vcnId"],
    begin: (oracle, inputs, fail) => {
        const vcn = oracle.need("vcn", inputs, "vcnId", fail);
        if (oracle.all("internetgateway").some((other) => other.inputs.vcnId === vcn.id)) {
            throw fail(overLimit("internet-gateway-count"));
        }
        return { state: "AVAILABLE" };
    },
    end: (oracle, thing, fail) => {
        const user = oracle
            .all("routetable")
            .find(({ inputs }) =>
                list(inputs, "routeRules").some((rule) => text(rule, "networkEntityId") === thing.id),
            );
        if (user !== undefined) {
            throw fail(inUse("Internet Gateway", thing.id, "Route Table", user.id));
        }
        return true;
    },
};

function checkRoutes(oracle: Oracle, inputs: Properties, fail: Fail): Properties {
    const vcn = oracle.need("vcn", inputs, "vcnId", fail);
    for (const rule of list(inputs, "routeRules")) {
        const gateway = oracle.find("internetgateway", text(rule, "networkEntityId"));
        if (gateway === undefined) {
            throw fail(
                invalid(
                    `The route target ${text(rule, "networkEntityId") ?? ""} does not exist`,
                    api("RouteRule.networkEntityId"),
                ),
            );
        }
        sameVcn(gateway, vcn.id, "The Internet Gateway", fail);
        const destination = text(rule, "destination") ?? "";
        if (prefixOf(destination) === undefined) {
            throw fail(
                invalid(`The route destination ${destination} is not a CIDR block`, api("RouteRule.destination")),
            );
        }
    }
    return { state: "AVAILABLE" };
}

/** Where packets of a subnet go. */
export const routeTableType: OracleType = {
    ...core("RouteTable", "routeTables", "Route Table"),
    kind: "routetable",
    required: ["compartmentId", "vcnId"],
    replaceOn: ["vcnId"],
    begin: checkRoutes,
    change: (oracle, _thing, inputs, fail) => checkRoutes(oracle, inputs, fail),
    end: (oracle, thing, fail) => {
        unused(oracle, thing, "Route Table", [["subnet", "Subnet", "routeTableId"]], fail);
        return true;
    },
};

function checkRules(oracle: Oracle, inputs: Properties, fail: Fail): Properties {
    oracle.need("vcn", inputs, "vcnId", fail);
    const words = [
        ...list(inputs, "ingressSecurityRules").map((rule) => badRule(rule, "source")),
        ...list(inputs, "egressSecurityRules").map((rule) => badRule(rule, "destination")),
    ].find((wrong) => wrong !== undefined);
    if (words !== undefined) {
        throw fail(invalid(words, api("IngressSecurityRule and EgressSecurityRule")));
    }
    return { state: "AVAILABLE" };
}

/** What every interface of a subnet lets through. */
export const securityListType: OracleType = {
    ...core("SecurityList", "securityLists", "Security List"),
    kind: "securitylist",
    required: ["compartmentId", "vcnId"],
    replaceOn: ["vcnId"],
    begin: checkRules,
    change: (oracle, _thing, inputs, fail) => checkRules(oracle, inputs, fail),
    end: (oracle, thing, fail) => {
        unused(oracle, thing, "Security List", [["subnet", "Subnet", "securityListIds"]], fail);
        return true;
    },
};

/** What some interfaces let through beside that. */
export const securityGroupType: OracleType = {
    ...core("NetworkSecurityGroup", "networkSecurityGroups", "Network Security Group"),
    kind: "networksecuritygroup",
    required: ["compartmentId", "vcnId"],
    replaceOn: ["vcnId"],
    begin: (oracle, inputs, fail) => {
        oracle.need("vcn", inputs, "vcnId", fail);
        return { state: "AVAILABLE" };
    },
    end: (oracle, thing, fail) => {
        unused(oracle, thing, "Network Security Group", [["vnic", "VNIC", "nsgIds"]], fail);
        for (const rule of oracle
            .all("securityrule")
            .filter(({ inputs }) => inputs.networkSecurityGroupId === thing.id)) {
            oracle.things.delete(rule.id);
        }
        return true;
    },
};

/** One rule of a group. */
export const securityGroupRuleType: OracleType = {
    kind: "securityrule",
    service: "Core Network Security Group Security Rule",
    noun: "NetworkSecurityGroupSecurityRules",
    verb: "Add",
    path: "/20160918/networkSecurityGroups/actions/addSecurityRules",
    step: "oci/security-rule",
    required: ["networkSecurityGroupId", "direction", "protocol"],
    replaceOn: ["networkSecurityGroupId"],
    begin: (oracle, inputs, fail) => {
        oracle.need("networksecuritygroup", inputs, "networkSecurityGroupId", fail);
        const words = badRule(inputs, inputs.direction === "EGRESS" ? "destination" : "source");
        if (words !== undefined) {
            throw fail(invalid(words, api("AddSecurityRuleDetails")));
        }
        return { isValid: true };
    },
};

/** A part of a VCN that interfaces are in. */
export const subnetType: OracleType = {
    ...core("Subnet", "subnets", "Subnet"),
    kind: "subnet",
    required: ["compartmentId", "vcnId", "cidrBlock"],
    replaceOn: ["vcnId", "availabilityDomain", "dnsLabel", "prohibitInternetIngress", "prohibitPublicIpOnVnic"],
    begin: (oracle, inputs, fail) => {
        const vcn = oracle.need("vcn", inputs, "vcnId", fail);
        const cidr = text(inputs, "cidrBlock") ?? "";
        checkCidr(cidr, fail);
        checkLabel(inputs, fail);
        if (!vcnCidrs(vcn).some((block) => inside(cidr, block))) {
            throw fail(
                invalid(
                    `The requested CIDR ${cidr} is invalid: it is not in the VCN's ${vcnCidrs(vcn).join(", ")}`,
                    api("CreateSubnetDetails.cidrBlock"),
                ),
            );
        }
        const other = oracle
            .all("subnet")
            .find(({ inputs: has }) => has.vcnId === vcn.id && overlap(cidr, text(has, "cidrBlock") ?? ""));
        if (other !== undefined) {
            throw fail(
                invalid(
                    `The requested CIDR ${cidr} is invalid: subnet ${other.id} with CIDR ${text(other.inputs, "cidrBlock") ?? ""} overlaps with this CIDR.`,
                    api("CreateSubnetDetails.cidrBlock"),
                ),
            );
        }
        if (inputs.routeTableId !== undefined) {
            sameVcn(oracle.need("routetable", inputs, "routeTableId", fail), vcn.id, "The Route Table", fail);
        }
        for (const id of list(inputs, "securityListIds")) {
            sameVcn(oracle.need("securitylist", { id }, "id", fail), vcn.id, "The Security List", fail);
        }
        return { state: "AVAILABLE", virtualRouterIp: "" };
    },
    made: ({ around }, { id, inputs }) => {
        const cidr = text(inputs, "cidrBlock") ?? "";
        around.network.addNetwork?.(id, { cidr, reachable: () => around.reachesPrivately?.(cidr) ?? false });
    },
    end: (oracle, thing, fail) => {
        unused(oracle, thing, "Subnet", [["vnic", "VNIC", "subnetId"]], fail);
        oracle.around.network.removeNetwork?.(thing.id);
        return true;
    },
};
