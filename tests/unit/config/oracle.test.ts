import { describe, expect, test } from "vitest";
import { parseFleet, platforms } from "../../../config";
import { meshAddresses } from "../../../config/mesh";
import { entryMachine, instanceMachines, instanceSubnet, meshDevices } from "../../../config/oracle-fleet";
import type { OracleProxmoxFleet } from "../../../config/platforms/oracle-proxmox";
import type { OracleTalosFleet } from "../../../config/platforms/oracle-talos";
import { stackSections } from "../../harness/stack-config";
import {
    type Change,
    oracleMistakes as mistakes,
    type OraclePlatform,
    oracleSections,
} from "../../harness/stack-mistakes";

test.each(["oracle-proxmox", "oracle-talos"] as const)(
    "a stack on %s that keeps every promise has no mistakes",
    (on) => {
        expect(mistakes(on, [])).toEqual([]);
    },
);

describe("the platform", () => {
    test("is proxmox where a stack says nothing", () => {
        const result = parseFleet(stackSections("homelab"));
        expect("fleet" in result && result.fleet.platform).toBe("proxmox");
    });

    test("that does not exist is the one mistake that is said: nothing else can be judged", () => {
        expect(parseFleet({ platform: "vmware", nonsense: {} })).toEqual({
            mistakes: ['strata:platform is "vmware", expected one of proxmox, oracle-proxmox, oracle-talos.'],
        });
    });

    test("tells which sections there are", () => {
        const { sections } = platforms["oracle-talos"];
        expect(mistakes("oracle-talos", [["machines", {}]])).toEqual([
            `strata:machines is no section: there are ${Object.keys(sections).join(", ")}.`,
        ]);
        expect(Object.keys(platforms.proxmox.sections)).not.toContain("cloud");
    });
});

const bothNodePorts = "strata:cloud.ingress.httpNodePort has it already";
const subnetHost =
    "a host's address inside strata:cloud.subnetCidr 10.0.1.0/24, and not the first, which is Oracle's router";

