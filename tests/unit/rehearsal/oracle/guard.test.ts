import { describe, expect, it } from "vitest";
import { quotaStatements } from "../../../../components/cloud/cost-guard";
import { parseStatement } from "../../../../rehearsal/world/oracle/quota";
import { micro, Tenant } from "./tenant";

const [ad1, ad2] = ["Uocm:EU-FRANKFURT-1-AD-1", "Uocm:EU-FRANKFURT-1-AD-2"];

const allowance = {
    region: "eu-frankfurt-1",
    ocpus: 4,
    memoryGiB: 24,
    micros: 1,
    storageGiB: { [ad1]: 100, [ad2]: 50 },
};

/** A tenancy with a network and a quota of these statements that counts. */
async function guarded(statements: readonly string[]) {
    const tenant = new Tenant();
    const net = await tenant.network();
    const inputs = { compartmentId: tenant.tenancyId, name: "q", description: "d", statements };
    const quota = await tenant.make("quota", inputs);
    await tenant.world.clock.sleep(10);
    return { tenant, net, quota, inputs };
}

describe("a quota", () => {
    it.each([undefined, "strata"])("of the cost guard lets the free machines in (compartment %s)", async (name) => {
        const { tenant, net } = await guarded(quotaStatements(allowance, name));
        await tenant.make("instance", await tenant.launch(net));
        const source = { sourceId: await tenant.image(micro) };
        const asked = await tenant.launch(net, { shape: micro, source, vnic: { privateIp: "10.0.1.20" } });
        await expect(tenant.make("instance", asked)).resolves.toBeDefined();
    });

    it("of the cost guard refuses a volume beyond what its availability domain has, though another has room", async () => {
        const { tenant, net } = await guarded(quotaStatements({ ...allowance, storageGiB: { [ad1]: 50, [ad2]: 100 } }));
        await tenant.make("instance", await tenant.launch(net));
        const asked = { displayName: "second", vnic: { privateIp: "10.0.1.11" } };
        await expect(tenant.make("instance", await tenant.launch(net, asked))).rejects.toThrow(
            /^400-QuotaExceeded, .*quotas were exceeded: total-storage-gb\./,
        );
        const there = await tenant.launch(net, { ...asked, availabilityDomain: ad2 });
        await expect(tenant.make("instance", there)).resolves.toBeDefined();
    });

    it("of the cores counts per availability domain, and per region where it says so", async () => {
        const set = (name: string) => `set compute-core quota ${name} to 2 in tenancy`;
        const second = { availabilityDomain: ad2, vnic: { privateIp: "10.0.1.11" } };
        for (const [name, fits] of [
            ["standard-a1-core-count", true],
            ["standard-a1-core-regional-count", false],
        ] as const) {
            const { tenant, net } = await guarded([set(name)]);
            await tenant.make("instance", await tenant.launch(net, { shapeConfig: { ocpus: 2, memoryInGbs: 8 } }));
            const made = tenant.make("instance", await tenant.launch(net, second));
            await (fits ? expect(made).resolves.toBeDefined() : expect(made).rejects.toThrow(name));
        }
    });

    it("that zeroes a family and sets no regional count refuses every launch", async () => {
        const statements = quotaStatements(allowance).filter((statement) => !statement.includes("core-regional"));
        const { tenant, net } = await guarded(statements);
        await expect(tenant.make("instance", await tenant.launch(net))).rejects.toThrow(
            /^400-QuotaExceeded, .*quotas were exceeded: standard-a1-core-regional-count\./,
        );
    });

    it("refuses what goes beyond it, and no longer once it is gone", async () => {
        const { tenant, net, quota } = await guarded(["set compute-core quota standard-a1-core-count to 1 in tenancy"]);
        const asked = await tenant.launch(net);
        await expect(tenant.make("instance", asked)).rejects.toThrow(/QuotaExceeded.*standard-a1-core-count/);
        await tenant.drop("quota", quota);
        await expect(tenant.make("instance", asked)).resolves.toBeDefined();
    });

    it("counts ten minutes after it was written, and what counted before does until then", async () => {
        const set = (ocpus: number) => [`set compute-core quota standard-a1-core-count to ${ocpus} in tenancy`];
        const { tenant, net, quota, inputs } = await guarded(set(0));
        const asked = await tenant.launch(net);
        const raise = { ...inputs, statements: set(4) };
        await tenant.behaviour("quota").update?.(quota.id, quota.outputs, raise, tenant.operation("quota"));
        await tenant.world.clock.sleep(9);
        await expect(tenant.make("instance", asked)).rejects.toThrow(/QuotaExceeded/);
        expect(tenant.steps.at(-1)).toBe("oci/quota-in-force");
        await tenant.world.clock.sleep(1);
        await expect(tenant.make("instance", asked)).resolves.toBeDefined();
    });

    it("that is new refuses nothing in its first ten minutes", async () => {
        const tenant = new Tenant();
        const net = await tenant.network();
        const statements = ["zero compute-core quotas in tenancy"];
        await tenant.make("quota", { compartmentId: tenant.tenancyId, name: "q", description: "d", statements });
        await expect(tenant.make("instance", await tenant.launch(net))).resolves.toBeDefined();
    });

    it("follows the order of its statements, their places and conditions", async () => {
        const zero = "zero compute-core quotas in tenancy";
        const elsewhere = `${zero} where request.region = 'us-ashburn-1'`;
        for (const statements of [[zero, "unset compute-core quotas in tenancy"], [elsewhere]]) {
            const { tenant, net } = await guarded(statements);
            await expect(tenant.make("instance", await tenant.launch(net))).resolves.toBeDefined();
        }
        const { tenant, net } = await guarded([`${zero} where request.region = 'eu-frankfurt-1'`]);
        await expect(tenant.make("instance", await tenant.launch(net))).rejects.toThrow(/QuotaExceeded/);
    });

    it.each([
        "set compute-core quota standard-a1-core-count in tenancy",
        "zero compute-core quotas to 3 in tenancy",
        "zero compute-core quotas",
        "zero compute-cores quotas in tenancy",
        "set compute-core quota standard-a1-memory-count to 3 in tenancy",
        "set compute-core quotas to 3 in tenancy",
    ])("'%s' is no statement", (statement) => {
        expect(typeof parseStatement(statement)).toBe("string");
    });

    it("is refused with a bad statement, an unknown compartment, or outside the root", async () => {
        await expect(guarded(["zero everything"])).rejects.toThrow(/cannot be parsed/);
        await expect(guarded(["zero compute-core quotas in compartment nowhere"])).rejects.toThrow(/'nowhere'/);
        const { tenant, net } = await guarded([]);
        const inputs = { compartmentId: net.compartmentId, name: "q", description: "d", statements: [] };
        await expect(tenant.make("quota", inputs)).rejects.toThrow(/root compartment/);
    });
});

