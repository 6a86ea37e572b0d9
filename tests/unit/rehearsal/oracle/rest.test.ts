import { describe, expect, it } from "vitest";
import { a1, Tenant } from "./tenant";

describe("Oracle also refuses", () => {
    it("anything in a compartment that is not there, and a second compartment of a name", async () => {
        const tenant = new Tenant();
        await expect(tenant.make("vcn", { compartmentId: "none", cidrBlocks: ["10.0.0.0/16"] })).rejects.toThrow(
            /^404-/,
        );
        await tenant.network();
        const again = { compartmentId: tenant.tenancyId, name: "strata", description: "d" };
        await expect(tenant.make("compartment", again)).rejects.toThrow(/^409-CompartmentAlreadyExists/);
    });

    it("labels that are none, and parts of another VCN", async () => {
        const tenant = new Tenant();
        const { compartmentId, vcnId, gateway } = await tenant.network();
        const vcn = { compartmentId, cidrBlocks: ["10.9.0.0/16"] };
        await expect(tenant.make("vcn", { ...vcn, dnsLabel: "a-label" })).rejects.toThrow(/dnsLabel 'a-label'/);
        await expect(tenant.make("vcn", { compartmentId })).rejects.toThrow(/cidrBlocks must be given/);
        const other = await tenant.make("vcn", vcn);
        const routeRules = [{ destination: "0.0.0.0/0", networkEntityId: gateway.id }];
        const routes = { compartmentId, vcnId: other.id, routeRules };
        await expect(tenant.make("routes", routes)).rejects.toThrow(/is not in the VCN/);
        const { id } = await tenant.make("group", { compartmentId, vcnId });
        const rule = { networkSecurityGroupId: id, direction: "INGRESS", protocol: "6", source: "everyone" };
        await expect(tenant.make("groupRule", rule)).rejects.toThrow(/'everyone' is not a CIDR/);
    });

    it("an address in a full subnet, the loss of a primary one, and a public one on none", async () => {
        const tenant = new Tenant();
        const net = await tenant.network();
        const { compartmentId, vcnId } = net;
        const subnet = await tenant.make("subnet", { compartmentId, vcnId, cidrBlock: "10.0.2.0/30" });
        const vnic = { subnetId: subnet.id, privateIp: "10.0.2.2" };
        await tenant.make("instance", await tenant.launch(net, { vnic }));
        const vnicId = tenant.world.oracle.all("vnic")[0]?.id ?? "";
        await expect(tenant.make("privateIp", { vnicId })).rejects.toThrow(/no free addresses/);
        const primary = tenant.world.oracle.all("privateip")[0]?.id ?? "";
        await expect(tenant.drop("privateIp", { id: primary, outputs: {} })).rejects.toThrow(/primary private IP/);
        const publicIp = { compartmentId, lifetime: "RESERVED", privateIpId: "none" };
        await expect(tenant.make("publicIp", publicIp)).rejects.toThrow(/^404-/);
    });

    it("a shape for an image that is not available", async () => {
        const tenant = new Tenant((site) => ({
            ...site,
            images: [{ name: "old", operatingSystem: "x", version: "1", shapes: [], state: "DISABLED" }],
        }));
        const imageId = tenant.world.oracle.all("image")[0]?.id ?? "";
        const asked = { compartmentId: tenant.tenancyId, imageId, shapeName: a1 };
        await expect(tenant.make("shape", asked)).rejects.toThrow(/must be AVAILABLE/);
    });
});
