/** Flux's helm-controller: releases as objects. Source: fluxcd/helm-controller 1.5, internal/controller. */
import { sameValue } from "../../protocol/difference";
import { Refusal } from "../refusal";
import { at, isProperties, text } from "../value";
import type { Cluster, InstalledRelease } from "./cluster";
import type { Controller, Outcome } from "./controller";
import { nobodyLooks, unready } from "./flux-conditions";
import { type AskedRelease, demandInstallable, findChart, provideNamespace, settleRelease, uninstall } from "./helm";
import type { KubeObject } from "./objects";

/** HelmReleases. */
export const helmReleaseController: Controller = {
    awaited: false,
    settle(object, cluster) {
        const idle = nobodyLooks(cluster, "helm-controller");
        return idle === undefined ? reconciled(object, cluster) : { problems: [idle] };
    },
    removed(object, cluster) {
        const release = releaseOf(object, cluster);
        if (release !== undefined) {
            uninstall(cluster, release);
        }
    },
};

/** Where a HelmRelease installs to. */
function target(object: KubeObject): { readonly namespace: string; readonly name: string } {
    return {
        namespace: text(object.manifest, "spec.targetNamespace") ?? object.namespace,
        name: text(object.manifest, "spec.releaseName") ?? object.name,
    };
}

function releaseOf(object: KubeObject, cluster: Cluster): InstalledRelease | undefined {
    const { namespace, name } = target(object);
    return cluster.releases.find((each) => each.namespace === namespace && each.name === name);
}

function reconciled(object: KubeObject, cluster: Cluster): Outcome {
    const spec = at(object.manifest, "spec.chart.spec");
    const ref = at(spec, "sourceRef");
    const place = text(ref, "namespace") ?? object.namespace;
    const source = cluster.objects.find(
        "source.toolkit.fluxcd.io/v1",
        text(ref, "kind") ?? "HelmRepository",
        place,
        text(ref, "name") ?? "",
    );
    const chartName = `${place}/${object.namespace}-${object.name}`;
    if (source === undefined || !cluster.ready(source)) {
        const words =
            source === undefined ? `HelmRepository "${text(ref, "name") ?? ""}" not found` : "no artifact yet";
        return unready(object, "SourceNotReady", `HelmChart '${chartName}' is not ready: ${words}`);
    }
    const values = at(object.manifest, "spec.values");
    const asked: AskedRelease = {
        ...target(object),
        values: isProperties(values) ? values : {},
        chart: text(spec, "chart") ?? "",
        repository: text(source.manifest, "spec.url"),
        version: text(spec, "version"),
        createNamespace: at(object.manifest, "spec.install.createNamespace") === true,
        skipAwait: at(object.manifest, "spec.install.disableWait") === true,
    };
    let found: ReturnType<typeof findChart>;
    try {
        found = findChart(asked);
    } catch (error) {
        return unready(
            object,
            "SourceNotReady",
            `HelmChart '${chartName}' is not ready: invalid chart reference: failed to get chart version for remote reference: ${refused(error)}`,
        );
    }
    if (found === undefined) {
        cluster.surroundings.strangers.add(`chart ${asked.chart}`);
    }
    const before = releaseOf(object, cluster);
    const chart = `${asked.chart}@${asked.version ?? "*"}`;
    const failed = (words: string): Outcome =>
        unready(
            object,
            before === undefined ? "InstallFailed" : "UpgradeFailed",
            `Helm ${before === undefined ? "install" : "upgrade"} failed for release ${asked.namespace}/${asked.name} with chart ${chart}: ${words}`,
        );
    try {
        if (before === undefined) {
            demandInstallable(cluster, asked, found?.chart);
        } else {
            found?.chart.refuse?.(asked);
        }
    } catch (error) {
        return failed(refused(error));
    }
    const release = installed(cluster, asked, found, before);
    const outcome = settleRelease(cluster, release, found?.chart);
    release.problems = outcome.problems;
    if (outcome.problems.length > 0 && !asked.skipAwait) {
        const words = failed("context deadline exceeded");
        return { ...words, problems: [...words.problems, ...outcome.problems] };
    }
    outcome.commit();
    release.readyAt = cluster.now;
    return {
        problems: [],
        status: {
            observedGeneration: object.generation,
            conditions: [
                {
                    type: "Ready",
                    status: "True",
                    reason: "InstallSucceeded",
                    message: `Helm install succeeded for release ${asked.namespace}/${asked.name} with chart ${chart}`,
                },
            ],
        },
    };
}

/** The release in the cluster as it is asked for now: a new one, the same one, or one in the place of another. */
function installed(
    cluster: Cluster,
    asked: AskedRelease,
    found: ReturnType<typeof findChart>,
    before: InstalledRelease | undefined,
): InstalledRelease {
    const version = found?.version ?? asked.version ?? "";
    if (before !== undefined && before.version === version && sameValue(before.values, asked.values)) {
        return before;
    }
    if (before !== undefined) {
        uninstall(cluster, before);
    }
    provideNamespace(cluster, asked);
    const release: InstalledRelease = {
        namespace: asked.namespace,
        name: asked.name,
        chart: found?.chart.name ?? asked.chart,
        version,
        values: asked.values,
        readyAt: Number.POSITIVE_INFINITY,
        problems: [],
        objects: [],
    };
    cluster.releases.push(release);
    return release;
}

function refused(error: unknown): string {
    if (error instanceof Refusal) {
        return error.message;
    }
    throw error;
}
