/** Mistakes in machines: their sizes, roles and hosts, and what runs on them. */
import { expect, test } from "vitest";
import { type Change, mistakesOf as mistakes } from "../../harness/stack-mistakes";

test.each<[string, string, readonly Change[], readonly string[]]>([
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
        "an id under 100",
        "homelab",
        [["machines/c0/vmId", 40]],
        ["strata:machines.c0.vmId is 40, expected at least 100."],
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
])("%s is one sentence naming key, value and expectation", (_, stack, changes, expected) => {
    expect(mistakes(stack, changes)).toEqual(expected);
});
