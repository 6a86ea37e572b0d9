/** Section `cloud`: the Oracle tenancy, its network and its instances. */
import { z } from "zod";
import { address, cidr, prefixLength } from "./address";

/** An Oracle identifier of some kind. */
const ocid = (kind: string) =>
    z.string().regex(new RegExp(`^ocid1\\.${kind}\\.[a-z0-9]+\\.[a-z0-9-]*\\.[a-z0-9.]+$`), {
        error: `an identifier such as ocid1.${kind}.oc1..aaaa`,
    });

const resourceName = () =>
    z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, {
        error: "a host name: lower-case letters, digits and dashes",
    });

/** Least boot volume Oracle takes (47 GB was refused on 2026-07-14). */
const leastBootVolumeGiB = 50;

const bootVolumeGiB = z
    .int()
    .min(leastBootVolumeGiB)
    .default(leastBootVolumeGiB)
    .describe(`Boot volume in GiB; ${leastBootVolumeGiB} at least (Oracle).`);

const place = {
    availabilityDomain: z
        .string()
        .describe("Availability domain it is launched in: one of `cloud.availabilityDomains`. Later it is left alone."),
    faultDomain: z
        .enum(["FAULT-DOMAIN-1", "FAULT-DOMAIN-2", "FAULT-DOMAIN-3"])
        .describe("Fault domain it is launched in. Later it is left alone."),
};

const instanceSchema = z.strictObject({
    address: address().describe("Its address in the subnet."),
    ocpus: z.int().min(1).describe("Ampere cores, whole: Oracle starts at one and counts in ones."),
    memoryGiB: z.int().min(1).describe("Memory in GiB."),
    bootVolumeGiB,
    ...place,
});

const bastionSchema = z.strictObject({
    name: resourceName().default("bastion").describe("Host name, for life."),
    address: address().describe("Its address in the subnet."),
    user: z
        .string()
        .regex(/^[a-z_][a-z0-9_-]*$/, { error: "a user name such as ubuntu" })
        .default("ubuntu")
        .describe("User its image lets in by SSH. Default ubuntu."),
    bootVolumeGiB,
    ...place,
});

const existingImages = [
    z.strictObject({ lookUp: z.string().min(1).describe("Display name of an image that is there already.") }),
    z.strictObject({
        operatingSystem: z.string().min(1).describe("Operating system as Oracle names it: Canonical Ubuntu."),
        version: z.string().min(1).describe("Its version as Oracle names it: 24.04 Minimal."),
    }),
] as const;

/** An image that is there already. */
const existingImageSchema = z.union(existingImages, { error: "lookUp, or operatingSystem with version" });

/** An image that is there already, or one the stack uploads. */
const imageSchema = z.union(
    [
        ...existingImages,
        z.strictObject({
            name: z.string().min(1).describe("Display name the stack gives the image; a new content needs a new name."),
            bucket: z.string().min(1).describe("Object storage bucket the stack makes for it."),
            object: z
                .string()
                .regex(/.\.oci$/, { error: "a name ending in .oci: a bare disk is imported for BIOS, which A1 lacks" })
                .describe("Name of the archive in the bucket, ending in `.oci`."),
            path: z.string().min(1).describe("Archive the image pipeline made (`.oci`), uploaded by the stack."),
            sizeGb: z
                .number()
                .positive()
                .describe("Its size in GB, counted before anything is sent: 20 are free, 10 in a paid account."),
        }),
    ],
    { error: "lookUp, or operatingSystem with version, or name with bucket, object (ending in .oci), path and sizeGb" },
);

