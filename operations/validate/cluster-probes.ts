/** What Proxmox VE, Kubernetes and Grafana Cloud say of themselves. */
import { parse } from "yaml";
import { ask } from "./ask";
import type { GrafanaUsage, KubernetesNode, Probes, Quorum } from "./probes";

/** How a Proxmox VE API is reached. */
export interface ProxmoxAccess {
    /** e.g. `https://10.0.1.10:8006/`. */
    readonly endpoint: string;
    /** `user@realm!name=uuid`. */
    readonly apiToken: string;
    /** True takes the API's certificate without checking it. */
    readonly insecure: boolean;
}

/** The cluster's state as its API has it (Proxmox VE API viewer, `/cluster/status`). */
export async function quorumOf({ endpoint, apiToken, insecure }: ProxmoxAccess): Promise<Quorum> {
    const { data } = (await ask("Proxmox VE", {
        url: new URL("/api2/json/cluster/status", endpoint).href,
        headers: { authorization: `PVEAPIToken=${apiToken}` },
        tls: { rejectUnauthorized: !insecure },
    })) as {
        readonly data: readonly {
            readonly type: string;
            readonly name: string;
            readonly quorate?: number;
            readonly online?: number;
        }[];
    };
    const cluster = data.find(({ type }) => type === "cluster");
    const nodes = data.filter(({ type }) => type === "node");
    return {
        nodes: nodes.map(({ name, online }) => ({ name, online: online === 1 })),
        quorate: cluster === undefined ? undefined : cluster.quorate === 1,
    };
}

interface Kubeconfig {
    readonly "current-context"?: string;
    readonly contexts?: readonly { readonly name: string; readonly context: { cluster: string; user: string } }[];
    readonly clusters?: readonly {
        readonly name: string;
        readonly cluster: { readonly server: string; readonly "certificate-authority-data"?: string };
    }[];
    readonly users?: readonly {
        readonly name: string;
        readonly user: { readonly "client-certificate-data"?: string; readonly "client-key-data"?: string };
    }[];
}

function pem(base64: string | undefined): string | undefined {
    return base64 === undefined ? undefined : Buffer.from(base64, "base64").toString("utf8");
}

/** The cluster's nodes and whether they are Ready, by the administrator's kubeconfig. */
export async function kubernetesNodesOf(kubeconfig: string): Promise<readonly KubernetesNode[]> {
    const read = parse(kubeconfig) as Kubeconfig | null;
    const context =
        read?.contexts?.find(({ name }) => name === read["current-context"])?.context ?? read?.contexts?.[0]?.context;
    const cluster = read?.clusters?.find(({ name }) => name === context?.cluster)?.cluster;
    const user = read?.users?.find(({ name }) => name === context?.user)?.user;
    if (cluster === undefined || user === undefined) {
        throw new Error("The stack's kubeconfig names no cluster and user: deploy the stack first.");
    }
    const ca = pem(cluster["certificate-authority-data"]);
    const cert = pem(user["client-certificate-data"]);
    const key = pem(user["client-key-data"]);
    const { items } = (await ask("Kubernetes", {
        url: new URL("/api/v1/nodes", cluster.server).href,
        tls: {
            ...(ca === undefined ? {} : { ca }),
            ...(cert === undefined ? {} : { cert }),
            ...(key === undefined ? {} : { key }),
        },
    })) as {
        readonly items: readonly {
            readonly metadata: { readonly name: string };
            readonly status?: {
                readonly conditions?: readonly { type: string; status: string; reason?: string; message?: string }[];
            };
        }[];
    };
    return items.map(({ metadata, status }) => {
        const ready = status?.conditions?.find(({ type }) => type === "Ready");
        const why =
            ready === undefined ? "it has reported nothing yet" : (ready.message ?? ready.reason ?? ready.status);
        return { name: metadata.name, ready: ready?.status === "True", why };
    });
}

/** How a Grafana Cloud stack is asked. */
export interface GrafanaAccess {
    /** e.g. `https://you.grafana.net`. */
    readonly url: string;
    /** Token of a service account that may read. */
    readonly token: string;
}

/** Metrics of the data source every Grafana Cloud organisation has of its own usage: what is billed, not what is sent. */
const usageMetrics = {
    activeSeries: "grafanacloud_org_metrics_billable_series",
    logsGB: "grafanacloud_org_logs_usage",
} as const;

/** What the organisation has used, by its own usage data source. */
export async function grafanaUsageOf({ url, token }: GrafanaAccess): Promise<GrafanaUsage> {
    const value = async (metric: string): Promise<number> => {
        const query = new URL("/api/datasources/proxy/uid/grafanacloud-usage/api/v1/query", url);
        query.searchParams.set("query", `sum(${metric})`);
        const { data } = (await ask("Grafana Cloud", {
            url: query.href,
            headers: { authorization: `Bearer ${token}` },
        })) as { readonly data?: { readonly result?: readonly { readonly value: readonly [number, string] }[] } };
        // Nothing was sent of what has no value yet.
        return Number(data?.result?.[0]?.value[1] ?? 0);
    };
    const [activeSeries, logsGB] = await Promise.all([value(usageMetrics.activeSeries), value(usageMetrics.logsGB)]);
    return { activeSeries, logsGB };
}

/** What clusters are asked with; a part that is undefined is asked in vain, with the sentence that says why. */
export interface ClusterAccess {
    readonly proxmox: ProxmoxAccess | undefined;
    readonly kubeconfig: string | undefined;
    readonly grafana: GrafanaAccess | undefined;
}

/** The probes of what is deployed on machines, and of where its metrics go. */
export function clusterProbes({
    proxmox,
    kubeconfig,
    grafana,
}: ClusterAccess): Pick<Probes, "quorum" | "kubernetesNodes" | "grafana"> {
    const known = <T>(value: T | undefined, missing: string): T => {
        if (value === undefined) {
            throw new Error(missing);
        }
        return value;
    };
    return {
        quorum: async () =>
            quorumOf(known(proxmox, "the stack has no Proxmox VE API to ask: deploy it, or set proxmoxve:apiToken")),
        kubernetesNodes: async () =>
            kubernetesNodesOf(known(kubeconfig, "the stack has no kubeconfig among its outputs: deploy it first")),
        grafana: async () =>
            grafanaUsageOf(
                known(grafana, "Grafana Cloud cannot be asked: set grafana:url and grafana:auth (`strata setup` does)"),
            ),
    };
}
