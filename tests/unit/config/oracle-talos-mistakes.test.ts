/** Mistakes in a stack with Talos at Oracle. */
import { expect, test } from "vitest";
import { oracleTalosSections } from "../../harness/oracle-stacks";
import { type Change, changed, mistakesIn, oracleMistakes } from "../../harness/stack-mistakes";

test.each<[string, readonly Change[], readonly string[]]>([
    [
        "an instance with fewer cores than a control plane wants",
        [["cloud/instances/ampere-1/ocpus", 1]],
        ["strata:cloud.instances.ampere-1.ocpus is 1, expected at least 2 for a controlplane (Talos's minimum)."],
    ],
    [
        "an instance with less memory than a control plane wants",
        [["cloud/instances/ampere-1/memoryGiB", 1]],
        ["strata:cloud.instances.ampere-1.memoryGiB is 1, expected at least 2 for a controlplane (Talos's minimum)."],
    ],
    [
        "a Kubernetes its Talos does not support",
        [["talos/kubernetesVersion", "1.34.0"]],
        ['strata:talos.kubernetesVersion is "1.34.0", expected 1.28 to 1.33, which Talos v1.10.5 supports.'],
    ],
    [
        "a Kubernetes Flux does not run on",
        [["talos/kubernetesVersion", "1.32.9"]],
        [
            'strata:talos.kubernetesVersion is "1.32.9", expected 1.33 or later, which Flux\'s chart 2.18.3 (strata:delivery.fluxVersion) asks for before it installs anything.',
        ],
    ],
    [
        "a virtual address: a VCN knows no such thing",
        [["talos/virtualIp", "10.0.1.50"]],
        ["strata:talos.virtualIp is no key of this section: see docs/configuration.md for those there are."],
    ],
    [
        "NodePorts: Cilium answers at the address itself",
        [["cloud/ingress/httpNodePort", 30080]],
        ["strata:cloud.ingress.httpNodePort is no key of this section: see docs/configuration.md for those there are."],
    ],
])("%s is refused by name", (_, changes, expected) => {
    expect(oracleMistakes("oracle-talos", changes)).toEqual(expected);
});

test("with the Flux before, the Kubernetes before is taken", () => {
    const changes: Change[] = [
        ["talos/kubernetesVersion", "1.32.9"],
        ["delivery/fluxVersion", "2.17.2"],
    ];
    expect(oracleMistakes("oracle-talos", changes)).toEqual([]);
});

test("two etcd members are refused: they are worse than one", () => {
    const raw = changed(oracleTalosSections(), [
        ["cloud/quota", { ocpus: 4, memoryGiB: 24, micros: 1, storageGiB: 250 }],
    ]);
    const cloud = raw.cloud as { instances: Record<string, object> };
    const second = { ...cloud.instances["ampere-1"], address: "10.0.1.11" };
    cloud.instances["ampere-2"] = second;
    expect(mistakesIn(raw)).toEqual([
        'strata:cloud.instances is ["ampere-1","ampere-2"], expected an odd number of machines with role controlplane: an even one survives no more failures than one less.',
    ]);
});
