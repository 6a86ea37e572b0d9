import * as pulumi from "@pulumi/pulumi";

/**
 * A value that carries the edge to the resource it comes from, and is known even while the resource is not.
 *
 * An object's own outputs are unknown at the first preview, because its provider's kubeconfig is: a policy that reads
 * a name, a class or an address made of them could not judge it. A resource's URN is always known, so a value hung on
 * the URN orders the graph and stays readable.
 */
export function through<T>(resource: pulumi.Resource, value: T): pulumi.Output<T> {
    return resource.urn.apply(() => value) as pulumi.Output<T>;
}

/** `through` for a value that more than one resource must have made true. */
export function throughAll<T>(resources: readonly pulumi.Resource[], value: T): pulumi.Output<T> {
    return pulumi.all(resources.map((resource) => resource.urn)).apply(() => value) as pulumi.Output<T>;
}
