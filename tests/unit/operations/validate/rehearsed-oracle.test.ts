import { expect, test } from "vitest";
import { parseFleet } from "../../../../config";
import { impatient, rehearsedSecrets } from "../../../../operations/stack";
import { type Mishap, validateStaged } from "../../../../operations/validate/rehearsed";
import { siteOf } from "../../../../rehearsal/sites";
import { publicIpType } from "../../../../rehearsal/world/oracle/addresses";
import { instanceType } from "../../../../rehearsal/world/oracle/instances";
import { objectType } from "../../../../rehearsal/world/oracle/storage";
import { oracleProxmoxSections, oracleTalosSections } from "../../../harness/oracle-stacks";

/** The matrix of an Oracle stack that was deployed in the world. */
function matrixOf(stack: string, sections: Record<string, unknown>, mishap: Mishap = {}) {
    const verdict = parseFleet(sections);
    if ("mistakes" in verdict) {
        throw new Error(verdict.mistakes.join(" "));
    }
    const site = siteOf(stack);
    const own = Object.entries(sections).map(([key, value]) => [`strata:${key}`, { value }]);
    const config = {
        ...impatient(Object.fromEntries(own)),
        ...rehearsedSecrets(site),
        "oci:region": { value: "eu-frankfurt-1" },
    };
    return validateStaged(stack, { fleet: verdict.fleet, config, site }, mishap, false);
}

/** The document's stack, whose hosts boot the image that `images upload` put into the tenancy. */
function documentSections(): Record<string, unknown> {
    const sections = oracleProxmoxSections();
    const cloud = sections.cloud as { readonly images: object };
    const image = { lookUp: "strata-proxmox-9.2" };
    const compartment = { id: "ocid1.compartment.oc1..aaaaaaaastrata", name: "strata" };
    return { ...sections, cloud: { ...cloud, compartment, images: { ...cloud.images, instance: image } } };
}

const drawn = (mishap: Mishap = {}) => matrixOf("oci-free", documentSections(), mishap);

test("the document's stack, deployed in the world, passes all five checks", async () => {
    const { safe, checks } = await drawn();
    expect(checks.filter(({ finding }) => !finding.ok)).toEqual([]);
    expect(checks.map(({ name }) => name)).toEqual(["Images", "OCI", "Proxmox", "Talos", "Cost"]);
    // Two archives and the image of `images upload`: 0.5 and 1.6 GB, and 5 GiB.
    expect(checks[0]?.finding.said).toBe("7.47 GB of 10.00 GB in 3 objects and images");
    expect(checks[1]?.finding.said).toContain("Ampere A1 OCPUs 4 of 4 OCPU, Ampere A1 memory 24 of 24 GB");
    expect(checks[2]?.finding.said).toBe("quorum, 3 of 3 hosts online");
    expect(safe).toBe(true);
});

test("today's stack passes the four checks it has: it has no Proxmox VE", async () => {
    const { safe, checks } = await matrixOf("oci-free-2026", oracleTalosSections());
    expect(checks.map(({ name }) => name)).toEqual(["Images", "OCI", "Talos", "Cost"]);
    expect(checks.filter(({ finding }) => !finding.ok)).toEqual([]);
    expect(safe).toBe(true);
});

const address = (name: string) => ({ displayName: name, lifetime: "RESERVED" });
const e4 = { displayName: "paid", shape: "VM.Standard.E4.Flex", shapeConfig: { ocpus: 1, memoryInGbs: 8 } };

test.each([
    [
        "Images",
        {
            happens: ({ oracle }) =>
                oracle.enter(objectType, { bucket: "b", object: "old.oci", metadata: { "size-gb": "18" } }, {}, true),
        },
        ["Images"],
        "b/old.oci (18.00 GB)",
    ],
    [
        "OCI",
        { happens: ({ oracle }) => oracle.enter(publicIpType, address("third"), {}, true) },
        ["OCI"],
        "reserved public IPs: ",
    ],
    ["Proxmox and Talos", { down: ["ampere-2", "ampere-3"] }, ["Proxmox", "Talos"], "Bring ampere-2, ampere-3 back"],
    [
        "Cost, and OCI with it",
        { happens: ({ oracle }) => oracle.enter(instanceType, { displayName: "paid" }, e4, true) },
        ["OCI", "Cost"],
        "Take away what costs",
    ],
] satisfies [string, Mishap, string[], string][])(
    "%s turns red where the world went wrong",
    async (_, mishap, red, todo) => {
        const { safe, checks } = await drawn(mishap);
        const failed = checks.filter(({ finding }) => !finding.ok);
        expect(failed.map(({ name }) => name)).toEqual(red);
        expect(failed.map(({ finding }) => finding.todo).join("\n")).toContain(todo);
        expect(safe).toBe(false);
    },
);

test("under today's allowance the document's stack is too large, and says what it costs", async () => {
    const { checks } = await matrixOf("oci-free", { ...documentSections(), allowance: "2026-06-15" });
    const failed = new Map(
        checks.filter(({ finding }) => !finding.ok).map(({ name, finding }) => [name, finding.said]),
    );
    expect([...failed.keys()]).toEqual(["OCI", "Cost"]);
    expect(failed.get("OCI")).toContain("Ampere A1 instances 3 of 2");
    expect(failed.get("Cost")).not.toContain("0.00 USD");
});
