/** The policy of a tailnet whose devices have fixed addresses, as one document. */

/** What the policy is made from. */
export interface MeshShape {
    /** Tag of every device, e.g. `tag:strata`. */
    readonly tag: string;
    /**
     * Device name to its address in the tailnet, e.g. `{"ampere-1": "100.64.0.1"}`; undefined for a device whose address
     * does not matter. Names are for life.
     */
    readonly devices: Readonly<Record<string, string | undefined>>;
    /** True where the stack owns the policy, and with it the addresses. */
    readonly ownsPolicy: boolean;
    /** Networks devices may advertise without being asked, e.g. `["10.0.1.0/24"]`. */
    readonly routes: readonly string[];
}

/**
 * Tags of Tailscale's operator in the cluster and of the proxies it makes, one for each service it exposes; the
 * operator's tag must own the proxies' (https://tailscale.com/docs/kubernetes-operator/reference/tags).
 */
export const operatorTags = { operator: "tag:k8s-operator", proxy: "tag:k8s" } as const;

/** The tag only one device has: the policy gives addresses by tag. */
function deviceTag(tag: string, device: string): string {
    return `${tag}-${device}`;
}

/** The tags a device's key carries. */
export function tagsOf({ tag, devices, ownsPolicy }: MeshShape, device: string): string[] {
    return ownsPolicy && devices[device] !== undefined ? [tag, deviceTag(tag, device)] : [tag];
}

/**
 * The whole policy. Members reach the devices, the networks behind them and what the cluster exposes, devices reach each
 * other and those networks, and nobody else reaches anything. A device's pool is its one address: from a pool that is
 * larger, Tailscale would hand addresses out in the order devices happen to join (https://tailscale.com/kb/1304/ip-pool).
 */
export function meshPolicy({ tag, devices, routes }: MeshShape): Record<string, unknown> {
    const pinned = Object.entries(devices).flatMap(([device, address]) =>
        address === undefined ? [] : [{ tag: deviceTag(tag, device), address }],
    );
    return {
        // The tag owns those of its devices: credentials that may use the tag may then use theirs.
        tagOwners: {
            [tag]: ["autogroup:admin"],
            ...Object.fromEntries(pinned.map((each) => [each.tag, ["autogroup:admin", tag]])),
            [operatorTags.operator]: ["autogroup:admin"],
            [operatorTags.proxy]: ["autogroup:admin", operatorTags.operator],
        },
        grants: [
            { src: ["autogroup:member"], dst: [tag, operatorTags.proxy, ...routes], ip: ["*"] },
            { src: [tag], dst: [tag, ...routes], ip: ["*"] },
        ],
        autoApprovers: { routes: Object.fromEntries(routes.map((route) => [route, [tag]])) },
        nodeAttrs: pinned.map((each) => ({ target: [each.tag], ipPool: [`${each.address}/32`] })),
    };
}

/** The policy as it is put in force, and as it can be pasted into the admin console (Access controls). */
export function policyText(shape: MeshShape): string {
    return JSON.stringify(meshPolicy(shape), undefined, 4);
}
