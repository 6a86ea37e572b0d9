/** What stands in a tenancy under the name of a resource whose making nobody saw the end of. */
import { requests } from "oci-core";
import type { DeployedResource } from "../../rehearsal/engine/deployment";
import { allPages, type OracleServices, saidBy } from "./services";

/** What a list says of one thing. */
interface Listed {
    readonly id?: string;
    readonly lifecycleState?: string;
}

interface Page {
    readonly items: readonly Listed[];
    readonly opcNextPage: string;
}

/** Everything that answers to a resource's inputs; undefined where they do not say enough to look for it. */
type LookUp = (services: OracleServices, inputs: Readonly<Record<string, unknown>>) => Promise<Listed[]> | undefined;

/** Looks in a list, which is asked with inputs of the resource. */
function by<const K extends string>(
    keys: readonly K[],
    list: (services: OracleServices, asked: Readonly<Record<K, string>> & { readonly page?: string }) => Promise<Page>,
): LookUp {
    return (services, inputs) => {
        if (keys.some((key) => typeof inputs[key] !== "string" || inputs[key] === "")) {
            return undefined;
        }
        const asked = Object.fromEntries(keys.map((key) => [key, inputs[key]])) as Record<K, string>;
        return allPages((page) => list(services, page === undefined ? asked : { ...asked, page }));
    };
}

const named = ["compartmentId", "displayName"] as const;
const inVcn = [...named, "vcnId"] as const;

/** Types that are looked for. The others are made in a moment, or have an id that is known beforehand. */
const lookUps: Readonly<Record<string, LookUp>> = {
    "oci:Core/image:Image": by(named, ({ compute }, asked) => compute.listImages(asked)),
    "oci:Core/instance:Instance": by(named, ({ compute }, asked) => compute.listInstances(asked)),
    "oci:Core/internetGateway:InternetGateway": by(inVcn, ({ network }, asked) => network.listInternetGateways(asked)),
    "oci:Core/networkSecurityGroup:NetworkSecurityGroup": by(inVcn, ({ network }, asked) =>
        network.listNetworkSecurityGroups(asked),
    ),
    // Their list takes a card, or an address with its subnet, and no other two together (oci-core, listPrivateIps).
    "oci:Core/privateIp:PrivateIp": by(["vnicId", "ipAddress"], async ({ network }, { ipAddress, ...asked }) => {
        const { items, opcNextPage } = await network.listPrivateIps(asked);
        return { items: items.filter((each) => each.ipAddress === ipAddress), opcNextPage };
    }),
    // Their list knows no names to ask for.
    "oci:Core/publicIp:PublicIp": by(named, async ({ network }, { displayName, ...asked }) => {
        const scope = requests.ListPublicIpsRequest.Scope.Region;
        const lifetime = requests.ListPublicIpsRequest.Lifetime.Reserved;
        const { items, opcNextPage } = await network.listPublicIps({ ...asked, scope, lifetime });
        return { items: items.filter((each) => each.displayName === displayName), opcNextPage };
    }),
    "oci:Core/routeTable:RouteTable": by(inVcn, ({ network }, asked) => network.listRouteTables(asked)),
    "oci:Core/securityList:SecurityList": by(inVcn, ({ network }, asked) => network.listSecurityLists(asked)),
    "oci:Core/subnet:Subnet": by(inVcn, ({ network }, asked) => network.listSubnets(asked)),
    "oci:Core/vcn:Vcn": by(named, ({ network }, asked) => network.listVcns(asked)),
    "oci:Identity/compartment:Compartment": by(["compartmentId", "name"], ({ identity }, asked) =>
        identity.listCompartments(asked),
    ),
    "oci:Limits/quota:Quota": by(["compartmentId", "name"], ({ quotas }, asked) => quotas.listQuotas(asked)),
};

/** States of what is as good as gone. */
const gone = /^(TERMINAT|DELET|FAIL)/;

/**
 * Looks for resources in the tenancy, each by its name where it was to be made.
 *
 * @param known Ids the state holds already: what is being replaced has its successor's name.
 * @returns By URN the id of what stands there, null where nothing does. What cannot be looked for, and what is there
 *     more than once, is left out.
 * @throws Error with Oracle's words where it cannot be asked.
 */
export async function lookUp(
    services: OracleServices,
    resources: readonly DeployedResource[],
    known: ReadonlySet<string>,
): Promise<ReadonlyMap<string, string | null>> {
    const found = new Map<string, string | null>();
    for (const { urn, type, inputs = {} } of resources) {
        const listed = await lookUps[type]?.(services, inputs)?.catch((error: unknown) => {
            const name = String(inputs.displayName ?? inputs.name ?? inputs.ipAddress);
            throw new Error(`Whether '${name}' stands in the tenancy cannot be told: ${saidBy(error)}`, {
                cause: error,
            });
        });
        const ids = listed?.flatMap(({ id, lifecycleState = "" }) =>
            id === undefined || gone.test(lifecycleState) || known.has(id) ? [] : [id],
        );
        if (ids !== undefined && ids.length < 2) {
            found.set(urn, ids[0] ?? null);
        }
    }
    return found;
}
