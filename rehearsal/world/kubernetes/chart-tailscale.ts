/** The chart of Tailscale's operator. */
import { at, isProperties } from "../value";
import type { Chart } from "./helm-charts";
import type { Kind } from "./kinds";
import { podTemplate } from "./pods";

function kind(name: string, plural: string, namespaced = false): Kind {
    return { apiVersion: "tailscale.com/v1alpha1", kind: name, plural, namespaced };
}

/** Labels of the proxies' pods: each stands for one exposed service. */
export const proxyLabels = { "tailscale.com/managed": "true" } as const;

/** Tailscale's operator: it exposes services to the tailnet through proxies it runs in its own namespace. */
export const tailscaleChart: Chart = {
    name: "tailscale-operator",
    repositories: ["https://pkgs.tailscale.com/helmcharts"],
    versions: ["1.98.3", "1.98.4", "1.98.9"],
    appVersion: (version) => `v${version}`,
    step: "helm/tailscale-operator",
    kinds: [
        kind("Connector", "connectors"),
        kind("ProxyClass", "proxyclasses"),
        kind("ProxyGroup", "proxygroups"),
        kind("Recorder", "recorders"),
        kind("DNSConfig", "dnsconfigs"),
    ],
    workloads: ({ namespace, values }) => {
        const given = at(values, "oauthSecretVolume");
        const own = isProperties(at(values, "oauth")) && at(values, "oauth.clientId") !== undefined;
        return [
            {
                template: podTemplate(namespace, "operator", {
                    metadata: { labels: { app: "operator" } },
                    spec: {
                        // Without credentials of its own the chart mounts a Secret somebody else has made.
                        volumes: own
                            ? []
                            : [
                                  {
                                      name: "oauth",
                                      ...(isProperties(given) ? given : { secret: { secretName: "operator-oauth" } }),
                                  },
                              ],
                        containers: [
                            {
                                name: "operator",
                                image: "docker.io/tailscale/k8s-operator",
                                resources: at(values, "operatorConfig.resources") ?? {},
                            },
                        ],
                    },
                }),
            },
        ];
    },
};
