/** The chart of Traefik, an ingress controller. */
import { Refusal } from "../refusal";
import { at, isProperties, number, type Properties, text } from "../value";
import type { Chart } from "./helm-charts";
import type { Kind } from "./kinds";
import { podTemplate } from "./pods";

function kind(name: string, plural: string): Kind {
    return { apiVersion: "traefik.io/v1alpha1", kind: name, plural, namespaced: true };
}

/** Entry points the chart has by itself: port of the pod, port of the service. Source: its values.yaml, ports. */
const entryPoints = { web: { pod: 8000, service: 80 }, websecure: { pod: 8443, service: 443 } } as const;

const entryNames = ["web", "websecure"] as const;

/** What the chart selects its pods by. */
const labelsOf = (name: string, namespace: string) => ({
    "app.kubernetes.io/name": "traefik",
    "app.kubernetes.io/instance": `${name}-${namespace}`,
});

const template = "Traefik chart 41.3.0: templates/_podtemplate.tpl";

/** Where an entry point sends every request on to: another one's name, as the chart's values say it. */
function redirection(
    values: Properties,
    entry: string,
): { readonly to: string; readonly given: Properties } | undefined {
    const given = at(values, `ports.${entry}.http.redirections.entryPoint`);
    const to = text(given, "to");
    return isProperties(given) && to !== undefined ? { to, given } : undefined;
}

/** The arguments an entry point's redirection becomes. */
function redirectionArgs(values: Properties, entry: keyof typeof entryPoints): readonly string[] {
    const found = redirection(values, entry);
    if (found === undefined) {
        return [];
    }
    const { to, given } = found;
    const port = number(values, `ports.${to}.exposedPort`) ?? entryPoints[to as keyof typeof entryPoints].service;
    const own = { to: `:${port}`, scheme: given.scheme, permanent: given.permanent };
    return Object.entries(own).flatMap(([key, value]) =>
        value === undefined ? [] : [`--entryPoints.${entry}.http.redirections.entryPoint.${key}=${String(value)}`],
    );
}

/** Traefik: what answers for the cluster's web services. */
export const traefikChart: Chart = {
    name: "traefik",
    repositories: ["https://traefik.github.io/charts", "oci://ghcr.io/traefik/helm/traefik"],
    versions: ["41.2.0", "41.3.0"],
    appVersion: () => "v3.7.11",
    step: "helm/traefik",
    kinds: [
        kind("IngressRoute", "ingressroutes"),
        kind("IngressRouteTCP", "ingressroutetcps"),
        kind("IngressRouteUDP", "ingressrouteudps"),
        kind("Middleware", "middlewares"),
        kind("MiddlewareTCP", "middlewaretcps"),
        kind("ServersTransport", "serverstransports"),
        kind("TLSOption", "tlsoptions"),
        kind("TLSStore", "tlsstores"),
        kind("TraefikService", "traefikservices"),
    ],
    refuse({ values }) {
        for (const entry of entryNames) {
            const found = redirection(values, entry);
            if (found !== undefined && !(found.to in entryPoints)) {
                throw new Refusal(
                    `execution error at (traefik/templates/deployment.yaml): ERROR: Cannot redirect ${entry} to ${found.to}: entryPoint not found`,
                    template,
                );
            }
            const scheme = text(found?.given, "scheme");
            if (found?.to === "websecure" && scheme !== undefined && scheme !== "https") {
                throw new Refusal(
                    `execution error at (traefik/templates/deployment.yaml): ERROR: Cannot redirect ${entry} to ${found.to} without setting scheme to https`,
                    template,
                );
            }
        }
    },
    problems({ namespace, name, values }, cluster) {
        const balanced = (text(values, "service.spec.type") ?? "LoadBalancer") === "LoadBalancer";
        return balanced && cluster.objects.list("cilium.io/v2", "CiliumLoadBalancerIPPool").length === 0
            ? [`Service does not have load balancer ingress IP address: ${namespace}/${name}`]
            : [];
    },
    workloads: ({ namespace, name, values }) => {
        const affinity = at(values, "affinity");
        return [
            {
                replicas: number(values, "deployment.replicas") ?? 1,
                template: podTemplate(namespace, name, {
                    metadata: {
                        labels: labelsOf(name, namespace),
                        annotations: {
                            "prometheus.io/scrape": "true",
                            "prometheus.io/path": "/metrics",
                            "prometheus.io/port": "9100",
                        },
                    },
                    spec: {
                        ...(isProperties(affinity) ? { affinity } : {}),
                        securityContext: {
                            runAsGroup: 65532,
                            runAsNonRoot: true,
                            runAsUser: 65532,
                            seccompProfile: { type: "RuntimeDefault" },
                        },
                        containers: [
                            {
                                name: "traefik",
                                image: "docker.io/traefik",
                                resources: at(values, "resources") ?? {},
                                args: entryNames.flatMap((entry) => redirectionArgs(values, entry)),
                                ports: Object.entries(entryPoints).map(([entry, { pod }]) => ({
                                    name: entry,
                                    containerPort: pod,
                                    protocol: "TCP",
                                    ...hostPort(values, entry),
                                })),
                                securityContext: {
                                    allowPrivilegeEscalation: false,
                                    capabilities: { drop: ["ALL"] },
                                    readOnlyRootFilesystem: true,
                                },
                            },
                        ],
                    },
                }),
            },
        ];
    },
    services: ({ namespace, name, values }) => {
        const spec = at(values, "service.spec");
        return [
            {
                name,
                spec: {
                    type: "LoadBalancer",
                    ...(isProperties(spec) ? spec : {}),
                    selector: labelsOf(name, namespace),
                    ports: Object.entries(entryPoints).map(([entry, { service }]): Properties => {
                        const nodePort = number(values, `ports.${entry}.nodePort`);
                        return {
                            name: entry,
                            port: number(values, `ports.${entry}.exposedPort`) ?? service,
                            targetPort: entry,
                            protocol: "TCP",
                            ...(nodePort === undefined ? {} : { nodePort }),
                        };
                    }),
                },
            },
        ];
    },
};

function hostPort(values: Properties, entry: string): Properties {
    const port = number(values, `ports.${entry}.hostPort`);
    return port === undefined ? {} : { hostPort: port };
}
