/** A tenancy to act in without an engine: the document's site, the provider, and a network that is right. */
import { ociPackage } from "../../../../rehearsal/providers/oci";
import { ociFree } from "../../../../rehearsal/sites/oci-free";
import type { PackageBehaviour, State } from "../../../../rehearsal/world/behaviour";
import type { SiteOracle } from "../../../../rehearsal/world/oracle/site";
import type { Properties } from "../../../../rehearsal/world/value";
import { World } from "../../../../rehearsal/world/world";

/** Tokens by short name. */
export const tokens = {
    compartment: "oci:Identity/compartment:Compartment",
    vcn: "oci:Core/vcn:Vcn",
    gateway: "oci:Core/internetGateway:InternetGateway",
    routes: "oci:Core/routeTable:RouteTable",
    security: "oci:Core/securityList:SecurityList",
    group: "oci:Core/networkSecurityGroup:NetworkSecurityGroup",
    groupRule: "oci:Core/networkSecurityGroupSecurityRule:NetworkSecurityGroupSecurityRule",
    subnet: "oci:Core/subnet:Subnet",
    instance: "oci:Core/instance:Instance",
    privateIp: "oci:Core/privateIp:PrivateIp",
    publicIp: "oci:Core/publicIp:PublicIp",
    image: "oci:Core/image:Image",
    shape: "oci:Core/shapeManagement:ShapeManagement",
    bucket: "oci:ObjectStorage/bucket:Bucket",
    object: "oci:ObjectStorage/storageObject:StorageObject",
    budget: "oci:Budget/budget:Budget",
    rule: "oci:Budget/rule:Rule",
    quota: "oci:Limits/quota:Quota",
} as const;

/** A1's name. */
export const a1 = "VM.Standard.A1.Flex";
/** The Micro's name. */
export const micro = "VM.Standard.E2.1.Micro";

/** Acts in one tenancy. */
export class Tenant {
    readonly world: World;
    readonly oci: PackageBehaviour;
    readonly tenancyId: string;
    /** Steps whose time passed, in order. */
    readonly steps: string[] = [];

    constructor(change: (site: SiteOracle) => SiteOracle = (site) => site) {
        const { oracle } = ociFree;
        if (oracle === undefined) {
            throw new Error("The site has no tenancy.");
        }
        this.tenancyId = oracle.tenancyId;
        this.world = new World({ site: { ...ociFree, oracle: change(oracle) } });
        this.oci = ociPackage(this.world);
    }

    behaviour(kind: keyof typeof tokens) {
        const found = this.oci.resource(tokens[kind]);
        if (found === undefined) {
            throw new Error(`There is no behaviour of '${kind}'.`);
        }
        return found;
    }

    operation(kind: keyof typeof tokens) {
        const provider = { package: "oci", config: {} };
        const takes = async (step: string) => {
            this.steps.push(step);
        };
        return { urn: `urn:pulumi:t::strata::${tokens[kind]}::it`, type: tokens[kind], name: "it", provider, takes };
    }

    make(kind: keyof typeof tokens, inputs: Properties): Promise<State> {
        return this.behaviour(kind).create(inputs, this.operation(kind));
    }

    async drop(kind: keyof typeof tokens, { id, outputs }: State): Promise<void> {
        await this.behaviour(kind).delete(id, outputs, this.operation(kind));
    }

    async call(token: string, args: Properties): Promise<Properties> {
        const called = this.oci.function(token);
        if (called === undefined) {
            throw new Error(`There is no function '${token}'.`);
        }
        return await called(args, { package: "oci", config: {} });
    }

    /** OCID of the newest Ubuntu for a shape. */
    async image(shape: string): Promise<string> {
        const args = {
            compartmentId: this.tenancyId,
            operatingSystem: "Canonical Ubuntu",
            operatingSystemVersion: "24.04",
            shape,
        };
        const { images } = await this.call("oci:Core/getImages:getImages", args);
        const [first] = images as readonly { readonly id: string }[];
        return first?.id ?? "";
    }

    /** A compartment with the document's network in it. */
    async network(openPort = 22) {
        const compartment = await this.make("compartment", {
            compartmentId: this.tenancyId,
            name: "strata",
            description: "all of it",
            enableDelete: true,
        });
        const compartmentId = compartment.id;
        const vcn = await this.make("vcn", { compartmentId, cidrBlocks: ["10.0.0.0/16"], dnsLabel: "strata" });
        const vcnId = vcn.id;
        const gateway = await this.make("gateway", { compartmentId, vcnId, enabled: true, displayName: "igw" });
        const routes = await this.make("routes", {
            compartmentId,
            vcnId,
            displayName: "routes",
            routeRules: [{ destination: "0.0.0.0/0", networkEntityId: gateway.id }],
        });
        const security = await this.make("security", {
            compartmentId,
            vcnId,
            displayName: "security",
            ingressSecurityRules: [
                { protocol: "6", source: "198.51.100.0/24", tcpOptions: { min: openPort, max: openPort } },
            ],
            egressSecurityRules: [{ protocol: "all", destination: "0.0.0.0/0" }],
        });
        const subnet = await this.make("subnet", {
            compartmentId,
            vcnId,
            cidrBlock: "10.0.1.0/24",
            routeTableId: routes.id,
            securityListIds: [security.id],
        });
        return { compartment, compartmentId, vcn, vcnId, gateway, routes, security, subnet };
    }

    /** What a launch of A1 at an address is asked with. */
    async launch(net: { readonly compartmentId: string; readonly subnet: State }, change: Properties = {}) {
        const { vnic = {}, source = {}, ...rest } = change as Record<string, Properties>;
        return {
            compartmentId: net.compartmentId,
            availabilityDomain: "Uocm:EU-FRANKFURT-1-AD-1",
            faultDomain: "FAULT-DOMAIN-1",
            displayName: "ampere-1",
            shape: a1,
            shapeConfig: { ocpus: 2, memoryInGbs: 8 },
            createVnicDetails: { subnetId: net.subnet.id, privateIp: "10.0.1.10", assignPublicIp: "true", ...vnic },
            sourceDetails: {
                sourceType: "image",
                sourceId: await this.image(a1),
                bootVolumeSizeInGbs: "50",
                ...source,
            },
            metadata: {},
            ...rest,
        } satisfies Properties;
    }
}
