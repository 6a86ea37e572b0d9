/** Helm: which chart a release means, whether it renders, and what becomes of it. */
import { Refusal } from "../refusal";
import { at, isProperties, type Properties, text } from "../value";
import { bornNamespaces, type Cluster, type InstalledRelease } from "./cluster";
import { type Chart, knownCharts, type ReleasePlace } from "./helm-charts";
import { builtinKinds } from "./kinds";
import { schedule, scheduleEverywhere } from "./scheduling";
import { podProblems } from "./workloads";

const helm = "Helm 3: pkg/action, pkg/repo";

/** A release as the program asks for it. */
export interface AskedRelease extends ReleasePlace {
    readonly chart: string;
    readonly repository: string | undefined;
    readonly version: string | undefined;
    readonly createNamespace: boolean;
    readonly skipAwait: boolean;
}

/** Reads the inputs of a release. */
export function askedRelease(inputs: Properties): AskedRelease {
    const values = at(inputs, "values");
    return {
        namespace: text(inputs, "namespace") ?? "default",
        name: text(inputs, "name") ?? "",
        values: isProperties(values) ? values : {},
        chart: text(inputs, "chart") ?? "",
        repository: text(inputs, "repositoryOpts.repo"),
        version: text(inputs, "version"),
        createNamespace: at(inputs, "createNamespace") === true,
        skipAwait: at(inputs, "skipAwait") === true,
    };
}

/** Finds the chart at its repository; undefined for one the world has never heard of. */
export function findChart(asked: AskedRelease): { readonly chart: Chart; readonly version: string } | undefined {
    const oci = asked.chart.startsWith("oci://");
    const place = oci ? asked.chart : (asked.repository ?? "").replace(/\/$/, "");
    const named = oci ? asked.chart.split("/").at(-1) : asked.chart;
    const chart = knownCharts.find((each) => each.repositories.includes(place) && each.name === named);
    if (chart === undefined) {
        const repositoryKnown = knownCharts.some((each) => each.repositories.includes(place));
        const chartKnown = knownCharts.some((each) => each.name === named);
        if (repositoryKnown) {
            throw new Refusal(`chart "${asked.chart}" not found in ${asked.repository ?? place} repository`, helm);
        }
        if (chartKnown && place === "") {
            throw new Refusal(`failed to download "${asked.chart}": path "${asked.chart}" not found`, helm);
        }
        if (chartKnown) {
            throw new Refusal(
                `looks like "${place}" is not a valid chart repository or cannot be reached: failed to fetch ${place}/index.yaml : 404 Not Found`,
                helm,
            );
        }
        return undefined;
    }
    const wanted = asked.version;
    const version =
        wanted === undefined
            ? chart.versions.at(-1)
            : chart.versions.find((each) => each.replace(/^v/, "") === wanted.replace(/^v/, ""));
    if (version === undefined) {
        throw new Refusal(
            oci
                ? `failed to perform "FetchReference" on source: ${asked.chart.slice("oci://".length)}:${wanted ?? ""}: not found`
                : `chart "${asked.chart}" version "${wanted ?? ""}" not found in ${asked.repository ?? place} repository`,
            helm,
        );
    }
    return { chart, version };
}

/** Refuses what Helm refuses before it makes anything. */
export function demandInstallable(cluster: Cluster, asked: AskedRelease, chart: Chart | undefined): void {
    if (cluster.releases.some((release) => release.namespace === asked.namespace && release.name === asked.name)) {
        throw new Refusal("cannot re-use a name that is still in use", helm);
    }
    const namespace = cluster.objects.find("v1", "Namespace", "", asked.namespace);
    if (namespace === undefined && !asked.createNamespace) {
        throw new Refusal(`create: failed to create: namespaces "${asked.namespace}" not found`, helm);
    }
    chart?.refuse?.(asked);
}

/** Makes the namespace where the release says so. */
export function provideNamespace(cluster: Cluster, asked: AskedRelease): void {
    const kind = builtinKinds.get("v1/Namespace");
    const account = builtinKinds.get("v1/ServiceAccount");
    if (
        kind !== undefined &&
        account !== undefined &&
        cluster.objects.find("v1", "Namespace", "", asked.namespace) === undefined
    ) {
        const metadata = { name: asked.namespace, labels: { "kubernetes.io/metadata.name": asked.namespace } };
        cluster.add({ kind, namespace: "", name: asked.namespace, manifest: { metadata } }).readyAt = cluster.now;
        cluster.add({ kind: account, namespace: asked.namespace, name: "default", manifest: {} }).readyAt = cluster.now;
    }
}

