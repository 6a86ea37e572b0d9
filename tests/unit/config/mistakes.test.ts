import { describe, expect, test } from "vitest";
import { parseFleet, platforms } from "../../../config";
import { stackSections } from "../../harness/stack-config";

/** A value at a dotted path of a stack's sections; undefined takes the key away. */
type Change = readonly [path: string, value: unknown];

/** What is wrong with a stack after changes to its file. */
function mistakes(stack: string, changes: readonly Change[]): readonly string[] {
    const changed = stackSections(stack);
    for (const [dotted, value] of changes) {
        const keys = dotted.split("/");
        const last = keys.pop() ?? "";
        const holder = keys.reduce<Record<string, unknown>>((at, key) => {
            at[key] ??= {};
            return at[key] as Record<string, unknown>;
        }, changed);
        if (value === undefined) {
            delete holder[last];
        } else {
            holder[last] = value;
        }
    }
    const result = parseFleet(changed);
    return "mistakes" in result ? result.mistakes : [];
}

const pool = "strata:cni.loadBalancerPool is";

test.each<[string, string, readonly Change[], readonly string[]]>([
    [
        "a wrong value",
        "homelab",
        [["machines/c0/cpuCores", "four"]],
        ['strata:machines.c0.cpuCores is "four", expected a number.'],
    ],
    [
        "half a core",
        "homelab",
        [["machines/c0/cpuCores", 2.5]],
        ["strata:machines.c0.cpuCores is 2.5, expected a whole number."],
    ],
    [
        "an unknown role",
        "homelab",
        [["machines/w0/role", "master"]],
        ['strata:machines.w0.role is "master", expected one of controlplane, worker.'],
    ],
    [
        "a missing value",
        "homelab",
        [["machines/c0/vmId", undefined]],
        ["strata:machines.c0.vmId is missing, expected a number."],
    ],
    [
        "an id under 100",
        "homelab",
        [["machines/c0/vmId", 40]],
        ["strata:machines.c0.vmId is 40, expected at least 100."],
    ],
    [
        "an unknown key",
        "homelab",
        [["machines/c0/cores", 4]],
        ["strata:machines.c0.cores is 4, expected no such key: see docs/configuration.md for those there are."],
    ],
    [
        "an unknown key at the top of a section",
        "homelab",
        [["talos/clustername", "x"]],
        ['strata:talos.clustername is "x", expected no such key: see docs/configuration.md for those there are.'],
    ],
    [
        "an unknown section",
        "homelab",
        [["macines", {}]],
        [
            `strata:macines is {}, expected no such section: there are ${Object.keys(platforms.proxmox.sections).join(", ")}.`,
        ],
    ],
    ["a section that is missing", "homelab", [["cni", undefined]], ["strata:cni is missing, expected a map."]],
    [
        "a machine name that is no host name",
        "homelab",
        [["machines/Worker_2", { role: "worker", host: "pve", address: "10.10.0.152", vmId: 152 }]],
        ['strata:machines.Worker_2 is "Worker_2", expected a host name: lower-case letters, digits and dashes.'],
    ],
    [
        "something that is no address",
        "homelab",
        [["machines/c0/address", "10.10.0"]],
        ['strata:machines.c0.address is "10.10.0", expected an IPv4 address such as 10.10.0.140.'],
    ],
    [
        "an endpoint without https",
        "homelab",
        [["hypervisor/endpoint", "http://10.10.0.10:8006/"]],
        [
            'strata:hypervisor.endpoint is "http://10.10.0.10:8006/", expected an https address such as https://10.10.0.10:8006/.',
        ],
    ],
    [
        "an address outside its network",
        "homelab",
        [["machines/w0/address", "10.11.0.150"]],
        [
            'strata:machines.w0.address is "10.11.0.150", expected a host\'s address inside strata:network.cidr 10.10.0.0/24.',
        ],
    ],
    [
        "the network's broadcast address",
        "homelab",
        [["machines/w0/address", "10.10.0.255"]],
        [
            'strata:machines.w0.address is "10.10.0.255", expected a host\'s address inside strata:network.cidr 10.10.0.0/24.',
        ],
    ],
    [
        "a gateway outside its network",
        "homelab",
        [["network/gateway", "10.11.0.1"]],
        ['strata:network.gateway is "10.11.0.1", expected a host\'s address inside strata:network.cidr 10.10.0.0/24.'],
    ],
    [
        "a machine that has the gateway's address",
        "homelab",
        [["machines/w0/address", "10.10.0.1"]],
        ['strata:machines.w0.address is "10.10.0.1", expected an address other than strata:network.gateway.'],
    ],
    [
        "a machine that has the hypervisor's address",
        "homelab",
        [["machines/w0/address", "10.10.0.10"]],
        [
            'strata:machines.w0.address is "10.10.0.10", expected an address other than the host\'s own in strata:hypervisor.endpoint.',
        ],
    ],
    [
        "a machine inside the pool",
        "homelab",
        [["machines/w0/address", "10.10.0.75"]],
        [`${pool} "10.10.0.70 to 10.10.0.80", expected a range without 10.10.0.75, which is machine w0.`],
    ],
    [
        "the hypervisor inside the pool",
        "homelab",
        [["cni/loadBalancerPool/first", "10.10.0.5"]],
        [`${pool} "10.10.0.5 to 10.10.0.80", expected a range without 10.10.0.10, which is the Proxmox VE API.`],
    ],
    [
        "two machines with one address",
        "homelab",
        [["machines/w1/address", "10.10.0.150"]],
        [
            'strata:machines.w1.address is "10.10.0.150", expected one of its own: strata:machines.w0.address has it already.',
        ],
    ],
    [
        "two machines with one id",
        "homelab",
        [["machines/w1/vmId", 140]],
        ["strata:machines.w1.vmId is 140, expected one of its own: strata:machines.c0.vmId has it already."],
    ],
    [
        "an even number of controllers",
        "homelab",
        [["machines/w0/role", "controlplane"]],
        [
            'strata:machines is ["c0","w0"], expected an odd number of machines with role controlplane: an even one survives no more failures than one less.',
        ],
    ],
    [
        "no controller at all",
        "homelab",
        [["machines/c0/role", "worker"]],
        [
            "strata:machines is [], expected an odd number of machines with role controlplane: an even one survives no more failures than one less.",
        ],
    ],
    [
        "a system disk under Talos's minimum",
        "homelab",
        [["machines/c0/systemDiskGiB", 9]],
        ["strata:machines.c0.systemDiskGiB is 9, expected at least 10."],
    ],
    [
        "a storage disk too small for an OSD",
        "homelab",
        [["machines/w0/storageDiskGiB", 4]],
        ["strata:machines.w0.storageDiskGiB is 4, expected at least 10."],
    ],
    [
        "a controller with one core",
        "homelab",
        [["machines/c0/cpuCores", 1]],
        ["strata:machines.c0.cpuCores is 1, expected at least 2 for a controlplane (Talos's minimum)."],
    ],
    [
        "a controller with 1 GiB",
        "homelab",
        [["machines/c0/memoryGiB", 1]],
        ["strata:machines.c0.memoryGiB is 1, expected at least 2 for a controlplane (Talos's minimum)."],
    ],
    [
        "a host that is not there",
        "homelab",
        [["machines/c0/host", "pve-9"]],
        ['strata:machines.c0.host is "pve-9", expected a node of strata:hypervisor.nodes (pve).'],
    ],
    [
        "machines that ask for more memory than their host has",
        "homelab",
        [["hypervisor/nodes/pve/memoryGiB", 27]],
        [
            "strata:hypervisor.nodes.pve.memoryGiB is 27, expected at least the 28 that its machines (c0, w0, w1) ask for together.",
        ],
    ],
    [
        "a Kubernetes too new for its Talos",
        "homelab",
        [["talos/kubernetesVersion", "1.34.0"]],
        ['strata:talos.kubernetesVersion is "1.34.0", expected 1.28 to 1.33, which Talos v1.10.5 supports.'],
    ],
    [
        "a Kubernetes too old for its Talos",
        "homelab",
        [["talos/kubernetesVersion", "1.27.9"]],
        ['strata:talos.kubernetesVersion is "1.27.9", expected 1.28 to 1.33, which Talos v1.10.5 supports.'],
    ],
    [
        "a Talos nobody has tried",
        "homelab",
        [["talos/version", "v2.0.0"]],
        ['strata:talos.version is "v2.0.0", expected a release of Talos 1.9, 1.10, 1.11, 1.12.'],
    ],
    [
        "a shared address that is a machine's",
        "homelab-ha",
        [["talos/virtualIp", "10.10.0.141"]],
        ['strata:talos.virtualIp is "10.10.0.141", expected an address other than machine c1\'s own.'],
    ],
    [
        "a shared address that is the gateway's",
        "homelab-ha",
        [["talos/virtualIp", "10.10.0.1"]],
        ['strata:talos.virtualIp is "10.10.0.1", expected an address other than strata:network.gateway.'],
    ],
    [
        "a shared address outside the network",
        "homelab-ha",
        [["talos/virtualIp", "10.11.0.130"]],
        [
            'strata:talos.virtualIp is "10.11.0.130", expected a host\'s address inside strata:network.cidr 10.10.0.0/24.',
        ],
    ],
    [
        "a shared address inside the pool",
        "homelab-ha",
        [["talos/virtualIp", "10.10.0.75"]],
        [
            `${pool} "10.10.0.70 to 10.10.0.80", expected a range without 10.10.0.75, which is the control planes' virtual address.`,
        ],
    ],
    [
        "a pool the DHCP server gives away",
        "homelab",
        [["network/dhcpRange", { first: "10.10.0.80", last: "10.10.0.99" }]],
        [
            `${pool} "10.10.0.70 to 10.10.0.80", expected an address outside strata:network.dhcpRange 10.10.0.80 to 10.10.0.99, which DHCP gives to others.`,
        ],
    ],
    [
        "a machine the DHCP server could double",
        "homelab",
        [["network/dhcpRange", { first: "10.10.0.140", last: "10.10.0.149" }]],
        [
            'strata:machines.c0.address is "10.10.0.140", expected an address outside strata:network.dhcpRange 10.10.0.140 to 10.10.0.149, which DHCP gives to others.',
        ],
    ],
    [
        "a DHCP range the wrong way round",
        "homelab",
        [["network/dhcpRange", { first: "10.10.0.240", last: "10.10.0.200" }]],
        ['strata:network.dhcpRange.first is "10.10.0.240", expected an address before its last one 10.10.0.200.'],
    ],
    ["an unknown profile", "homelab", [["profile", "cheap"]], ['strata:profile is "cheap", expected one of free, ha.']],
    [
        "a risk without an end",
        "homelab",
        [["acceptedRisks", [{ component: "machine/c0", reason: "r", owner: "o", until: "never" }]]],
        ['strata:acceptedRisks.0.until is "never", expected a date such as 2027-06-30.'],
    ],
])("%s is one sentence naming key, value and expectation", (_, stack, changes, expected) => {
    expect(mistakes(stack, changes)).toEqual(expected);
});

describe("mistakes in one section", () => {
    test("do not hide those of another", () => {
        const found = mistakes("homelab", [
            ["machines/c0/cpuCores", 1],
            ["talos/kubernetesVersion", "1.34.0"],
            ["storage/size", 3],
        ]);
        expect(found.map((each) => each.split(" ")[0])).toEqual([
            "strata:machines.c0.cpuCores",
            "strata:talos.kubernetesVersion",
            "strata:storage.size",
        ]);
    });

    test("leave promises to sections that are malformed unjudged, and judge the others", () => {
        const found = mistakes("homelab", [
            ["hypervisor/nodes", {}],
            ["network/gateway", "10.11.0.1"],
        ]);
        expect(found.map((each) => each.split(" ")[0])).toEqual(["strata:hypervisor.nodes", "strata:network.gateway"]);
    });
});
