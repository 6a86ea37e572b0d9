/** A cluster with this project's own configuration of Alloy, or a changed one. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Properties } from "../../../../rehearsal/world/value";
import { projectFolder } from "../../../harness/stack-config";
import { releaseType, Stage } from "./stage";

/** This project's configuration of Alloy. */
export const ownConfig = readFileSync(join(projectFolder, "gitops", "base", "alloy", "config.alloy"), "utf8");

/** The own configuration with one text for another; throws where it does not have the first, so that no test is empty. */
export function changedConfig(from: string, to: string): string {
    if (!ownConfig.includes(from)) {
        throw new Error(`config.alloy does not say ${from}`);
    }
    return ownConfig.replaceAll(from, to);
}

/** Addresses of Grafana Cloud that take what is posted to them. */
export const pushAddresses = {
    METRICS_URL: "https://prometheus.grafana.net/api/prom/push",
    LOGS_URL: "https://logs.grafana.net/loki/api/v1/push",
};

/** A network, the namespace, the configuration, its addresses, and Alloy itself. */
export async function withAlloy(
    config: string,
    values: Properties = {},
    addresses: Properties = pushAddresses,
): Promise<Stage> {
    const stage = new Stage();
    await stage.cilium();
    await stage.namespace("monitoring", "baseline");
    await stage.create("kubernetes:core/v1:ConfigMap", {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "alloy-config", namespace: "monitoring" },
        data: { "config.alloy": config },
    });
    await stage.create("kubernetes:core/v1:Secret", {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "grafana-cloud", namespace: "monitoring" },
        stringData: addresses,
    });
    await stage.create(releaseType, {
        name: "alloy",
        namespace: "monitoring",
        chart: "alloy",
        version: "1.10.0",
        repositoryOpts: { repo: "https://grafana.github.io/helm-charts" },
        values: {
            controller: { type: "deployment" },
            alloy: {
                configMap: { create: false, name: "alloy-config", key: "config.alloy" },
                envFrom: [{ secretRef: { name: "grafana-cloud" } }],
            },
            ...values,
        },
    });
    return stage;
}