/** Why the workloads of a release do not become ready now; empty where they do. `commit` then runs them. */
export function settleRelease(
    cluster: Cluster,
    release: InstalledRelease,
    chart: Chart | undefined,
): { readonly problems: readonly string[]; commit(): void } {
    if (chart === undefined) {
        // Nobody knows what a stranger's chart runs: it asks for a node that takes pods, and for no more.
        const problems = cluster.readyNodes().some((node) => node.schedulable)
            ? []
            : ["no Ready node takes the chart's pods"];
        return { problems, commit: () => undefined };
    }
    const place: ReleasePlace = release;
    const own = chart.problems?.(place, cluster) ?? [];
    const workloads = chart.workloads(place);
    const placed: ReturnType<typeof schedule>["pods"][number][] = [];
    const problems = [...own];
    for (const workload of workloads) {
        const copies = Array.from({ length: workload.replicas ?? 1 }, (_, index) => ({
            ...workload.template,
            name: `${workload.template.name}-${index}`,
        }));
        const refused = podProblems(cluster, workload.everywhere === true ? [workload.template] : copies);
        problems.push(...refused);
        const network = workload.template.spec.hostNetwork === true;
        if (refused.length > 0 || (chart.withoutNetwork === true && !network && own.length === 0)) {
            continue;
        }
        const scheduled =
            workload.everywhere === true
                ? scheduleEverywhere(cluster, release, workload.template)
                : schedule(cluster, release, copies);
        problems.push(...scheduled.problems);
        placed.push(...scheduled.pods);
    }
    return {
        problems,
        commit: () => {
            for (const kind of chart.kinds) {
                cluster.define(kind);
            }
            const service = builtinKinds.get("v1/Service");
            for (const { name, spec } of chart.services?.(place) ?? []) {
                if (
                    service !== undefined &&
                    cluster.objects.find("v1", "Service", release.namespace, name) === undefined
                ) {
                    const object = cluster.add({
                        kind: service,
                        namespace: release.namespace,
                        name,
                        manifest: { metadata: { name, namespace: release.namespace }, spec },
                    });
                    object.readyAt = cluster.now;
                    release.objects.push(object);
                }
            }
            release.readyAt = cluster.now;
            const late = workloads.filter(
                (workload) => chart.withoutNetwork === true && workload.template.spec.hostNetwork !== true,
            );
            cluster.run(
                release,
                placed.map((pod) => ({ ...pod, owner: release })),
            );
            // These run as soon as the network the chart itself brings is there.
            const then = late.flatMap((workload) => schedule(cluster, release, [workload.template]).pods);
            cluster.run(
                release,
                [...placed, ...then].map((pod) => ({ ...pod, owner: release })),
            );
            runDns(cluster);
        },
    };
}

/** The cluster's own DNS starts with the network. */
export function runDns(cluster: Cluster): void {
    const owner = cluster.objects.find("v1", "Namespace", "", "kube-system");
    const node = cluster.readyNodes()[0];
    if (owner === undefined || node === undefined || cluster.pods.some((pod) => pod.labels["k8s-app"] === "kube-dns")) {
        return;
    }
    const labels = { "k8s-app": "kube-dns" };
    const spec = { containers: [{ name: "coredns" }], tolerations: [{ operator: "Exists" }] };
    const pods = [0, 1].map((index) => ({
        namespace: "kube-system",
        name: `coredns-${index}`,
        labels,
        annotations: {},
        spec,
        node: node.name,
        owner,
    }));
    cluster.run(owner, pods);
}

/** Takes a release away. Definitions of kinds stay, as the charts' own annotations and operators leave them. */
export function uninstall(cluster: Cluster, release: InstalledRelease): void {
    cluster.run(release, []);
    for (const object of release.objects) {
        cluster.remove(object);
    }
    cluster.releases.splice(cluster.releases.indexOf(release), 1);
}

/** True for a namespace no program may take away. */
export function isBorn(namespace: string): boolean {
    return bornNamespaces.includes(namespace);
}
