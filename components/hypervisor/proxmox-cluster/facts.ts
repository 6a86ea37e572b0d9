import type { Facts } from "../../../policy/facts";

/** What Ceph on the nodes of a Proxmox VE cluster stands on: a monitor and an OSD a node, on its boot disk. */
export function proxmoxClusterFacts(args: {
    readonly hosts: Readonly<Record<string, { readonly livesOn?: string }>>;
    readonly ceph: { readonly size: number; readonly minSize: number };
}): Facts {
    const nodes = Object.entries(args.hosts);
    const domain = (node: string) => `hypervisor-node/${node}`;
    return {
        domains: nodes.map(([node, { livesOn }]) => ({
            name: domain(node),
            kind: "hypervisor-node" as const,
            title: `Proxmox node ${node}`,
            ...(livesOn === undefined ? {} : { partOf: [livesOn] }),
        })),
        services: [
            {
                name: "ceph-mon",
                title: "Ceph monitors",
                redundancy: { rule: "majority" },
                members: Object.fromEntries(nodes.map(([node]) => [`mon-${node}`, domain(node)])),
            },
            {
                name: "ceph-data",
                title: "Ceph",
                redundancy: {
                    rule: "replicated",
                    size: args.ceph.size,
                    minSize: args.ceph.minSize,
                    apart: "hypervisor-node",
                },
                members: Object.fromEntries(nodes.map(([node]) => [`osd-${node}`, domain(node)])),
                needs: ["ceph-mon"],
                storesData: true,
                mitigation: `${args.ceph.size} copies, each on another node.`,
            },
        ],
    };
}
