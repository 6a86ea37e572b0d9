import { afterEach, beforeEach, expect, test } from "vitest";
import { lookUp } from "../../../../operations/oracle/look-up";
import { oracleServices } from "../../../../operations/oracle/services";
import type { DeployedResource } from "../../../../rehearsal/engine/deployment";
import { type Answer, OracleServer, refused } from "../../../harness/oracle-server";

const compartmentId = "ocid1.compartment.oc1..here";
const vcnId = "ocid1.vcn.oc1..net";
const vnicId = "ocid1.vnic.oc1..card";
const displayName = "ampere-1";
const name = "strata";

let server: OracleServer;

beforeEach(async () => {
    server = await OracleServer.start();
});

afterEach(() => server.stop());

const begun = (type: string, inputs: Record<string, unknown>): DeployedResource => ({
    urn: `urn:pulumi:oci-free::strata::${type}::it`,
    type,
    custom: true,
    inputs,
});

/** Answers a list, and notes what it was asked. */
function listing(path: string, answer: (query: Record<string, string>) => Answer): Record<string, string>[] {
    const asked: Record<string, string>[] = [];
    server.routes.push([
        "GET",
        new RegExp(`/${path}/?$`),
        ({ url }) => {
            const query = Object.fromEntries(url.searchParams);
            asked.push(query);
            return answer(query);
        },
    ]);
    return asked;
}

const look = (resource: DeployedResource, known: readonly string[] = []) =>
    lookUp(oracleServices(server.access), [resource], new Set(known));

const instance = begun("oci:Core/instance:Instance", { compartmentId, displayName, shape: "VM.Standard.A1.Flex" });

test.each<[string, string, Record<string, string>]>([
    ["oci:Core/instance:Instance", "instances", { compartmentId, displayName }],
    ["oci:Core/image:Image", "images", { compartmentId, displayName }],
    ["oci:Core/vcn:Vcn", "vcns", { compartmentId, displayName }],
    ["oci:Core/internetGateway:InternetGateway", "internetGateways", { compartmentId, vcnId, displayName }],
    ["oci:Core/routeTable:RouteTable", "routeTables", { compartmentId, vcnId, displayName }],
    ["oci:Core/securityList:SecurityList", "securityLists", { compartmentId, vcnId, displayName }],
    [
        "oci:Core/networkSecurityGroup:NetworkSecurityGroup",
        "networkSecurityGroups",
        { compartmentId, vcnId, displayName },
    ],
    ["oci:Core/subnet:Subnet", "subnets", { compartmentId, vcnId, displayName }],
    ["oci:Identity/compartment:Compartment", "compartments", { compartmentId, name }],
    ["oci:Limits/quota:Quota", "quotas", { compartmentId, name }],
])("%s is looked for by its name where it was to be", async (type, path, inputs) => {
    const asked = listing(path, () => ({ status: 200, body: [{ id: "ocid1.it" }] }));
    const resource = begun(type, { ...inputs, freeformTags: {} });
    expect([...(await look(resource))]).toEqual([[resource.urn, "ocid1.it"]]);
    expect(asked).toEqual([expect.objectContaining(inputs)]);
});

test("a private address is told by itself among those of its card: Oracle's list takes a card or an address, not both", async () => {
    const asked = listing("privateIps", (query) =>
        // Documented are a subnet, a card, and an address together with its subnet (oci-core, listPrivateIps).
        "ipAddress" in query && !("subnetId" in query)
            ? refused(400, "InvalidParameter", "ipAddress is given without a subnetId")
            : {
                  status: 200,
                  body: [
                      { id: "ocid1.primary", ipAddress: "10.0.1.10" },
                      { id: "ocid1.it", ipAddress: "10.0.1.30" },
                  ],
              },
    );
    const resource = begun("oci:Core/privateIp:PrivateIp", { vnicId, ipAddress: "10.0.1.30" });
    expect([...(await look(resource))]).toEqual([[resource.urn, "ocid1.it"]]);
    expect(asked).toEqual([{ vnicId }]);
    const other = begun("oci:Core/privateIp:PrivateIp", { vnicId, ipAddress: "10.0.1.31" });
    expect([...(await look(other))]).toEqual([[other.urn, null]]);
});

test("reserved addresses are told by their names, since their list is not asked for one", async () => {
    const asked = listing("publicIps", () => ({
        status: 200,
        body: [
            { id: "ocid1.other", displayName: "other" },
            { id: "ocid1.it", displayName },
        ],
    }));
    const resource = begun("oci:Core/publicIp:PublicIp", { compartmentId, displayName, lifetime: "RESERVED" });
    expect([...(await look(resource))]).toEqual([[resource.urn, "ocid1.it"]]);
    expect(asked).toEqual([expect.objectContaining({ scope: "REGION", lifetime: "RESERVED", compartmentId })]);
});

test.each(["TERMINATING", "TERMINATED", "DELETED", "FAILED"])("what is %s is not there", async (lifecycleState) => {
    listing("instances", () => ({ status: 200, body: [{ id: "ocid1.old", lifecycleState }] }));
    expect([...(await look(instance))]).toEqual([[instance.urn, null]]);
});

test("what the state holds under the name is another one", async () => {
    listing("instances", () => ({
        status: 200,
        body: [
            { id: "ocid1.old", lifecycleState: "RUNNING" },
            { id: "ocid1.new", lifecycleState: "PROVISIONING" },
        ],
    }));
    expect([...(await look(instance, ["ocid1.old"]))]).toEqual([[instance.urn, "ocid1.new"]]);
});

test("a list is read to its last page, and two of a name are left to whoever made them", async () => {
    listing("instances", ({ page }) =>
        page === "2"
            ? { status: 200, body: [{ id: "ocid1.b" }] }
            : { status: 200, body: [{ id: "ocid1.a" }], headers: { "opc-next-page": "2" } },
    );
    expect([...(await look(instance))]).toEqual([]);
});

test("what has no name to be asked for, and what no list knows, is left out", async () => {
    expect([...(await look(begun("oci:Core/vcn:Vcn", { compartmentId })))]).toEqual([]);
    expect([...(await look(begun("oci:Budget/rule:Rule", { displayName })))]).toEqual([]);
    expect(server.calls).toEqual([]);
});

test("where Oracle does not answer, nothing is taken to be absent", async () => {
    listing("instances", () => refused(404, "NotAuthorizedOrNotFound", "Authorization failed"));
    await expect(look(instance)).rejects.toThrow(
        "Whether 'ampere-1' stands in the tenancy cannot be told: Oracle answered 404 NotAuthorizedOrNotFound: Authorization failed",
    );
});
