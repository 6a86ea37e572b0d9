/** How a program reaches instances that no port from outside leads to: over SSH through the bastion. */
import type { types } from "@pulumi/command";
import type * as core from "@pulumi/oci/core";
import type * as pulumi from "@pulumi/pulumi";
import type { ReservedAddress } from "../components/cloud/reserved-address";
import { named } from "../config/named";

/** The way through the bastion. */
export interface BastionArgs {
    /** Instances by name. */
    readonly instances: Readonly<Record<string, core.Instance>>;
    /** Names of those that are reached. */
    readonly names: readonly string[];
    /** The bastion's own address. */
    readonly entry: Pick<ReservedAddress, "address" | "resource">;
    /** User the bastion lets in. */
    readonly user: string;
    readonly privateKey: pulumi.Output<string>;
}

/** Tries to reach a host: an instance takes minutes from its launch to its first answer on port 22. */
const tries = 60;

/** Connection of root on each instance, by name. */
export function throughBastion({
    instances,
    names,
    entry,
    user,
    privateKey,
}: BastionArgs): Readonly<Record<string, types.input.remote.ConnectionArgs>> {
    const proxy = { host: entry.address, user, privateKey, dialErrorLimit: tries };
    return Object.fromEntries(
        names.map((name) => {
            const host = named(instances, name).privateIp;
            return [name, { host, user: "root", privateKey, dialErrorLimit: tries, proxy }];
        }),
    );
}
