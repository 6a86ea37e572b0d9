/** The chart of Grafana Alloy. */
import { at, isProperties, list, number, type Properties, text } from "../value";
import { alloyProblems, configMapOf } from "./alloy";
import type { Chart } from "./helm-charts";
import { podTemplate } from "./pods";

/** Grafana Alloy: collects metrics and logs, and sends them on. */
export const alloyChart: Chart = {
    name: "alloy",
    repositories: ["https://grafana.github.io/helm-charts", "oci://ghcr.io/grafana/helm-charts/alloy"],
    versions: ["1.9.0", "1.10.0", "1.10.1"],
    appVersion: (version) => ({ "1.9.0": "v1.16.3", "1.10.0": "v1.17.0" })[version] ?? "v1.17.1",
    step: "helm/alloy",
    kinds: [{ apiVersion: "monitoring.grafana.com/v1alpha2", kind: "PodLogs", plural: "podlogs", namespaced: true }],
    problems: alloyProblems,
    workloads: ({ namespace, name, values }) => {
        const type = text(values, "controller.type") ?? "daemonset";
        const map = configMapOf({ name, values });
        return [
            {
                everywhere: type === "daemonset",
                replicas: number(values, "controller.replicas") ?? 1,
                template: podTemplate(namespace, name, {
                    metadata: { labels: { "app.kubernetes.io/name": "alloy", "app.kubernetes.io/instance": name } },
                    spec: {
                        securityContext: properties(values, "global.podSecurityContext"),
                        volumes:
                            map === undefined
                                ? []
                                : [
                                      {
                                          name: "config",
                                          configMap: { name: map.name, items: [{ key: map.key, path: map.key }] },
                                      },
                                  ],
                        containers: [
                            container(values, "alloy", "docker.io/grafana/alloy", {
                                envFrom: list(values, "alloy.envFrom"),
                            }),
                            ...(at(values, "configReloader.enabled") === false
                                ? []
                                : [
                                      container(
                                          values,
                                          "configReloader",
                                          "quay.io/prometheus-operator/prometheus-config-reloader",
                                      ),
                                  ]),
                        ],
                    },
                }),
            },
        ];
    },
};

function container(
    values: Properties,
    role: "alloy" | "configReloader",
    image: string,
    more: Properties = {},
): Properties {
    return {
        name: role === "alloy" ? "alloy" : "config-reloader",
        image,
        resources: properties(values, `${role}.resources`),
        securityContext: properties(values, `${role}.securityContext`),
        ...more,
    };
}

function properties(values: Properties, path: string): Properties {
    const found = at(values, path);
    return isProperties(found) ? found : {};
}
