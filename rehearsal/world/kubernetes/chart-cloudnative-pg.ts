/** The chart of CloudNativePG's operator. */
import { at } from "../value";
import type { Chart } from "./helm-charts";
import type { Kind } from "./kinds";
import { podTemplate } from "./pods";

function kind(name: string, plural: string, namespaced = true): Kind {
    return { apiVersion: "postgresql.cnpg.io/v1", kind: name, plural, namespaced };
}

/** Chart version to operator version. Source: cloudnative-pg/charts, Chart.yaml of each release. */
const operators: Readonly<Record<string, string>> = {
    "0.29.0": "1.30.0",
    "0.28.0": "1.29.0",
    "0.27.0": "1.28.0",
    "0.26.0": "1.27.0",
};

/** CloudNativePG's operator. */
export const cloudNativePgChart: Chart = {
    name: "cloudnative-pg",
    repositories: ["https://cloudnative-pg.github.io/charts", "oci://ghcr.io/cloudnative-pg/charts/cloudnative-pg"],
    versions: Object.keys(operators),
    appVersion: (version) => operators[version] ?? version,
    step: "helm/cloudnative-pg",
    kinds: [
        kind("Cluster", "clusters"),
        kind("Backup", "backups"),
        kind("ScheduledBackup", "scheduledbackups"),
        kind("Pooler", "poolers"),
        kind("Database", "databases"),
        kind("Publication", "publications"),
        kind("Subscription", "subscriptions"),
        kind("ImageCatalog", "imagecatalogs"),
        kind("ClusterImageCatalog", "clusterimagecatalogs", false),
        kind("FailoverQuorum", "failoverquorums"),
    ],
    workloads: ({ namespace, name, values }) => [
        {
            template: podTemplate(namespace, name.includes("cloudnative-pg") ? name : `${name}-cloudnative-pg`, {
                metadata: {
                    labels: { "app.kubernetes.io/name": "cloudnative-pg", "app.kubernetes.io/instance": name },
                },
                spec: {
                    securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
                    containers: [
                        {
                            name: "manager",
                            image: "ghcr.io/cloudnative-pg/cloudnative-pg",
                            resources: at(values, "resources") ?? {},
                            securityContext: {
                                allowPrivilegeEscalation: false,
                                runAsUser: 10001,
                                capabilities: { drop: ["ALL"] },
                            },
                        },
                    ],
                },
            }),
            replicas: typeof at(values, "replicaCount") === "number" ? Number(at(values, "replicaCount")) : 1,
        },
    ],
    services: () => [
        {
            name: "cnpg-webhook-service",
            spec: {
                type: "ClusterIP",
                selector: { "app.kubernetes.io/name": "cloudnative-pg" },
                ports: [{ name: "webhook-server", port: 443, targetPort: 9443, protocol: "TCP" }],
            },
        },
    ],
};
