/** Load balancers, NAT gateways and DNS of raw programs. */

import type { FailureDomain, FailureDomainKind, Service } from "../facts";
import { LOAD_BALANCER, NETWORK_LOAD_BALANCER } from "../free-tier/load-balancers";
import type { Resource } from "../graph";
import { known, readText } from "../reading";
import type { Contribution } from "./contribution";

/** Types that stand alone in front of, or behind, everything else. */
const singles: Readonly<Record<string, { readonly kind: FailureDomainKind; readonly title: string }>> = {
    [LOAD_BALANCER]: { kind: "load-balancer", title: "Load balancer" },
    [NETWORK_LOAD_BALANCER]: { kind: "load-balancer", title: "Network load balancer" },
    "oci:Core/natGateway:NatGateway": { kind: "nat", title: "NAT gateway" },
    "cloudflare:index/loadBalancer:LoadBalancer": { kind: "load-balancer", title: "Load balancer" },
};

/** Records of names, by DNS provider. */
const dnsTypes: readonly (readonly [RegExp, string])[] = [
    [/^cloudflare:index\/(?:dnsRecord:DnsRecord|record:Record)$/, "cloudflare"],
    [/^oci:Dns\/(?:record|rrset):/, "oci"],
    [/^aws:route53\/record:Record$/, "route53"],
    [/^gcp:dns\/recordSet:RecordSet$/, "google"],
    [/^azure-native:(?:dns|network)[^:]*:RecordSet$/, "azure"],
    [/^digitalocean:index\/dnsRecord:DnsRecord$/, "digitalocean"],
    [/^dns:index\//, "rfc2136"],
];

/** What network resources contribute. */
export function networkParts(resources: readonly Resource[]): Contribution[] {
    const contributions: Contribution[] = [];
    const groups = new Map<FailureDomainKind, { resource: Resource; domain: FailureDomain }[]>();
    const dns = new Map<string, Resource>();
    for (const resource of resources) {
        const single = singles[resource.type];
        if (single !== undefined) {
            const name = known(readText(resource, "displayName")) ?? resource.name;
            const domain = {
                name: `${single.kind}/${name}`,
                kind: single.kind,
                title: `${single.title} ${name}`,
            };
            groups.set(single.kind, [...(groups.get(single.kind) ?? []), { resource, domain }]);
        }
        const provider = dnsTypes.find(([pattern]) => pattern.test(resource.type))?.[1];
        if (provider !== undefined && !dns.has(provider)) {
            dns.set(provider, resource);
        }
    }
    for (const [kind, group] of groups) {
        contributions.push(...serviceOf(kind === "nat" ? "way-out" : "way-in", kind, group));
    }
    const providers = [...dns].map(([provider, resource]) => ({
        resource,
        domain: {
            name: `dns-provider/${provider}`,
            kind: "dns-provider" as const,
            title: `DNS provider ${provider}`,
        },
    }));
    contributions.push(...serviceOf("dns", "dns-provider", providers));
    return contributions;
}

const titles: Readonly<Record<string, string>> = {
    "way-in": "everything behind the load balancer",
    "way-out": "the way out through NAT",
    dns: "DNS",
};

function serviceOf(
    name: string,
    kind: FailureDomainKind,
    group: readonly { readonly resource: Resource; readonly domain: FailureDomain }[],
): Contribution[] {
    const first = group[0];
    if (first === undefined) {
        return [];
    }
    const service: Service = {
        name,
        title: titles[name] ?? kind,
        redundancy: { rule: "any-of" },
        members: Object.fromEntries(group.map(({ domain }) => [domain.name, domain.name])),
    };
    return [
        {
            resource: first.resource,
            parts: { domains: group.map(({ domain }) => domain), services: [service], blind: [] },
        },
    ];
}
