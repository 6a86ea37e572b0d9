/** The chart of cert-manager. */
import { at } from "../value";
import type { Chart } from "./helm-charts";
import type { Kind } from "./kinds";
import { podTemplate } from "./pods";

function kind(group: string, name: string, plural: string, namespaced = true): Kind {
    return { apiVersion: `${group}/v1`, kind: name, plural, namespaced };
}

/** What restricts every container of the chart. Source: its values.yaml, securityContext. */
const restricted = {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    readOnlyRootFilesystem: true,
} as const;

/** cert-manager: its controller, its webhook, and what hands certificate authorities to webhooks. */
export const certManagerChart: Chart = {
    name: "cert-manager",
    repositories: ["https://charts.jetstack.io", "oci://quay.io/jetstack/charts/cert-manager"],
    versions: ["v1.19.1", "v1.20.0", "v1.21.2"],
    appVersion: (version) => version,
    step: "helm/cert-manager",
    kinds: [
        kind("cert-manager.io", "Certificate", "certificates"),
        kind("cert-manager.io", "CertificateRequest", "certificaterequests"),
        kind("cert-manager.io", "Issuer", "issuers"),
        kind("cert-manager.io", "ClusterIssuer", "clusterissuers", false),
        kind("acme.cert-manager.io", "Order", "orders"),
        kind("acme.cert-manager.io", "Challenge", "challenges"),
    ],
    problems: ({ values }) =>
        at(values, "crds.enabled") === true
            ? []
            : [
                  "startupapicheck: Not ready: the cert-manager CRDs are not yet installed on the Kubernetes API server: the chart's value crds.enabled is not true",
              ],
    workloads: ({ namespace, name, values }) =>
        (
            [
                ["controller", "", "resources"],
                ["webhook", "-webhook", "webhook.resources"],
                ["cainjector", "-cainjector", "cainjector.resources"],
            ] as const
        ).map(([component, suffix, resources]) => ({
            template: podTemplate(namespace, `${name}${suffix}`, {
                metadata: {
                    labels: {
                        "app.kubernetes.io/name": component === "controller" ? "cert-manager" : component,
                        "app.kubernetes.io/instance": name,
                        "app.kubernetes.io/component": component,
                    },
                    annotations: {
                        "prometheus.io/scrape": "true",
                        "prometheus.io/path": "/metrics",
                        "prometheus.io/port": "9402",
                    },
                },
                spec: {
                    securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
                    containers: [
                        {
                            name: `cert-manager-${component}`,
                            image: `quay.io/jetstack/cert-manager-${component}`,
                            resources: at(values, resources) ?? {},
                            securityContext: restricted,
                        },
                    ],
                },
            }),
        })),
    services: ({ name }) => [
        {
            name: `${name}-webhook`,
            spec: {
                type: "ClusterIP",
                selector: { "app.kubernetes.io/instance": name, "app.kubernetes.io/component": "webhook" },
                ports: [{ name: "https", port: 443, targetPort: "https", protocol: "TCP" }],
            },
        },
    ],
};
