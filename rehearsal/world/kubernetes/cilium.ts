/** Cilium's own kinds: address pools, announcements, policies. */
import { Refusal } from "../refusal";
import { at, isProperties, list, type Properties } from "../value";
import type { Admission, Controller } from "./controller";
import { blockRange } from "./load-balancer";

const crd = "Cilium 1.18: custom resource definitions of pkg/k8s/apis/cilium.io";

function refuse(request: Admission, kind: string, path: string, words: string): never {
    throw new Refusal(`${kind}.cilium.io "${request.name}" is invalid: ${path}: ${words}`, crd);
}

/** Pools of addresses for services. */
export const ipPoolController: Controller = {
    awaited: false,
    admit(request, cluster) {
        const kind = "CiliumLoadBalancerIPPool";
        const blocks = list(request.manifest, "spec.blocks");
        if (blocks.length === 0) {
            refuse(request, kind, "spec.blocks", "Required value");
        }
        const mine = blocks.map((block) => {
            if (!isProperties(block) || (block.cidr !== undefined) === (block.start !== undefined)) {
                refuse(request, kind, "spec.blocks", "Invalid value: a block has either a cidr, or a start and a stop");
            }
            return (
                blockRange(block) ??
                refuse(
                    request,
                    kind,
                    "spec.blocks",
                    `Invalid value: ${JSON.stringify(block)}: not a range of addresses`,
                )
            );
        });
        for (const other of cluster.objects.list("cilium.io/v2", kind).filter((each) => each.name !== request.name)) {
            const theirs = list(other.manifest, "spec.blocks").flatMap((block) => blockRange(block) ?? []);
            if (mine.some((a) => theirs.some((b) => a.first <= b.last && b.first <= a.last))) {
                throw new Refusal(
                    `cilium.io/PoolConflict: CiliumLoadBalancerIPPool "${request.name}" conflicts with pool "${other.name}": their ranges overlap`,
                    "Cilium 1.18: operator/pkg/lbipam",
                );
            }
        }
    },
};

/** Who answers ARP for services. */
export const announcementController: Controller = {
    awaited: false,
    admit(request) {
        for (const key of ["externalIPs", "loadBalancerIPs"]) {
            const value = at(request.manifest, `spec.${key}`);
            if (value !== undefined && typeof value !== "boolean") {
                refuse(
                    request,
                    "CiliumL2AnnouncementPolicy",
                    `spec.${key}`,
                    `Invalid value: "${typeof value}": spec.${key} in body must be of type boolean: "${typeof value}"`,
                );
            }
        }
    },
};

const entities = [
    "all",
    "world",
    "cluster",
    "host",
    "init",
    "ingress",
    "unmanaged",
    "remote-node",
    "health",
    "none",
    "kube-apiserver",
    "world-ipv4",
    "world-ipv6",
];

/** Network policies of Cilium. */
export const ciliumPolicyController: Controller = {
    awaited: false,
    admit(request) {
        const { spec: single } = request.manifest;
        const specs = [
            ...(isProperties(single) ? [single] : []),
            ...list(request.manifest, "specs").filter(isProperties),
        ];
        if (specs.length === 0) {
            refuse(request, "CiliumNetworkPolicy", "spec", "Required value: one of spec and specs must be set");
        }
        for (const spec of specs) {
            if (!isProperties(spec.endpointSelector) && !isProperties(spec.nodeSelector)) {
                refuse(
                    request,
                    "CiliumNetworkPolicy",
                    "spec",
                    "Invalid value: rule must have one of EndpointSelector or NodeSelector",
                );
            }
            for (const direction of ["ingress", "egress", "ingressDeny", "egressDeny"]) {
                list(spec, direction).forEach((rule, index) => {
                    checkRule(request, `spec.${direction}[${index}]`, isProperties(rule) ? rule : {});
                });
            }
        }
    },
};

function checkRule(request: Admission, path: string, rule: Properties): void {
    for (const key of ["toEntities", "fromEntities"]) {
        for (const entity of list(rule, key).filter((each) => !entities.includes(String(each)))) {
            refuse(
                request,
                "CiliumNetworkPolicy",
                `${path}.${key}`,
                `Unsupported value: "${String(entity)}": supported values: ${entities.map((each) => `"${each}"`).join(", ")}`,
            );
        }
    }
    for (const entry of list(rule, "toPorts")
        .flatMap((toPorts) => list(toPorts, "ports"))
        .filter(isProperties)) {
        if (typeof entry.port !== "string") {
            refuse(
                request,
                "CiliumNetworkPolicy",
                `${path}.toPorts.ports.port`,
                `Invalid value: "${typeof entry.port}": must be of type string: "${typeof entry.port}"`,
            );
        }
        const { protocol } = entry;
        if (
            protocol !== undefined &&
            !["TCP", "UDP", "SCTP", "ICMP", "ICMPv6", "ANY", "VRRP", "IGMP"].includes(String(protocol))
        ) {
            refuse(
                request,
                "CiliumNetworkPolicy",
                `${path}.toPorts.ports.protocol`,
                `Unsupported value: "${String(protocol)}": supported values: "TCP", "UDP", "SCTP", "VRRP", "IGMP", "ANY"`,
            );
        }
    }
}
