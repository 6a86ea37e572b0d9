/** What both Oracle platforms stand on: compartment, network, cost guard, images. */

import type * as pulumi from "@pulumi/pulumi";
import { type CapacityRetry, retryOnCapacity } from "../components/cloud/capacity";
import { Compartment } from "../components/cloud/compartment";
import { CostGuard } from "../components/cloud/cost-guard";
import { CustomImage, type CustomImageArgs, lookUpImage } from "../components/cloud/custom-image";
import type { InstanceSpec } from "../components/cloud/instances";
import { Network, type OpenPort } from "../components/cloud/network";
import type { CloudConfig, ExistingImageConfig, ImageConfig } from "../config/cloud";
import { named } from "../config/named";

const anywhere = ["0.0.0.0/0"];

/** Shapes of the Always Free machines. */
const shapes = { ampere: "VM.Standard.A1.Flex", micro: "VM.Standard.E2.1.Micro" } as const;

/** What each instance answers to the internet, by its network security group. */
function openPorts({ sshSources }: CloudConfig): Readonly<Record<string, readonly OpenPort[]>> {
    return {
        bastion: [{ protocol: "tcp", port: 22, sources: sshSources, reason: "SSH from where its owner comes from" }],
        ingress: [
            { protocol: "tcp", port: 80, sources: anywhere, reason: "HTTP, which leads to HTTPS and proves domains" },
            { protocol: "tcp", port: 443, sources: anywhere, reason: "HTTPS of the applications" },
        ],
    };
}

/**
 * What of the storage each availability domain has: the boot volumes there; what they leave over is where the first
 * instance is, since a volume is attached within its domain.
 */
function storageByDomain({ quota, instances, bastion }: CloudConfig): Record<string, number> {
    const inOrder = Object.keys(instances)
        .sort()
        .map((name) => named(instances, name));
    const [first = bastion] = inOrder;
    const storage: Record<string, number> = {};
    let rest = quota.storageGiB;
    for (const { availabilityDomain, bootVolumeGiB } of [...inOrder, bastion]) {
        storage[availabilityDomain] = (storage[availabilityDomain] ?? 0) + bootVolumeGiB;
        rest -= bootVolumeGiB;
    }
    return { ...storage, [first.availabilityDomain]: (storage[first.availabilityDomain] ?? 0) + rest };
}

/** Compartment, network and cost guard; images are named by it, and instances wait for its quota. */
export class OracleCloud {
    readonly compartmentId: pulumi.Output<string>;
    readonly network: Network;
    readonly guard: CostGuard;
    readonly onOutOfCapacity: pulumi.ErrorHook;
    readonly #cloud: CloudConfig;

    constructor(cloud: CloudConfig) {
        this.#cloud = cloud;
        const { tenancyId, compartment } = cloud;
        this.compartmentId = new Compartment("compartment", { tenancyId, ...compartment }).id;
        const { compartmentId } = this;
        this.network = new Network("network", {
            ...cloud,
            compartmentId,
            dnsLabel: "strata",
            // Without it the mesh works through relays, and slowly.
            openPorts: [{ protocol: "udp", port: 41641, sources: anywhere, reason: "Tailscale between devices" }],
            groups: openPorts(cloud),
        });
        this.guard = new CostGuard("cost-guard", {
            ...cloud,
            compartmentId,
            allowance: { ...cloud.quota, region: cloud.region, storageGiB: storageByDomain(cloud) },
            ...(cloud.quotaScope === "compartment" ? { compartmentName: compartment.name } : {}),
        });
        this.onOutOfCapacity = retryOnCapacity("capacity", cloud.capacity satisfies CapacityRetry, (seconds) => {
            return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
        });
    }

    /** Image of the Ampere instances: imported by the stack, or there already. */
    instanceImage(image: ImageConfig, platform: CustomImageArgs["platform"]): pulumi.Output<string> {
        const { compartmentId } = this;
        if (!("bucket" in image)) {
            return this.#existing(image, shapes.ampere, compartmentId);
        }
        return new CustomImage("instance-image", { ...image, displayName: image.name, compartmentId, platform }).id;
    }

    /** The bastion: a Micro with a reserved address in the place of an ephemeral one. */
    bastion(
        spec: Pick<InstanceSpec, "userData" | "sshAuthorizedKeys"> & { readonly forwards?: boolean },
    ): InstanceSpec {
        const { bastion, images, tenancyId } = this.#cloud;
        return {
            ...bastion,
            ...spec,
            shape: shapes.micro,
            ephemeralPublicIp: false,
            imageId: this.#existing(images.bastion, shapes.micro, tenancyId),
            groups: this.#group("bastion"),
        };
    }

    /** An Ampere instance; the one requests come to is in the group that answers them. */
    ampere(
        name: string,
        spec: Pick<InstanceSpec, "imageId" | "userData" | "ephemeralPublicIp"> & {
            readonly sshAuthorizedKeys?: readonly string[];
        },
    ): InstanceSpec {
        const { instances, ingress } = this.#cloud;
        return {
            ...named(instances, name),
            ...spec,
            shape: shapes.ampere,
            ...(ingress.instance === name ? { groups: this.#group("ingress") } : {}),
        };
    }

    /** Names of the Ampere instances, sorted. */
    get names(): readonly string[] {
        return Object.keys(this.#cloud.instances).sort();
    }

    #group(name: string): pulumi.Input<string>[] {
        return [named(this.network.groups, name)];
    }

    #existing(image: ExistingImageConfig, shape: string, compartmentId: pulumi.Input<string>): pulumi.Output<string> {
        return "lookUp" in image
            ? lookUpImage(compartmentId, { displayName: image.lookUp })
            : lookUpImage(this.#cloud.tenancyId, { ...image, shape });
    }
}
