/** The chart of Flux. */
import { at } from "../value";
import type { Cluster } from "./cluster";
import type { Chart, ChartWorkload } from "./helm-charts";
import type { Kind } from "./kinds";
import { podTemplate } from "./pods";

function kind(group: string, version: string, name: string, plural: string): Kind {
    return { apiVersion: `${group}.toolkit.fluxcd.io/${version}`, kind: name, plural, namespaced: true };
}

/** Chart version to Flux's. Source: fluxcd-community/helm-charts, charts/flux2/Chart.yaml of each release. */
const fluxVersions: Readonly<Record<string, string>> = {
    "2.17.0": "2.7.2",
    "2.17.1": "2.7.2",
    "2.17.2": "2.7.5",
    "2.18.0": "2.8.1",
    "2.18.1": "2.8.2",
    "2.18.2": "2.8.3",
    "2.18.3": "2.8.5",
};

/** The oldest minor of Kubernetes 1 each minor of Flux runs on. Source: fluxcd/flux2, cmd/flux/check.go of each release. */
const oldestKubernetesMinor: Readonly<Record<string, number>> = { "2.7": 32, "2.8": 33 };

/** What becomes of the job the chart runs before everything else, `flux check --pre`. No value turns it off. */
function preInstallProblems(release: string, version: string, { born }: Cluster): readonly string[] {
    const flux = fluxVersions[version] ?? Object.values(fluxVersions).at(-1) ?? "";
    const oldest = oldestKubernetesMinor[flux.split(".").slice(0, 2).join(".")] ?? 0;
    const [, minor] = born.kubernetesVersion.replace(/^v/, "").split(".").map(Number);
    return minor === undefined || minor >= oldest
        ? []
        : [
              `failed pre-install: job ${release}-flux-check failed: BackoffLimitExceeded: Kubernetes version v${born.kubernetesVersion.replace(/^v/, "")} does not match >=1.${oldest}.0-0`,
          ];
}

/** The chart's controllers: the key of their values, and the name of their Deployment. */
const controllers = {
    sourceController: "source-controller",
    kustomizeController: "kustomize-controller",
    helmController: "helm-controller",
    notificationController: "notification-controller",
    imageAutomationController: "image-automation-controller",
    imageReflectionController: "image-reflector-controller",
} as const;

/** Flux: the controllers of sources, Kustomizations and HelmReleases. */
export const fluxChart: Chart = {
    name: "flux2",
    repositories: ["https://fluxcd-community.github.io/helm-charts", "oci://ghcr.io/fluxcd-community/charts/flux2"],
    versions: Object.keys(fluxVersions),
    appVersion: (version) => fluxVersions[version] ?? version,
    step: "helm/flux",
    kinds: [
        kind("source", "v1", "GitRepository", "gitrepositories"),
        kind("source", "v1", "HelmRepository", "helmrepositories"),
        kind("source", "v1", "HelmChart", "helmcharts"),
        kind("source", "v1", "OCIRepository", "ocirepositories"),
        kind("source", "v1", "Bucket", "buckets"),
        kind("kustomize", "v1", "Kustomization", "kustomizations"),
        kind("helm", "v2", "HelmRelease", "helmreleases"),
        kind("notification", "v1", "Receiver", "receivers"),
        kind("notification", "v1beta3", "Alert", "alerts"),
        kind("notification", "v1beta3", "Provider", "providers"),
    ],
    problems: ({ name, values, version = "" }, cluster) => [
        ...(at(values, "installCRDs") === false
            ? ['source-controller: no matches for kind "GitRepository" in version "source.toolkit.fluxcd.io/v1"']
            : []),
        ...preInstallProblems(name, version, cluster),
    ],
    workloads: ({ namespace, values }): readonly ChartWorkload[] =>
        Object.entries(controllers)
            .filter(([key]) => at(values, `${key}.create`) !== false)
            .map(([key, name]) => ({
                template: podTemplate(namespace, name, {
                    metadata: {
                        labels: { app: name },
                        annotations: { "prometheus.io/scrape": "true", "prometheus.io/port": "8080" },
                    },
                    spec: {
                        securityContext: { fsGroup: 1337 },
                        containers: [
                            {
                                name: "manager",
                                image: `ghcr.io/fluxcd/${name}`,
                                resources: at(values, `${key}.resources`) ?? {
                                    requests: { cpu: "100m", memory: "64Mi" },
                                },
                                securityContext: {
                                    allowPrivilegeEscalation: false,
                                    capabilities: { drop: ["ALL"] },
                                    readOnlyRootFilesystem: true,
                                    runAsUser: 65534,
                                    runAsNonRoot: true,
                                    seccompProfile: { type: "RuntimeDefault" },
                                },
                            },
                        ],
                    },
                }),
            })),
    services: () => [
        {
            name: "source-controller",
            spec: {
                type: "ClusterIP",
                selector: { app: "source-controller" },
                ports: [{ name: "http", port: 80, targetPort: "http", protocol: "TCP" }],
            },
        },
    ],
};
