/** Mistakes in a stack with Proxmox VE at Oracle. */
import { expect, test } from "vitest";
import { oracleProxmoxSections } from "../../harness/oracle-stacks";
import { type Change, mistakesIn, oracleMistakes } from "../../harness/stack-mistakes";

const pair = "at least 3 instances: with two, a cluster stands still when one is away";

test.each<[string, readonly Change[], readonly string[]]>([
    [
        "a machine on an instance that is not there",
        [["machines/cp-3/host", "ampere-4"]],
        [
            'strata:machines.cp-3.host is "ampere-4", expected an instance of strata:cloud.instances (ampere-1, ampere-2, ampere-3).',
        ],
    ],
    [
        "a machine outside of its network",
        [["machines/cp-1/address", "10.0.1.40"]],
        [
            'strata:machines.cp-1.address is "10.0.1.40", expected a host\'s address inside strata:proxmoxCluster.machineNetwork.cidr 10.20.0.0/24.',
        ],
    ],
    [
        "a machine at the gateway's address",
        [["machines/cp-1/address", "10.20.0.1"]],
        [
            'strata:machines.cp-1.address is "10.20.0.1", expected an address other than strata:proxmoxCluster.machineNetwork.gateway.',
        ],
    ],
    [
        "a machine at the container's address",
        [["machines/cp-1/address", "10.20.0.2"]],
        [
            'strata:machines.cp-1.address is "10.20.0.2", expected an address other than strata:proxmoxCluster.tailscale.address.',
        ],
    ],
    [
        "more virtual cores than the host has",
        [["machines/cp-2/cpuCores", 2]],
        ["strata:machines.cp-2.cpuCores is 2, expected at most the 1 its host ampere-2 has (Proxmox VE)."],
    ],
    [
        "more memory than the host has beside Proxmox VE and Ceph",
        [["machines/cp-2/memoryGiB", 4]],
        [
            "strata:cloud.instances.ampere-2.memoryGiB is 8, expected at least the 9 that Proxmox VE and Ceph (5) and its machines (cp-2) ask for together.",
        ],
    ],
    [
        "a Ceph that Proxmox does not build for arm64",
        [["proxmoxCluster/ceph/release", "squid"]],
        [
            'strata:proxmoxCluster.ceph.release is "squid", expected tentacle: Proxmox has no packages of squid and older releases for arm64 (pve-manager, PVE/Ceph/Releases.pm).',
        ],
    ],
    [
        "a boot volume that does not hold image and OSD",
        [["proxmoxCluster/ceph/osdGiB", 31]],
        ["ampere-1", "ampere-2", "ampere-3"].map(
            (name) =>
                `strata:cloud.instances.${name}.bootVolumeGiB is 50, expected at least 51: the Proxmox VE image takes 19.1 GiB, the OSD the 31 of strata:proxmoxCluster.ceph.osdGiB.`,
        ),
    ],
    [
        "disks that do not fit into Ceph",
        [["machines/cp-1/systemDiskGiB", 20]],
        [
            "strata:proxmoxCluster.ceph.osdGiB is 30, expected enough for the 44 GiB of the machines' and the container's disks: 2 copies leave 38 GiB until Ceph warns.",
        ],
    ],
    [
        "a storage disk in a machine",
        [["machines/cp-1/storageDiskGiB", 10]],
        ["strata:machines.cp-1.storageDiskGiB is 10, expected no storage disk: Ceph is on the hosts here."],
    ],
    [
        "the container's id for a machine",
        [["machines/cp-1/vmId", 100]],
        [
            "strata:machines.cp-1.vmId is 100, expected one of its own: strata:proxmoxCluster.tailscale.id has it already.",
        ],
    ],
    [
        "more copies than hosts are for",
        [
            ["proxmoxCluster/ceph/size", 1],
            ["proxmoxCluster/ceph/minSize", 2],
        ],
        ["strata:proxmoxCluster.ceph.minSize is 2, expected at most strata:proxmoxCluster.ceph.size 1."],
    ],
    [
        "a gateway outside of its network",
        [["proxmoxCluster/machineNetwork/gateway", "10.21.0.1"]],
        [
            'strata:proxmoxCluster.machineNetwork.gateway is "10.21.0.1", expected a host\'s address inside strata:proxmoxCluster.machineNetwork.cidr 10.20.0.0/24.',
        ],
    ],
    [
        "a container at the gateway's address",
        [["proxmoxCluster/tailscale/address", "10.20.0.1"]],
        [
            'strata:proxmoxCluster.tailscale.address is "10.20.0.1", expected an address other than strata:proxmoxCluster.machineNetwork.gateway.',
        ],
    ],
    [
        "a cluster name that is too long for pvecm",
        [["proxmoxCluster/clusterName", "a-name-of-16-let"]],
        [
            'strata:proxmoxCluster.clusterName is "a-name-of-16-let", expected at most 15 lower-case letters, digits and dashes (pvecm).',
        ],
    ],
    [
        "a bridge with a name too long for Proxmox",
        [["proxmoxCluster/machineNetwork/vnet", "machines-1"]],
        [
            'strata:proxmoxCluster.machineNetwork.vnet is "machines-1", expected at most 8 lower-case letters and digits (Proxmox SDN).',
        ],
    ],
    [
        "a virtual address outside of the machines' network",
        [["talos/virtualIp", "10.0.1.50"]],
        [
            'strata:talos.virtualIp is "10.0.1.50", expected a host\'s address inside strata:proxmoxCluster.machineNetwork.cidr 10.20.0.0/24.',
        ],
    ],
    [
        "a Kubernetes Flux does not run on",
        [["talos/kubernetesVersion", "1.32.9"]],
        [
            'strata:talos.kubernetesVersion is "1.32.9", expected 1.33 or later, which Flux\'s chart 2.18.3 (strata:delivery.fluxVersion) asks for before it installs anything.',
        ],
    ],
    [
        "control planes that take no workloads, and nobody else",
        [["talos/schedulingOnControlPlanes", false]],
        [
            "strata:talos.schedulingOnControlPlanes is false, expected true: no machine is a worker, so nothing would run.",
            'strata:cloud.ingress.instance is "ampere-1", expected an instance with a machine that takes workloads: requests go no further than that.',
        ],
    ],
    [
        "two control planes",
        [["machines/cp-3", undefined]],
        [
            'strata:machines is ["cp-1","cp-2"], expected an odd number of machines with role controlplane: an even one survives no more failures than one less.',
        ],
    ],
])("%s is refused by name", (_, changes, expected) => {
    expect(oracleMistakes("oracle-proxmox", changes)).toEqual(expected);
});

test("two hosts are refused: one away stops both", () => {
    const found = oracleMistakes("oracle-proxmox", [
        ["cloud/instances/ampere-3", undefined],
        ["machines/cp-3", undefined],
    ]);
    expect(found).toContain(`strata:cloud.instances is ["ampere-1","ampere-2"], expected ${pair}.`);
});

test("a machine that is called like an instance is refused", () => {
    const raw = oracleProxmoxSections();
    const machines = raw.machines as Record<string, unknown>;
    const { "cp-1": first, ...others } = machines;
    const found = mistakesIn({ ...raw, machines: { "ampere-1": first, ...others } });
    expect(found).toEqual([
        'strata:machines.ampere-1 is "ampere-1", expected a name of its own: an instance of strata:cloud has it already.',
    ]);
});
