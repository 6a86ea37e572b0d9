import { type Properties, type Resource, UNKNOWN } from "../../graph";
import { asNumber, asRecord, read } from "../../reading";
import { cannotKnow, type Finding, type ResourceRule } from "../../rule";

/** Administration is not open to the internet. */
export const adminPorts: ResourceRule = {
    id: "hygiene-admin-ports",
    title: "Administration ports are closed to the internet",
    family: "hygiene",
    level: "mandatory",
    severity: "critical",
    scope: "resource",
    why: "Whoever reaches these ports needs one leaked credential, or one flaw, to own the fleet.",
    limit: "No rule opens 22 (SSH), 2379-2380 (etcd), 3300 and 6789 (Ceph), 5900-5999 and 3128 (consoles), 6443 (Kubernetes), 8006 (Proxmox), 10250 (kubelet), 50000-50001 (Talos) to 0.0.0.0/0 or ::/0 (port lists of Proxmox VE, Ceph, Talos and Kubernetes).",
    fix: "Name the addresses that need it, go through a bastion, or use a mesh network.",
    onUnknown: "fail",
    options: {
        allow: {
            type: "array",
            items: { type: "number" },
            default: [],
            description: "Ports that may be open all the same.",
        },
    },
    appliesTo: (type) => type in readers,
    judge: (resource, settings) => {
        const allow = Array.isArray(settings.options.allow) ? settings.options.allow : [];
        return (readers[resource.type]?.(resource) ?? []).flatMap((opening): Finding[] => {
            if (opening.blind !== undefined) {
                return [cannotKnow(resource, opening.blind, "whether it opens administration to the internet")];
            }
            const open = ports.filter(
                ({ from, to }) => from <= opening.to && to >= opening.from && !allow.includes(from),
            );
            return open.length === 0 || !opening.sources.some((source) => anywhere.includes(source))
                ? []
                : [
                      {
                          urn: resource.urn,
                          message: `${resource.name}: opens ${open.map(({ name }) => name).join(", ")} to the whole internet; name the addresses that need it.`,
                      },
                  ];
        });
    },
};

const anywhere: readonly string[] = ["0.0.0.0/0", "::/0"];

/** Sources: pve-docs pve-firewall "Ports used by Proxmox VE"; Ceph network configuration reference; Talos network connectivity; Kubernetes ports and protocols. */
const ports: readonly { readonly from: number; readonly to: number; readonly name: string }[] = [
    { from: 22, to: 22, name: "SSH (22)" },
    { from: 2379, to: 2380, name: "etcd (2379-2380)" },
    { from: 3128, to: 3128, name: "the SPICE proxy (3128)" },
    { from: 3300, to: 3300, name: "Ceph monitors (3300)" },
    { from: 5900, to: 5999, name: "VNC consoles (5900-5999)" },
    { from: 6443, to: 6443, name: "the Kubernetes API (6443)" },
    { from: 6789, to: 6789, name: "Ceph monitors (6789)" },
    { from: 8006, to: 8006, name: "the Proxmox API (8006)" },
    { from: 10250, to: 10250, name: "the kubelet (10250)" },
    { from: 50000, to: 50001, name: "the Talos API (50000-50001)" },
];

/** What one rule of a firewall opens over TCP, or what hides it. */
interface Opening {
    readonly from: number;
    readonly to: number;
    readonly sources: readonly string[];
    readonly blind?: string;
}

const LAST_PORT = 65_535;

const readers: Readonly<Record<string, (resource: Resource) => Opening[]>> = {
    "oci:Core/securityList:SecurityList": (resource) => listed(resource, "ingressSecurityRules", oracleRule),
    "oci:Core/defaultSecurityList:DefaultSecurityList": (resource) =>
        listed(resource, "ingressSecurityRules", oracleRule),
    "oci:Core/networkSecurityGroupSecurityRule:NetworkSecurityGroupSecurityRule": (resource) => {
        const direction = read(resource, "direction");
        return direction.state === "known" && direction.value === "EGRESS"
            ? []
            : [oracleRule({ ...resource.outputs, ...resource.inputs }, "source")];
    },
    "aws:ec2/securityGroup:SecurityGroup": (resource) => listed(resource, "ingress", amazonRule),
    "hcloud:index/firewall:Firewall": (resource) => listed(resource, "rules", hetznerRule),
};

function listed(
    resource: Resource,
    path: string,
    opening: (rule: Properties, path: string) => Opening | undefined,
): Opening[] {
    const rules = read(resource, path);
    if (rules.state === "unknown") {
        return [blind(path)];
    }
    const list = rules.state === "known" && Array.isArray(rules.value) ? (rules.value as readonly unknown[]) : [];
    return list.flatMap((rule, index): Opening[] => {
        if (rule === UNKNOWN) {
            return [blind(`${path}[${index}]`)];
        }
        const found = opening(asRecord(rule) ?? {}, `${path}[${index}]`);
        return found === undefined ? [] : [found];
    });
}

function blind(path: string): Opening {
    return { from: 0, to: 0, sources: [], blind: path };
}

/** Oracle: protocol by its number, `6` for TCP, or `all`. */
function oracleRule(rule: Properties, path: string): Opening {
    const tcp = asRecord(rule.tcpOptions);
    const range = asRecord(tcp?.destinationPortRange) ?? tcp;
    if ([rule.source, rule.protocol, rule.tcpOptions, range?.min, range?.max].includes(UNKNOWN)) {
        return blind(path);
    }
    if (rule.protocol !== "6" && rule.protocol !== "all") {
        return { from: -1, to: -1, sources: [] };
    }
    return {
        from: asNumber(range?.min) ?? 0,
        to: asNumber(range?.max) ?? LAST_PORT,
        sources: [String(rule.source)],
    };
}

function amazonRule(rule: Properties, path: string): Opening {
    const sources = [rule.cidrBlocks, rule.ipv6CidrBlocks].flat();
    if ([rule.fromPort, rule.toPort, rule.protocol, ...sources].includes(UNKNOWN)) {
        return blind(path);
    }
    const everything = rule.protocol === "-1";
    return {
        from: everything ? 0 : (asNumber(rule.fromPort) ?? 0),
        to: everything ? LAST_PORT : (asNumber(rule.toPort) ?? LAST_PORT),
        sources: sources.map(String),
    };
}

function hetznerRule(rule: Properties, path: string): Opening | undefined {
    const sources = [rule.sourceIps].flat();
    if ([rule.port, rule.protocol, rule.direction, ...sources].includes(UNKNOWN)) {
        return blind(path);
    }
    if (rule.direction !== "in" || rule.protocol !== "tcp") {
        return undefined;
    }
    const [from, to] = String(rule.port ?? "any")
        .split("-")
        .map(Number);
    const any = rule.port === undefined || rule.port === "any";
    return { from: any ? 0 : (from ?? 0), to: any ? LAST_PORT : (to ?? from ?? 0), sources: sources.map(String) };
}
