import { afterEach, beforeEach, expect, test } from "vitest";
import type { OracleCredentials } from "../../../../operations/oracle/credentials";
import { realOracle } from "../../../../operations/setup/oracle-steps";
import { OracleServer, refused } from "../../../harness/oracle-server";

let server: OracleServer;
let credentials: OracleCredentials;

beforeEach(async () => {
    server = await OracleServer.start();
    const { provider, region } = server.access;
    credentials = { provider, region, tenancyId: OracleServer.tenancyId, source: "the test" };
});

afterEach(() => server.stop());

const seam = () => realOracle(server.access);
const subscriptions = (...regions: readonly [name: string, isHomeRegion: boolean][]) =>
    server.routes.push([
        "GET",
        new RegExp(`/tenancies/${OracleServer.tenancyId}/regionSubscriptions$`),
        () => ({
            status: 200,
            body: regions.map(([regionName, isHomeRegion]) => ({
                regionName,
                isHomeRegion,
                regionKey: "XXX",
                status: "READY",
            })),
        }),
    ]);

test("the home region is the one Oracle calls so, whichever is asked", async () => {
    subscriptions(["eu-frankfurt-1", false], ["us-ashburn-1", true]);
    await expect(seam().homeRegion(credentials)).resolves.toBe("us-ashburn-1");
});

test("availability domains are those of the tenancy, by their full names", async () => {
    server.routes.push([
        "GET",
        /\/availabilityDomains\/?$/,
        ({ url }) =>
            url.searchParams.get("compartmentId") === OracleServer.tenancyId
                ? { status: 200, body: [1, 2].map((number) => ({ name: `qXYZ:EU-FRANKFURT-1-AD-${number}` })) }
                : refused(404, "NotAuthorizedOrNotFound", "compartment"),
    ]);
    await expect(seam().availabilityDomains(credentials)).resolves.toEqual([
        "qXYZ:EU-FRANKFURT-1-AD-1",
        "qXYZ:EU-FRANKFURT-1-AD-2",
    ]);
});

test("Micros may be where the tenancy's limit is not zero, on whichever page Oracle says it", async () => {
    const name = "standard-e2-micro-core-count";
    const value = (number: number, cores: number) => ({
        name,
        scopeType: "AD",
        availabilityDomain: `qXYZ:EU-FRANKFURT-1-AD-${number}`,
        value: cores,
    });
    server.routes.push([
        "GET",
        /\/limitValues$/,
        ({ url: { searchParams } }) => {
            const asked = [
                searchParams.get("serviceName"),
                searchParams.get("name"),
                searchParams.get("compartmentId"),
            ];
            if (asked.join() !== ["compute", name, OracleServer.tenancyId].join()) {
                return refused(400, "InvalidParameter", asked.join());
            }
            return searchParams.get("page") === "second"
                ? { status: 200, body: [value(3, 2)] }
                : { status: 200, body: [value(1, 0), value(2, 0)], headers: { "opc-next-page": "second" } };
        },
    ]);
    await expect(seam().microDomains(credentials)).resolves.toEqual(["qXYZ:EU-FRANKFURT-1-AD-3"]);
});
