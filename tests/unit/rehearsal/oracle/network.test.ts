import { describe, expect, it } from "vitest";
import { hasWayOut } from "../../../../rehearsal/world/oracle/trace";
import { Tenant } from "./tenant";

const here = "198.51.100.7";

describe("a network", () => {
    it.each([
        ["a subnet outside its VCN", { cidrBlock: "10.1.1.0/24" }, /not in the VCN/],
        ["a subnet over another", { cidrBlock: "10.0.1.128/25" }, /overlaps/],
        ["a subnet that is no network", { cidrBlock: "10.0.1.7/24" }, /CIDR 10.0.1.7\/24 is invalid/],
        [
            "a route table that is not there",
            { cidrBlock: "10.0.2.0/24", routeTableId: "ocid1.routetable.none" },
            /^404-/,
        ],
    ])("refuses %s", async (_what, change, words) => {
        const tenant = new Tenant();
        const { compartmentId, vcnId } = await tenant.network();
        await expect(tenant.make("subnet", { compartmentId, vcnId, ...change })).rejects.toThrow(words);
    });

    it("refuses a second gateway, a third VCN and rules that are none", async () => {
        const tenant = new Tenant();
        const { compartmentId, vcnId } = await tenant.network();
        await expect(tenant.make("gateway", { compartmentId, vcnId })).rejects.toThrow(/internet-gateway-count/);
        const vcn = { compartmentId, cidrBlocks: ["10.9.0.0/16"] };
        await tenant.make("vcn", vcn);
        await expect(tenant.make("vcn", vcn)).rejects.toThrow(/LimitExceeded.*vcn-count/);
        const rule = (change: object) => ({
            compartmentId,
            vcnId,
            ingressSecurityRules: [{ protocol: "6", source: "10.0.0.0/8", ...change }],
        });
        await expect(tenant.make("security", rule({ protocol: "tcp" }))).rejects.toThrow(/protocol 'tcp'/);
        await expect(tenant.make("security", rule({ source: "anywhere" }))).rejects.toThrow(/not a CIDR/);
        await expect(tenant.make("security", rule({ udpOptions: { min: 1, max: 2 } }))).rejects.toThrow(/udpOptions/);
        await expect(tenant.make("security", rule({ tcpOptions: { min: 9, max: 2 } }))).rejects.toThrow(/port range/);
    });

    it("is taken down from the top only: what others use stays", async () => {
        const tenant = new Tenant();
        const net = await tenant.network();
        const instance = await tenant.make("instance", await tenant.launch(net));
        await expect(tenant.drop("subnet", net.subnet)).rejects.toThrow(
            /^409-Conflict, The Subnet .* references the VNIC/,
        );
        await tenant.drop("instance", instance);
        await expect(tenant.drop("vcn", net.vcn)).rejects.toThrow(/^409-IncorrectState, .*Gateway that is in use/);
        await expect(tenant.drop("gateway", net.gateway)).rejects.toThrow(/references the Route Table/);
        await expect(tenant.drop("routes", net.routes)).rejects.toThrow(/references the Subnet/);
        await expect(tenant.drop("security", net.security)).rejects.toThrow(/references the Subnet/);
        await expect(tenant.drop("compartment", net.compartment)).rejects.toThrow(/cannot be deleted/);
        for (const kind of ["subnet", "routes", "security", "gateway", "vcn", "compartment"] as const) {
            await tenant.drop(kind, net[kind]);
        }
        expect(tenant.world.remains()).toEqual([]);
    });

    it("leaves a compartment standing that may not be deleted, and a boot volume that is kept", async () => {
        const tenant = new Tenant();
        const compartment = await tenant.make("compartment", { name: "kept", description: "d" });
        await tenant.drop("compartment", compartment);
        expect(tenant.world.remains()).toEqual(["Oracle: Identity Compartment 'kept'"]);
        const net = await tenant.network();
        const instance = await tenant.make("instance", await tenant.launch(net, { preserveBootVolume: true } as never));
        await tenant.drop("instance", instance);
        expect(tenant.world.remains()).toContain("Oracle: Core Boot Volume 'ampere-1'");
    });
});

describe("a public address", () => {
    async function instance(assignPublicIp: string) {
        const tenant = new Tenant();
        const net = await tenant.network();
        const { id } = await tenant.make("instance", await tenant.launch(net, { vnic: { assignPublicIp } }));
        const { compartmentId } = net;
        const found = await tenant.call("oci:Core/getVnicAttachments:getVnicAttachments", {
            compartmentId,
            instanceId: id,
        });
        const [attachment] = found.vnicAttachments as readonly { readonly vnicId: string }[];
        const vnicId = attachment?.vnicId ?? "";
        const { privateIps } = await tenant.call("oci:Core/getPrivateIps:getPrivateIps", { vnicId });
        const [primary] = privateIps as readonly { readonly id: string }[];
        const reserve = (privateIpId?: string) =>
            tenant.make("publicIp", {
                compartmentId,
                lifetime: "RESERVED",
                ...(privateIpId === undefined ? {} : { privateIpId }),
            });
        const launched = tenant.world.oracle.find("instance", id);
        return { tenant, net, vnicId, primary: primary?.id ?? "", reserve, launched };
    }

    it("that is reserved takes no private one that has an ephemeral one, and none that has another", async () => {
        const { primary, reserve } = await instance("true");
        await expect(reserve(primary)).rejects.toThrow(/^409-Conflict, The private IP .* already has a public IP/);
        const other = await instance("false");
        await other.reserve(other.primary);
        await expect(other.reserve(other.primary)).rejects.toThrow(/already has a public IP/);
    });

    it("over the limit of two is refused", async () => {
        const { reserve } = await instance("false");
        await reserve();
        await reserve();
        await expect(reserve()).rejects.toThrow(/LimitExceeded.*reserved-public-ip-count/);
    });

    it("is the instance's way out: none before, one after", async () => {
        const { tenant, primary, reserve, launched } = await instance("false");
        if (launched === undefined) {
            throw new Error("no instance");
        }
        expect(hasWayOut(tenant.world.oracle, launched)).toBe(false);
        await reserve(primary);
        expect(hasWayOut(tenant.world.oracle, launched)).toBe(true);
    });

    it("leads a packet through gateway, route table and rule to a second private address", async () => {
        const { tenant, vnicId, reserve } = await instance("true");
        const second = { vnicId, ipAddress: "10.0.1.30" };
        const { id } = await tenant.make("privateIp", second);
        await expect(tenant.make("privateIp", second)).rejects.toThrow(/already in use/);
        const { outputs } = await reserve(id);
        const address = `${String(outputs.ipAddress)}`;
        expect(tenant.world.oracle.trace(here, address, 22)).toEqual({
            delivered: true,
            hops: [
                "internet gateway igw",
                "route table routes",
                "security list security",
                "interface of ampere-1",
                "private address 10.0.1.30",
            ],
            at: { instance: "ampere-1", address: "10.0.1.30", port: 22 },
        });
        expect(tenant.world.oracle.trace(here, address, 80).stopped).toMatch(/no security rule/);
        expect(tenant.world.oracle.trace("192.0.2.9", address, 22).stopped).toMatch(/no security rule/);
        expect(tenant.world.oracle.trace(here, "203.0.113.99", 22).stopped).toMatch(/nothing has/);
    });
});