describe("a budget", () => {
    it("takes whole amounts in the root only, and e-mail addresses", async () => {
        const tenant = new Tenant();
        const { compartmentId } = await tenant.network();
        const right = {
            compartmentId: tenant.tenancyId,
            amount: 1,
            resetPeriod: "MONTHLY",
            targetType: "COMPARTMENT",
            targets: [compartmentId],
        };
        await expect(tenant.make("budget", { ...right, amount: 0.01 })).rejects.toThrow(/whole number/);
        await expect(tenant.make("budget", { ...right, compartmentId })).rejects.toThrow(/root compartment/);
        await expect(tenant.make("budget", { ...right, targets: ["ocid1.compartment.oc1..none"] })).rejects.toThrow(
            /^404-/,
        );
        const { id: budgetId } = await tenant.make("budget", right);
        const rule = { budgetId, threshold: 1, thresholdType: "PERCENTAGE", type: "ACTUAL" };
        await expect(tenant.make("rule", { ...rule, recipients: "me" })).rejects.toThrow(/'me' is not an e-mail/);
        await expect(tenant.make("rule", { ...rule, threshold: 0, recipients: "a@b.example" })).rejects.toThrow(
            /threshold 0/,
        );
        await expect(tenant.make("rule", { ...rule, recipients: "a@b.example,c@d.example" })).resolves.toBeDefined();
    });
});
