import { expect, test } from "vitest";
import { mergedSeries } from "../../../../rehearsal/world/kubernetes/alloy-delivery";
import { alloyComponents } from "../../../../rehearsal/world/kubernetes/alloy-syntax";
import { changedConfig, ownConfig, pushAddresses, withAlloy } from "./alloy-stage";
import { releaseType } from "./stage";

/** As Alloy writes it: the first group of what a rule matched. */
const viaProxy = `/api/v1/nodes/${"$"}{1}/proxy/metrics`;

const throughApi = (path: string) => `
discovery.kubernetes "nodes" {
	role = "node"
}

discovery.relabel "nodes" {
	targets = discovery.kubernetes.nodes.targets

	rule {
		target_label = "__address__"
		replacement  = "kubernetes.default.svc:443"
	}

	rule {
		source_labels = ["__meta_kubernetes_node_name"]
		target_label  = "__metrics_path__"
		replacement   = "${path}"
	}
}

prometheus.scrape "nodes" {
	targets           = discovery.relabel.nodes.output
	forward_to        = []
	scheme            = "https"
	bearer_token_file = "/var/run/secrets/kubernetes.io/serviceaccount/token"
}
`;

test("this project's configuration is read to its end", () => {
    const components = alloyComponents(ownConfig).map(({ kind, label }) => [kind, label].filter(Boolean).join("."));
    expect(components).toEqual([
        "logging",
        "discovery.kubernetes.nodes",
        "discovery.kubernetes.pods",
        "discovery.relabel.pods",
        "prometheus.scrape.kubelet",
        "prometheus.scrape.cadvisor",
        "prometheus.scrape.pods",
        "prometheus.relabel.cgroups",
        "prometheus.relabel.allowed",
        "prometheus.remote_write.grafana",
        "discovery.relabel.logs",
        "loki.source.kubernetes.pods",
        "loki.process.budget",
        "loki.write.grafana",
    ]);
});

test("with it, the nodes answer", async () => {
    await expect(withAlloy(ownConfig)).resolves.toBeDefined();
});

test.each([
    [
        "the kubelet through the API server",
        throughApi(viaProxy),
        '403 Forbidden: nodes "c0" is forbidden: User "system:serviceaccount:monitoring:alloy" cannot get resource "nodes/proxy"',
    ],
    [
        "the kubelet's certificate against the cluster's authority",
        changedConfig(
            "insecure_skip_verify = true",
            'ca_file = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt"',
        ),
        "x509: certificate signed by unknown authority",
    ],
    ["the kubelet in clear", changedConfig('"https"', '"http"'), "400 Bad Request"],
    [
        "the kubelet without a token",
        changedConfig('bearer_token_file = "/var/run/secrets/kubernetes.io/serviceaccount/token"', ""),
        "401 Unauthorized",
    ],
    [
        "what of the kubelet no rule lets it read",
        changedConfig('"/metrics/cadvisor"', '"/pods"'),
        'cannot get resource "nodes/proxy"',
    ],
    ["a configuration that ends early", ownConfig.slice(0, -2), "expected a name, got the end of the file"],
    ["a character that is none", `${ownConfig}%`, 'illegal character "%"'],
    [
        "a rule the world does not know",
        changedConfig(
            "targets = discovery.kubernetes.pods.targets\n",
            'targets = discovery.kubernetes.pods.targets\n\n\trule {\n\t\taction = "hashmod"\n\t}\n',
        ),
        'no relabelling rule with action "hashmod"',
    ],
])("Alloy that asks %s gets nothing", async (_what, config, words) => {
    await expect(withAlloy(config)).rejects.toThrow(words);
});

test.each([
    ["nodes", { clusterRules: [] }, 'discovery.kubernetes.nodes: nodes is forbidden: User "system:serviceaccount'],
    ["pods", { rules: [] }, 'cannot list resource "pods" in API group ""'],
    [
        "the logs of pods",
        { rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["*"] }] },
        'loki.source.kubernetes.pods: pods is forbidden: User "system:serviceaccount:monitoring:alloy" cannot get resource "pods/log"',
    ],
])("Alloy that may not read %s says so", async (_what, rbac, words) => {
    await expect(withAlloy(ownConfig, { rbac })).rejects.toThrow(words);
});

test("whoever grants nodes/proxy may ask through the API server; without rules nobody may ask at all", async () => {
    const rule = { apiGroups: [""], resources: ["nodes", "nodes/proxy"], verbs: ["*"] };
    const config = throughApi(viaProxy);
    await expect(withAlloy(config, { rbac: { clusterRules: [rule] } })).resolves.toBeDefined();
    await expect(withAlloy(ownConfig, { rbac: { create: false } })).rejects.toThrow('resource "nodes/metrics"');
});

test.each([
    [
        "the host of the logs alone, as its page shows it",
        { LOGS_URL: "https://logs.grafana.net" },
        'loki.write.grafana: Post "https://logs.grafana.net": server returned HTTP status 404 Not Found',
    ],
    [
        "where metrics are asked for",
        { METRICS_URL: "https://prometheus.grafana.net/api/prom" },
        'prometheus.remote_write.grafana: Post "https://prometheus.grafana.net/api/prom": server returned HTTP status 404',
    ],
    ["no address", { METRICS_URL: "" }, 'prometheus.remote_write.grafana: Post "": unsupported protocol scheme'],
])("Alloy that posts to %s is not heard", async (_what, address, words) => {
    await expect(withAlloy(ownConfig, {}, { ...pushAddresses, ...address })).rejects.toThrow(words);
});

test("a label dropped from everything makes one series of two certificates, and Mimir refuses the second", async () => {
    const rule = '\n\trule {\n\t\tregex  = "name"\n\t\taction = "labeldrop"\n\t}\n';
    const config = changedConfig(
        '"allowed" {\n\tforward_to = [prometheus.remote_write.grafana.receiver]\n',
        `"allowed" {\n\tforward_to = [prometheus.remote_write.grafana.receiver]\n${rule}`,
    );
    const stage = await withAlloy(ownConfig);
    await stage.namespace("cert-manager", "restricted");
    await stage.create(releaseType, {
        name: "cert-manager",
        namespace: "cert-manager",
        chart: "cert-manager",
        version: "v1.21.2",
        repositoryOpts: { repo: "https://charts.jetstack.io" },
        values: { crds: { enabled: true } },
    });
    const [cluster] = stage.kubernetes.alive;
    const merged = (source: string) => (cluster === undefined ? [] : mergedSeries(alloyComponents(source), cluster));
    expect(merged(ownConfig)).toEqual([]);
    expect(merged(config)).toEqual([
        expect.stringMatching(
            /err-mimir-sample-duplicate-timestamp.*certmanager_certificate_expiration_timestamp_seconds{/,
        ),
        expect.stringMatching(/err-mimir-sample-duplicate-timestamp.*certmanager_certificate_ready_status{/),
    ]);
});
