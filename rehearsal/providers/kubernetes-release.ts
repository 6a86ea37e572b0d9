/** Helm releases, through the Kubernetes provider. */
import { sameValue } from "../protocol/difference";
import type { ResourceBehaviour } from "../world/behaviour";
import type { Cluster, InstalledRelease } from "../world/kubernetes/cluster";
import {
    askedRelease,
    demandInstallable,
    findChart,
    provideNamespace,
    settleRelease,
    uninstall,
} from "../world/kubernetes/helm";
import { PartialFailure, Refusal } from "../world/refusal";
import { isProperties, type Properties, text, UNKNOWN } from "../world/value";
import type { Connection, KubernetesWorld } from "./kubernetes";

const source = "pulumi-kubernetes: provider/pkg/provider/helm_release.go";

/** The behaviour of releases. */
export function releaseBehaviour(connection: Connection, world: KubernetesWorld): ResourceBehaviour {
    const demand = (provider: Parameters<Connection["reach"]>[0], verb: string): Cluster => {
        const found = connection.reach(provider);
        if (found instanceof Refusal) {
            throw new Refusal(`can't ${verb} Helm Release with unreachable cluster: ${found.message}`, source);
        }
        return found;
    };
    const find = (cluster: Cluster, id: string): InstalledRelease | undefined =>
        cluster.releases.find((release) => `${release.namespace}/${release.name}` === id);
    return {
        check(inputs, old, operation) {
            const failures = inputs.chart === undefined ? [{ property: "chart", reason: "Required value: chart" }] : [];
            const former = old === undefined ? undefined : old.name;
            const suffix = Array.from({ length: 8 }, () => Math.floor(world.random.next() * 16).toString(16)).join("");
            const name = inputs.name ?? former ?? `${operation.name}-${suffix}`;
            return { inputs: { ...inputs, name, namespace: inputs.namespace ?? "default" }, failures };
        },
        diff: (oldInputs, newInputs) => {
            const keys = [...new Set([...Object.keys(oldInputs), ...Object.keys(newInputs)])];
            const changes = keys.filter((key) => !sameValue(oldInputs[key], newInputs[key]));
            const replaces = changes.filter((key) => ["name", "namespace"].includes(key) && newInputs[key] !== UNKNOWN);
            return { changes, replaces };
        },
        async create(inputs, operation) {
            const cluster = demand(operation.provider, "create");
            const asked = askedRelease(inputs);
            const found = findChart(asked);
            demandInstallable(cluster, asked, found?.chart);
            provideNamespace(cluster, asked);
            if (found === undefined) {
                world.strangers.add(`chart ${asked.chart}`);
            }
            const release: InstalledRelease = {
                namespace: asked.namespace,
                name: asked.name,
                chart: found?.chart.name ?? asked.chart,
                version: found?.version ?? asked.version ?? "",
                values: asked.values,
                readyAt: Number.POSITIVE_INFINITY,
                problems: [],
                objects: [],
            };
            cluster.releases.push(release);
            await settle(cluster, release, inputs, (step) => operation.takes(step));
            return { id: `${asked.namespace}/${asked.name}`, outputs: outputsOf(release, inputs) };
        },
        async read(id, _state, inputs, operation) {
            const found = connection.reach(operation.provider);
            if (found instanceof Refusal) {
                if (operation.provider.config.deleteUnreachable === true) {
                    return undefined;
                }
                throw new Refusal(
                    'failed to read resource state due to unreachable cluster. If the cluster was deleted, you can remove this resource from Pulumi state by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"',
                    source,
                );
            }
            const release = find(found, id);
            return release === undefined ? undefined : { id, outputs: outputsOf(release, inputs), inputs };
        },
        async update(id, _old, inputs, operation) {
            const cluster = demand(operation.provider, "update");
            const before = find(cluster, id);
            if (before === undefined) {
                throw new Refusal(
                    `"${id.split("/")[1] ?? id}" has no deployed releases`,
                    "Helm 3: pkg/action/upgrade.go",
                );
            }
            const asked = askedRelease(inputs);
            const found = findChart(asked);
            found?.chart.refuse?.(asked);
            const release: InstalledRelease = {
                ...before,
                chart: found?.chart.name ?? asked.chart,
                version: found?.version ?? asked.version ?? "",
                values: asked.values,
                problems: [],
            };
            cluster.run(before, []);
            cluster.releases.splice(cluster.releases.indexOf(before), 1, release);
            await settle(cluster, release, inputs, (step) => operation.takes(step));
            return outputsOf(release, inputs);
        },
        async delete(id, _state, operation) {
            const found = connection.reach(operation.provider);
            if (found instanceof Refusal) {
                // Unlike objects, releases do not heed deleteUnreachable.
                throw new Refusal(
                    `can't delete Helm Release with unreachable cluster. Reason: ${JSON.stringify(found.message)}`,
                    source,
                );
            }
            const release = find(found, id);
            if (release === undefined) {
                throw new Refusal(
                    `uninstall: Release not loaded: ${id.split("/")[1] ?? id}: release: not found`,
                    "Helm 3: pkg/action/uninstall.go",
                );
            }
            uninstall(found, release);
        },
        deterministicId: (inputs) => {
            const name = text(inputs, "name");
            return name === undefined ? undefined : `${text(inputs, "namespace") ?? "default"}/${name}`;
        },
    };
}

async function settle(
    cluster: Cluster,
    release: InstalledRelease,
    inputs: Properties,
    takes: (step: string) => Promise<void>,
): Promise<void> {
    const asked = askedRelease(inputs);
    const chart = findChart(asked)?.chart;
    const fail = (problems: readonly string[]): never => {
        release.problems = problems;
        const id = `${release.namespace}/${release.name}`;
        if (inputs.atomic === true) {
            uninstall(cluster, release);
            throw new Refusal(
                `release ${release.name} failed, and has been uninstalled due to atomic being set: context deadline exceeded: ${problems.join("; ")}`,
                "Helm 3: pkg/action/install.go",
            );
        }
        throw new PartialFailure(
            `Helm release "${id}" was created, but failed to initialize completely. Use Helm CLI to investigate: failed to become available within allocated timeout. Error: Helm Release ${id}: context deadline exceeded\n${problems.map((problem) => `\t* ${problem}`).join("\n")}`,
            source,
            id,
            outputsOf(release, inputs),
        );
    };
    const early = settleRelease(cluster, release, chart).problems;
    if (early.length > 0 && !asked.skipAwait) {
        fail(early);
    }
    await takes(chart?.step ?? "helm/unknown");
    const outcome = settleRelease(cluster, release, chart);
    if (outcome.problems.length > 0) {
        if (!asked.skipAwait) {
            fail(outcome.problems);
        }
        release.problems = outcome.problems;
        return;
    }
    release.readyAt = cluster.now;
    outcome.commit();
}

function outputsOf(release: InstalledRelease, inputs: Properties): Properties {
    const chart = findChart(askedRelease(inputs))?.chart;
    return {
        ...inputs,
        status: {
            appVersion: chart?.appVersion(release.version) ?? "",
            chart: release.chart,
            name: release.name,
            namespace: release.namespace,
            revision: 1,
            status: release.problems.length === 0 ? "deployed" : "failed",
            version: release.version.replace(/^v/, ""),
        },
        resourceNames: isProperties(inputs.resourceNames) ? inputs.resourceNames : {},
    };
}
