/** Oracle's services, each by the client Oracle publishes. */
import { type AuthenticationDetailsProvider, OciError, type RetryConfiguration } from "oci-common";
import { BlockstorageClient, ComputeClient, VirtualNetworkClient } from "oci-core";
import { IdentityClient } from "oci-identity";
import { LimitsClient, QuotasClient } from "oci-limits";
import { LoadBalancerClient } from "oci-loadbalancer";
import { NetworkLoadBalancerClient } from "oci-networkloadbalancer";
import { ObjectStorageClient } from "oci-objectstorage";
import { UsageapiClient } from "oci-usageapi";

/** How the services are reached. */
export interface OracleAccess {
    readonly provider: AuthenticationDetailsProvider;
    /** e.g. `eu-frankfurt-1`. */
    readonly region: string;
    /** One address for all services in the place of Oracle's own, e.g. `http://127.0.0.1:8080`. */
    readonly endpoint?: string;
    /** How often and how long a failed call is tried again. Default: as Oracle's clients do. */
    readonly retries?: RetryConfiguration;
}

/** The services in use. */
export interface OracleServices {
    readonly objects: ObjectStorageClient;
    readonly compute: ComputeClient;
    readonly volumes: BlockstorageClient;
    readonly network: VirtualNetworkClient;
    readonly identity: IdentityClient;
    readonly limits: LimitsClient;
    readonly quotas: QuotasClient;
    readonly loadBalancers: LoadBalancerClient;
    readonly networkLoadBalancers: NetworkLoadBalancerClient;
    readonly usage: UsageapiClient;
}

/** Clients of one region. The usage service answers in the tenancy's home region only, where free stacks live anyway. */
export function oracleServices({ provider, region, endpoint, retries }: OracleAccess): OracleServices {
    const params = { authenticationDetailsProvider: provider };
    const behaviour = retries === undefined ? {} : { retryConfiguration: retries };
    const services = {
        objects: new ObjectStorageClient(params, behaviour),
        compute: new ComputeClient(params, behaviour),
        volumes: new BlockstorageClient(params, behaviour),
        network: new VirtualNetworkClient(params, behaviour),
        identity: new IdentityClient(params, behaviour),
        limits: new LimitsClient(params, behaviour),
        quotas: new QuotasClient(params, behaviour),
        loadBalancers: new LoadBalancerClient(params, behaviour),
        networkLoadBalancers: new NetworkLoadBalancerClient(params, behaviour),
        usage: new UsageapiClient(params, behaviour),
    };
    for (const client of Object.values(services)) {
        client.regionId = region;
        if (endpoint !== undefined) {
            client.endpoint = endpoint;
        }
    }
    return services;
}

/** Oracle's answer in a sentence; what else went wrong by its own message. */
export function saidBy(error: unknown): string {
    if (error instanceof OciError) {
        return `Oracle answered ${error.statusCode} ${error.serviceCode}: ${error.message}`;
    }
    return error instanceof Error ? error.message : String(error);
}

/** Reads every page of a list. */
export async function allPages<T>(
    read: (page: string | undefined) => Promise<{ readonly items: readonly T[]; readonly opcNextPage: string }>,
): Promise<T[]> {
    const found: T[] = [];
    let page: string | undefined;
    do {
        const { items, opcNextPage } = await read(page);
        found.push(...items);
        page = opcNextPage || undefined;
    } while (page !== undefined);
    return found;
}