test.each<[string, readonly Change[], readonly string[]]>([
    [
        "an address outside of the subnet",
        [["cloud/instances/ampere-1/address", "10.0.2.10"]],
        [`strata:cloud.instances.ampere-1.address is "10.0.2.10", expected ${subnetHost}.`],
    ],
    [
        "the router's address",
        [["cloud/bastion/address", "10.0.1.1"]],
        [`strata:cloud.bastion.address is "10.0.1.1", expected ${subnetHost}.`],
    ],
    [
        "an address twice",
        [["cloud/ingress/address", "10.0.1.20"]],
        [
            'strata:cloud.ingress.address is "10.0.1.20", expected an address of its own: strata:cloud.bastion.address has it already.',
        ],
    ],
    [
        "a subnet outside of the VCN",
        [["cloud/vcnCidr", "10.9.0.0/16"]],
        ['strata:cloud.subnetCidr is "10.0.1.0/24", expected a network inside strata:cloud.vcnCidr 10.9.0.0/16.'],
    ],
    [
        "an availability domain that is not the region's",
        [["cloud/bastion/availabilityDomain", "AD-9"]],
        [
            'strata:cloud.bastion.availabilityDomain is "AD-9", expected one of strata:cloud.availabilityDomains (Uocm:EU-FRANKFURT-1-AD-1, Uocm:EU-FRANKFURT-1-AD-2, Uocm:EU-FRANKFURT-1-AD-3).',
        ],
    ],
    [
        "a fault domain there is not",
        [["cloud/instances/ampere-1/faultDomain", "FAULT-DOMAIN-4"]],
        [
            'strata:cloud.instances.ampere-1.faultDomain is "FAULT-DOMAIN-4", expected one of FAULT-DOMAIN-1, FAULT-DOMAIN-2, FAULT-DOMAIN-3.',
        ],
    ],
    [
        "the document's 1.33 OCPUs",
        [["cloud/instances/ampere-1/ocpus", 1.33]],
        ["strata:cloud.instances.ampere-1.ocpus is 1.33, expected a whole number."],
    ],
    [
        "a boot volume of 47 GB, which Oracle refused",
        [["cloud/bastion/bootVolumeGiB", 47]],
        ["strata:cloud.bastion.bootVolumeGiB is 47, expected at least 50."],
    ],
    [
        "SSH for the whole internet",
        [["cloud/sshSources", ["0.0.0.0/0"]]],
        [
            'strata:cloud.sshSources.0 is "0.0.0.0/0", expected the network you come from, /8 or narrower: the bastion\'s SSH is not for the whole internet.',
        ],
    ],
    [
        "a recipient without an address",
        [["cloud/recipients", ["me"]]],
        ['strata:cloud.recipients.0 is "me", expected an e-mail address.'],
    ],
    ["nobody to tell", [["cloud/recipients", []]], ["strata:cloud.recipients is [], expected at least 1 entries."]],
    [
        "a tenancy that is none",
        [["cloud/tenancyId", "mine"]],
        ['strata:cloud.tenancyId is "mine", expected an identifier such as ocid1.tenancy.oc1..aaaa.'],
    ],
    [
        "a region that is none",
        [["cloud/region", "Frankfurt"]],
        ['strata:cloud.region is "Frankfurt", expected a region such as eu-frankfurt-1.'],
    ],
    [
        "a compartment without a name",
        [["cloud/compartment", {}]],
        ["strata:cloud.compartment is {}, expected name, and id where it exists already."],
    ],
    [
        "an image of no kind",
        [["cloud/images/instance", { bucket: "images" }]],
        [
            'strata:cloud.images.instance is {"bucket":"images"}, expected lookUp, or operatingSystem with version, or name with bucket, object (ending in .oci), path and sizeGb.',
        ],
    ],
    [
        "a bastion that boots an image made for Ampere",
        [["cloud/images/bastion", { name: "x" }]],
        ['strata:cloud.images.bastion is {"name":"x"}, expected lookUp, or operatingSystem with version.'],
    ],
    [
        "a bastion that is called like an instance",
        [["cloud/bastion/name", "ampere-1"]],
        [
            'strata:cloud.bastion.name is "ampere-1", expected a name of its own: an instance of strata:cloud.instances has it already.',
        ],
    ],
    [
        "requests that come to no instance",
        [["cloud/ingress/instance", "ampere-9"]],
        [
            'strata:cloud.ingress.instance is "ampere-9", expected an instance of strata:cloud.instances (ampere-1, ampere-2, ampere-3).',
        ],
    ],
    [
        "one NodePort for both",
        [["cloud/ingress/httpsNodePort", 30080]],
        [`strata:cloud.ingress.httpsNodePort is 30080, expected a port of its own: ${bothNodePorts}.`],
    ],
    [
        "a NodePort Kubernetes gives to nobody",
        [["cloud/ingress/httpNodePort", 80]],
        ["strata:cloud.ingress.httpNodePort is 80, expected at least 30000."],
    ],
    [
        "a quota with no room for the stack's own instances",
        [["cloud/quota", { ocpus: 3, memoryGiB: 16, micros: 0, storageGiB: 150 }]],
        [
            "strata:cloud.quota.ocpus is 3, expected at least the 4 the stack's own instances ask for together.",
            "strata:cloud.quota.memoryGiB is 16, expected at least the 24 the stack's own instances ask for together.",
            "strata:cloud.quota.micros is 0, expected at least the 1 the stack's own instances ask for together.",
            "strata:cloud.quota.storageGiB is 150, expected at least the 200 the stack's own instances ask for together.",
        ],
    ],
    [
        "more tries than the engine makes",
        [["cloud/capacity/tries", 100]],
        ["strata:cloud.capacity.tries is 100, expected at most 99."],
    ],
    [
        "a first pause longer than the longest",
        [["cloud/capacity/pauseSeconds", 400]],
        ["strata:cloud.capacity.pauseSeconds is 400, expected at most strata:cloud.capacity.maxPauseSeconds 300."],
    ],
    [
        "a mesh outside of Tailscale's range",
        [["mesh/pool", "10.64.0.0/29"]],
        [
            'strata:mesh.pool is "10.64.0.0/29", expected a network inside 100.64.0.0/10, which Tailscale gives addresses of.',
        ],
    ],
    [
        "a mesh with too few addresses",
        [["mesh/pool", "100.64.0.0/30"]],
        ['strata:mesh.pool is "100.64.0.0/30", expected room for 4 devices (ampere-1, ampere-2, ampere-3, bastion).'],
    ],
    [
        "a policy that is replaced and not owned",
        [
            ["mesh/ownsPolicy", false],
            ["mesh/replacesPolicy", true],
        ],
        [
            "strata:mesh.replacesPolicy is true, expected false, or strata:mesh.ownsPolicy true: a stack replaces the policy it owns and no other.",
        ],
    ],
    [
        "a tag that is none",
        [["mesh/tag", "strata"]],
        ['strata:mesh.tag is "strata", expected a tag such as tag:strata.'],
    ],
    [
        "a repository that is no https address",
        [["delivery/repository", "git@github.com:me/strata.git"]],
        [
            'strata:delivery.repository is "git@github.com:me/strata.git", expected an https address such as https://github.com/you/strata.',
        ],
    ],
    [
        "a folder outside of the repository",
        [["delivery/path", "../secrets"]],
        ['strata:delivery.path is "../secrets", expected a folder of the repository such as gitops/oci-free.'],
    ],
])("%s is refused by name", (_, changes, expected) => {
    expect(mistakes("oracle-proxmox", changes)).toEqual(expected);
});

describe("the layers are told", () => {
    const fleet = <F>(on: OraclePlatform): F => {
        const result = parseFleet(oracleSections[on]());
        if ("mistakes" in result) {
            throw new Error(result.mistakes.join("\n"));
        }
        return result.fleet as F;
    };

    test("the four addresses of the mesh that the document draws", () => {
        expect(meshDevices(fleet<OracleProxmoxFleet>("oracle-proxmox"))).toEqual({
            "ampere-1": "100.64.0.1",
            "ampere-2": "100.64.0.2",
            "ampere-3": "100.64.0.3",
            bastion: "100.64.0.4",
        });
        expect(meshDevices(fleet<OracleTalosFleet>("oracle-talos"))).toEqual({ bastion: "100.64.0.1" });
    });

    test("addresses of a pool in order, across an octet's end", () => {
        expect(meshAddresses("100.64.0.254/24", ["a", "b"])).toEqual({ a: "100.64.0.255", b: "100.64.1.0" });
    });

    test("the machine behind the internet's address: the one on its instance", () => {
        expect(entryMachine(fleet<OracleProxmoxFleet>("oracle-proxmox")).address).toBe("10.20.0.11");
    });

    test("Oracle's router, resolver and clock", () => {
        expect(instanceSubnet(fleet<OracleTalosFleet>("oracle-talos"))).toEqual({
            cidr: "10.0.1.0/24",
            prefixLength: 24,
            gateway: "10.0.1.1",
            nameservers: ["169.254.169.254"],
            timeServers: ["169.254.169.254"],
        });
    });

    test("instances as machines whose zone is a label's value", () => {
        const [machine] = instanceMachines(fleet<OracleTalosFleet>("oracle-talos"));
        expect(machine?.host).toMatch(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/);
        expect(machine).toMatchObject({ name: "ampere-1", role: "controlplane", addressFromPlatform: true });
    });
});
