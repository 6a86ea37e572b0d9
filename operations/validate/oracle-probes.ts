/** What Oracle's own services say is there, and what it has cost. */
import { models as core, requests as coreRequests } from "oci-core";
import { models as identity, requests as identityRequests } from "oci-identity";
import { models as usage } from "oci-usageapi";
import type { PlainResource } from "../../policy/report";
import { allPages, type OracleServices, saidBy } from "../oracle/services";
import type { Probes, Spending, Stored } from "./probes";

/** What of a tenancy is asked. */
export interface OracleProbesArgs {
    readonly services: OracleServices;
    readonly tenancyId: string;
    /** Now; the bill is of its month. */
    readonly now: Date;
}

type Page = { readonly page: string } | Record<never, never>;
const paged = (page: string | undefined): Page => (page === undefined ? {} : { page });
const gone = /^(TERMINATED|TERMINATING|DELETED|DELETING)$/;

/** The allowance is the tenancy's, so everything in it counts, whichever stack made it. */
export function oracleProbes({
    services,
    tenancyId,
    now,
}: OracleProbesArgs): Pick<Probes, "stored" | "inventory" | "spending"> {
    const asked =
        <T>(read: () => Promise<T>) =>
        async () => {
            try {
                return await read();
            } catch (error) {
                throw new Error(saidBy(error), { cause: error });
            }
        };
    let compartments: Promise<readonly string[]> | undefined;
    const all = () => {
        compartments ??= compartmentsOf(services, tenancyId);
        return compartments;
    };
    return {
        stored: asked(async () => storedIn(services, await all())),
        inventory: asked(async () => inventoryOf(services, tenancyId, await all())),
        spending: asked(() => spendingOf(services, tenancyId, now)),
    };
}

async function compartmentsOf({ identity: service }: OracleServices, tenancyId: string): Promise<readonly string[]> {
    const below = await allPages((page) =>
        service.listCompartments({
            compartmentId: tenancyId,
            compartmentIdInSubtree: true,
            accessLevel: identityRequests.ListCompartmentsRequest.AccessLevel.Any,
            ...paged(page),
        }),
    );
    const active = below.filter(({ lifecycleState }) => lifecycleState === identity.Compartment.LifecycleState.Active);
    return [tenancyId, ...active.map(({ id }) => id)];
}

async function storedIn({ objects, compute }: OracleServices, compartments: readonly string[]): Promise<Stored[]> {
    const namespaceName = (await objects.getNamespace({})).value;
    const found: Stored[] = [];
    for (const compartmentId of compartments) {
        const buckets = await allPages((page) => objects.listBuckets({ namespaceName, compartmentId, ...paged(page) }));
        for (const { name: bucketName } of buckets) {
            const at = { namespaceName, bucketName };
            let start: string | undefined;
            do {
                const { listObjects } = await objects.listObjects({
                    ...at,
                    fields: "name,size",
                    ...(start === undefined ? {} : { start }),
                });
                found.push(
                    ...listObjects.objects.map(({ name, size = 0 }) => ({
                        name: `${bucketName}/${name}`,
                        bytes: size,
                    })),
                );
                start = listObjects.nextStartWith || undefined;
            } while (start !== undefined);
            for (const { object, uploadId } of await allPages((page) =>
                objects.listMultipartUploads({ ...at, ...paged(page) }),
            )) {
                const parts = await allPages((page) =>
                    objects.listMultipartUploadParts({ ...at, objectName: object, uploadId, ...paged(page) }),
                );
                const bytes = parts.reduce((sum, { size }) => sum + size, 0);
                found.push({
                    name: `${bucketName}/${object} (unfinished upload)`,
                    bytes,
                    unfinished: { bucket: bucketName, object, uploadId },
                });
            }
        }
        const images = await allPages((page) => compute.listImages({ compartmentId, ...paged(page) }));
        found.push(
            // Oracle lists its own images in every compartment; only a custom one belongs to one and is billed.
            ...images
                .filter((image) => image.compartmentId === compartmentId && !gone.test(image.lifecycleState))
                .map(({ displayName, id, billableSizeInGBs = 0 }) => ({
                    name: `image ${displayName ?? id}`,
                    bytes: billableSizeInGBs * 1024 ** 3,
                })),
        );
    }
    return found;
}