/** What every Oracle platform says about its cloud. */
const shape = {
    region: z
        .string()
        .regex(/^[a-z]+-[a-z]+-\d$/, { error: "a region such as eu-frankfurt-1" })
        .describe("Region of everything, which must be the tenancy's home region: only there is anything free."),
    tenancyId: ocid("tenancy").describe("The tenancy, where budget and quota live."),
    compartment: z
        .union(
            [
                z.strictObject({
                    id: ocid("compartment").describe("An existing compartment."),
                    name: resourceName().describe("Its name, as quota statements name it."),
                }),
                z.strictObject({ name: resourceName().describe("Name of a compartment the stack makes.") }),
            ],
            { error: "name, and id where it exists already" },
        )
        .describe("Compartment everything lives in: made by the stack under the tenancy's root, or there already."),
    vcnCidr: cidr().default("10.0.0.0/16").describe("The VCN's network. Default 10.0.0.0/16, as the document has it."),
    subnetCidr: cidr().default("10.0.1.0/24").describe("The subnet. Default 10.0.1.0/24, as the document has it."),
    availabilityDomains: z
        .array(z.string().min(1))
        .min(1)
        .describe("Availability domains of the region, in full: Uocm:EU-FRANKFURT-1-AD-1."),
    sshSources: z
        .array(
            cidr().refine((network) => prefixLength(network) >= 8, {
                error: "the network you come from, /8 or narrower: the bastion's SSH is not for the whole internet",
            }),
        )
        .min(1)
        .describe("Networks that reach the bastion's SSH: your own address as /32."),
    recipients: z
        .array(z.email({ error: "an e-mail address" }))
        .min(1)
        .describe("Who is told of the first cent."),
    quotaScope: z
        .enum(["tenancy", "compartment"])
        .default("tenancy")
        .describe("Where the quota applies. Default `tenancy`: nothing else of it may cost anything either."),
    quota: z
        .strictObject({
            ocpus: z.int().min(1).describe("Ampere cores."),
            memoryGiB: z.int().min(1).describe("Ampere memory in GiB."),
            micros: z.int().min(0).describe("VM.Standard.E2.1.Micro instances."),
            storageGiB: z
                .int()
                .min(leastBootVolumeGiB)
                .describe(
                    "Boot and block volumes together, in GiB. Oracle counts them in each availability domain, so each gets the boot volumes it has, and that of the first instance what they leave over.",
                ),
        })
        .describe("The hard stop: Oracle refuses whatever goes beyond it. The allowance, or what others leave of it."),
    instances: z
        .record(resourceName(), instanceSchema)
        .refine((instances) => Object.keys(instances).length > 0, { error: "at least one instance" })
        .describe("Ampere A1 instances by name. The name is the host name, for life."),
    bastion: bastionSchema.describe("The Micro instance that lets SSH in and has the first reserved address."),
    images: z
        .strictObject({
            instance: imageSchema.describe("Image of the Ampere instances, arm64."),
            bastion: existingImageSchema.describe("Image of the bastion, x86, with cloud-init."),
        })
        .describe("What the instances boot."),
    capacity: z
        .strictObject({
            tries: z
                .int()
                .min(0)
                .max(99)
                .default(20)
                .describe(
                    "New tries after a launch Oracle has no room for; 99 at most (the engine's limit). Default 20.",
                ),
            pauseSeconds: z
                .int()
                .min(0)
                .default(30)
                .describe("Pause before the first new try, in seconds; it doubles each time. Default 30."),
            maxPauseSeconds: z.int().min(0).default(300).describe("Longest pause, in seconds. Default 300."),
        })
        .prefault({})
        .describe("What to do when Oracle has no room."),
};

const nodePort = (port: number) =>
    z.int().min(30000).max(32767).default(port).describe(`NodePort of the ingress controller. Default ${port}.`);

const about =
    "The Oracle tenancy, its network and its instances. Credentials are the provider's own: `oci:*` config, or `~/.oci/config`.";

/** Where the internet's requests come in. */
const entrance = {
    instance: z.string().describe("Instance that takes the internet's requests: a key of `cloud.instances`."),
    address: address().describe("Second private address of that instance, which has the reserved one."),
};

/** The cloud of platform `oracle-proxmox`. */
export const proxmoxCloudSchema = z
    .strictObject({
        ...shape,
        ingress: z
            .strictObject({ ...entrance, httpNodePort: nodePort(30080), httpsNodePort: nodePort(30443) })
            .describe(
                "Where the second reserved address leads: to a second address of an instance, and on to NodePorts.",
            ),
    })
    .describe(about);

/** The cloud of platform `oracle-talos`. */
export const talosCloudSchema = z
    .strictObject({
        ...shape,
        ingress: z
            .strictObject(entrance)
            .describe(
                "Where the second reserved address leads: to a second address of an instance, at which Cilium answers for the ingress controller's Service (`externalIPs` in the repository).",
            ),
    })
    .describe(about);

/** The cloud of platform `oracle-proxmox`. */
export type ProxmoxCloudConfig = z.output<typeof proxmoxCloudSchema>;
/** The cloud of platform `oracle-talos`. */
export type TalosCloudConfig = z.output<typeof talosCloudSchema>;
/** What both have in common. */
export type CloudConfig = ProxmoxCloudConfig | TalosCloudConfig;
/** Where an image comes from. */
export type ImageConfig = z.output<typeof imageSchema>;
/** An image that is there already. */
export type ExistingImageConfig = z.output<typeof existingImageSchema>;
