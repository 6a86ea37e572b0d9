/** Oracle compute instances at fixed addresses, spread over fault and availability domains. */
import * as core from "@pulumi/oci/core";
import * as pulumi from "@pulumi/pulumi";
import type { Facts } from "../../policy/facts";
import { checkMetadata } from "./metadata";

/** Where an instance is launched. */
export interface Place {
    readonly availabilityDomain: string;
    /** `FAULT-DOMAIN-1` to `-3`. */
    readonly faultDomain: string;
}

/** One instance. */
export interface InstanceSpec extends Place {
    readonly shape: "VM.Standard.A1.Flex" | "VM.Standard.E2.1.Micro";
    /** Whole cores; only for A1 (Oracle starts at one and counts in ones). */
    readonly ocpus?: number;
    /** Memory; only for A1. */
    readonly memoryGiB?: number;
    /** Address in the subnet, e.g. `10.0.1.10`. */
    readonly address: string;
    /** At least 50 (Oracle refuses less; 47 was refused on 2026-07-14). */
    readonly bootVolumeGiB: number;
    /** True for an ephemeral public address; false where a reserved one is attached. */
    readonly ephemeralPublicIp: boolean;
    /** Image to boot from. */
    readonly imageId: pulumi.Input<string>;
    /** Cloud-init user data, base64; a change of it does not replace the instance. */
    readonly userData?: pulumi.Input<string>;
    /** Public keys that may log in. */
    readonly sshAuthorizedKeys?: readonly string[];
    /** True where it forwards packets of others (routes, NAT). Default false. */
    readonly forwards?: boolean;
    /** Network security groups it is in, beside what the subnet's security list says. Default none. */
    readonly groups?: readonly pulumi.Input<string>[];
}

/** A set of instances in one subnet. */
export interface InstancesArgs {
    readonly compartmentId: pulumi.Input<string>;
    readonly subnetId: pulumi.Input<string>;
    /** Name to instance. Names are for life. */
    readonly instances: Readonly<Record<string, InstanceSpec>>;
    /** Retries a launch Oracle has no room for. */
    readonly onOutOfCapacity: pulumi.ErrorHook;
    /** What must stand before the first instance: the quota. */
    readonly guard: pulumi.Resource;
}

/** Name of the availability domain an instance lives in, as a failure domain. */
export function availabilityDomainName({ availabilityDomain }: Place): string {
    return `availability-domain/${availabilityDomain}`;
}

/** Name of the fault domain an instance lives in, as a failure domain. */
export function faultDomainName({ availabilityDomain, faultDomain }: Place): string {
    return `fault-domain/${availabilityDomain}/${faultDomain}`;
}

/** The domains the instances of a stack can die with. */
export function instanceFacts(instances: Readonly<Record<string, InstanceSpec>>): Facts {
    const specs = Object.entries(instances);
    const availability = new Map(specs.map(([, spec]) => [availabilityDomainName(spec), spec]));
    const faults = new Map(specs.map(([, spec]) => [faultDomainName(spec), spec]));
    return {
        domains: [
            ...[...availability].map(([name, spec]) => ({
                name,
                kind: "availability-domain" as const,
                title: `Availability domain ${spec.availabilityDomain}`,
            })),
            ...[...faults].map(([name, spec]) => ({
                name,
                kind: "fault-domain" as const,
                title: `Fault domain ${spec.faultDomain} of ${spec.availabilityDomain}`,
                partOf: [availabilityDomainName(spec)],
            })),
            ...specs.map(([name, spec]) => ({
                name: `machine/${name}`,
                kind: "machine" as const,
                title: `Instance ${name}`,
                partOf: [faultDomainName(spec)],
            })),
        ],
    };
}

/**
 * Instances of the Always Free shapes. Placement is what the stack says at creation and is left alone afterwards:
 * an instance that found room somewhere stays there.
 */
export class Instances extends pulumi.ComponentResource {
    readonly byName: Readonly<Record<string, core.Instance>>;

    constructor(name: string, args: InstancesArgs, opts?: pulumi.ComponentResourceOptions) {
        super("strata:cloud:Instances", name, {}, opts);
        const launch = ([key, spec]: [string, InstanceSpec]): [string, core.Instance] => {
            const flexible =
                spec.ocpus === undefined || spec.memoryGiB === undefined
                    ? {}
                    : { shapeConfig: { ocpus: spec.ocpus, memoryInGbs: spec.memoryGiB } };
            const metadata = {
                ...(spec.userData === undefined ? {} : { user_data: spec.userData }),
                ...(spec.sshAuthorizedKeys === undefined
                    ? {}
                    : { ssh_authorized_keys: spec.sshAuthorizedKeys.join("\n") }),
            };
            const instance = new core.Instance(
                `${name}-${key}`,
                {
                    compartmentId: args.compartmentId,
                    availabilityDomain: spec.availabilityDomain,
                    faultDomain: spec.faultDomain,
                    displayName: key,
                    shape: spec.shape,
                    ...flexible,
                    sourceDetails: {
                        sourceType: "image",
                        sourceId: spec.imageId,
                        bootVolumeSizeInGbs: `${spec.bootVolumeGiB}`,
                        // 10 is "Balanced", the performance the free storage comes with.
                        bootVolumeVpusPerGb: "10",
                    },
                    createVnicDetails: {
                        subnetId: args.subnetId,
                        privateIp: spec.address,
                        hostnameLabel: key,
                        assignPublicIp: `${spec.ephemeralPublicIp}`,
                        skipSourceDestCheck: spec.forwards ?? false,
                        ...(spec.groups === undefined ? {} : { nsgIds: [...spec.groups] }),
                    },
                    // A kept boot volume would fill the free 200 GB at every replacement.
                    preserveBootVolume: false,
                    instanceOptions: { areLegacyImdsEndpointsDisabled: true },
                    metadata: pulumi.output(metadata).apply((known) => {
                        checkMetadata(key, known);
                        return known;
                    }),
                },
                {
                    parent: this,
                    dependsOn: [args.guard],
                    // Two cannot hold the address at once, and a full allowance has no room for both.
                    deleteBeforeReplace: true,
                    hooks: { onError: [args.onOutOfCapacity] },
                    // A new image or user data must not replace a machine that holds data; a place found is kept.
                    ignoreChanges: ["availabilityDomain", "faultDomain", "metadata", "sourceDetails.sourceId"],
                },
            );
            return [key, instance];
        };
        this.byName = Object.fromEntries(Object.entries(args.instances).map(launch));
        this.registerOutputs({ facts: instanceFacts(args.instances) });
    }
}