async function inventoryOf(
    services: OracleServices,
    tenancyId: string,
    compartments: readonly string[],
): Promise<PlainResource[]> {
    const { compute, volumes, network, loadBalancers, networkLoadBalancers, identity: service } = services;
    const domains = (await service.listAvailabilityDomains({ compartmentId: tenancyId })).items;
    const found: PlainResource[] = [];
    const add = (type: string, id: string, name: string | undefined, props: PlainResource["props"]) =>
        found.push({ urn: id, type: `oci:${type}`, name: name ?? id, props, dependencies: [] });
    for (const compartmentId of compartments) {
        const list = <T>(
            read: (page: Page) => Promise<{ readonly items: readonly T[]; readonly opcNextPage: string }>,
        ) => allPages((page) => read(paged(page)));
        for (const instance of await list((page) => compute.listInstances({ compartmentId, ...page }))) {
            if (!gone.test(instance.lifecycleState)) {
                add("Core/instance:Instance", instance.id, instance.displayName, {
                    shape: instance.shape,
                    shapeConfig: {
                        ocpus: instance.shapeConfig?.ocpus,
                        memoryInGbs: instance.shapeConfig?.memoryInGBs,
                    },
                    // Its boot volume is listed by itself, below.
                    sourceDetails: { sourceType: "bootVolume" },
                });
            }
        }
        const boot = await Promise.all(
            domains.map(({ name: availabilityDomain = "" }) =>
                list((page) => volumes.listBootVolumes({ compartmentId, availabilityDomain, ...page })),
            ),
        );
        for (const volume of boot.flat()) {
            if (!gone.test(volume.lifecycleState)) {
                add("Core/bootVolume:BootVolume", volume.id, volume.displayName, { sizeInGbs: volume.sizeInGBs });
            }
        }
        for (const volume of await list((page) => volumes.listVolumes({ compartmentId, ...page }))) {
            if (!gone.test(volume.lifecycleState)) {
                add("Core/volume:Volume", volume.id, volume.displayName, { sizeInGbs: volume.sizeInGBs });
            }
        }
        const backups = [
            ...(await list((page) => volumes.listBootVolumeBackups({ compartmentId, ...page }))),
            ...(await list((page) => volumes.listVolumeBackups({ compartmentId, ...page }))),
        ];
        for (const backup of backups.filter(({ lifecycleState }) => !gone.test(lifecycleState))) {
            add("Core/volumeBackup:VolumeBackup", backup.id, backup.displayName, {});
        }
        const reserved = {
            scope: coreRequests.ListPublicIpsRequest.Scope.Region,
            lifetime: coreRequests.ListPublicIpsRequest.Lifetime.Reserved,
        };
        for (const address of await list((page) => network.listPublicIps({ compartmentId, ...reserved, ...page }))) {
            if (address.lifecycleState !== core.PublicIp.LifecycleState.Terminated) {
                add("Core/publicIp:PublicIp", address.id ?? "", address.displayName, { lifetime: "RESERVED" });
            }
        }
        for (const vcn of await list((page) => network.listVcns({ compartmentId, ...page }))) {
            if (!gone.test(vcn.lifecycleState)) {
                add("Core/vcn:Vcn", vcn.id, vcn.displayName, {});
            }
        }
        for (const balancer of await list((page) => loadBalancers.listLoadBalancers({ compartmentId, ...page }))) {
            if (!gone.test(balancer.lifecycleState)) {
                add("LoadBalancer/loadBalancer:LoadBalancer", balancer.id, balancer.displayName, {
                    shape: balancer.shapeName,
                    shapeDetails: { maximumBandwidthInMbps: balancer.shapeDetails?.maximumBandwidthInMbps },
                });
            }
        }
        const balancers = await list(async (page) => {
            const { networkLoadBalancerCollection: collection, opcNextPage } =
                await networkLoadBalancers.listNetworkLoadBalancers({ compartmentId, ...page });
            return { items: collection.items ?? [], opcNextPage };
        });
        for (const { id, displayName } of balancers.filter(({ lifecycleState }) => !gone.test(lifecycleState))) {
            add("NetworkLoadBalancer/networkLoadBalancer:NetworkLoadBalancer", id, displayName, {});
        }
    }
    return found;
}

/** Costs from the month's first midnight to the next midnight, which are the bounds Oracle takes. */
async function spendingOf({ usage: service }: OracleServices, tenantId: string, now: Date): Promise<Spending> {
    const midnight = (month: number, day: number) => new Date(Date.UTC(now.getUTCFullYear(), month, day));
    const { Granularity, QueryType } = usage.RequestSummarizedUsagesDetails;
    const { items } = (
        await service.requestSummarizedUsages({
            requestSummarizedUsagesDetails: {
                tenantId,
                timeUsageStarted: midnight(now.getUTCMonth(), 1),
                timeUsageEnded: midnight(now.getUTCMonth(), now.getUTCDate() + 1),
                granularity: Granularity.Monthly,
                queryType: QueryType.Cost,
                groupBy: ["service"],
            },
        })
    ).usageAggregation;
    const services = items
        .map(({ service: name = "?", computedAmount = 0 }) => ({ service: name, amount: computedAmount ?? 0 }))
        .filter(({ amount }) => amount > 0)
        .sort((a, b) => b.amount - a.amount);
    return {
        amount: services.reduce((sum, { amount }) => sum + amount, 0),
        currency: (items.find(({ currency = "" }) => (currency ?? "").trim() !== "")?.currency ?? "").trim(),
        services,
    };
}
