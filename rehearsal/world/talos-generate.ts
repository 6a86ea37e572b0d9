/** The machine configuration Talos generates before any patch: what a version's contract switches on by default. */
import { Refusal } from "./refusal";
import type { ConfigDocument } from "./talos-config";
import { type Properties, text } from "./value";

/** What a configuration is generated from. */
export interface GenerateOptions {
    readonly clusterName: string;
    /** e.g. `https://10.10.0.140:6443`. */
    readonly clusterEndpoint: string;
    readonly machineType: "controlplane" | "worker";
    /** Secrets as the secrets resource gives them. */
    readonly secrets: Properties;
    /** Without the leading `v`. */
    readonly kubernetesVersion: string;
}

/** Version contract a text names. Refuses what is no version, as Talos does. */
export function versionContract(version: string): { readonly major: number; readonly minor: number } {
    const asked = `v${version.replace(/^v/, "")}`;
    const found = /^v(\d+)\.(\d+)($|\.)/.exec(asked);
    if (found === null) {
        throw new Refusal(`error parsing version "${asked}"`, "siderolabs/talos: pkg/machinery/config/contract.go");
    }
    return { major: Number(found[1]), minor: Number(found[2]) };
}

/** Refuses an endpoint that is no https address, with the words of the provider. */
export function validateClusterEndpoint(endpoint: string): void {
    const source = "siderolabs/terraform-provider-talos: pkg/talos/util.go, validateClusterEndpoint";
    const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(endpoint)?.[1];
    if (scheme === undefined) {
        const withPort = /:\d+$/.test(endpoint);
        const fixed = `https://${endpoint}${withPort ? "" : ":6443"}`;
        throw new Refusal(
            `no scheme ${withPort ? "" : "and port "}specified for the cluster endpoint URL\ntry: "${fixed}"`,
            source,
        );
    }
    if (scheme !== "https") {
        const fixed = endpoint.replace(/^[^:]+/, "https");
        throw new Refusal(`the control plane endpoint URL should have scheme https://\ntry: "${fixed}"`, source);
    }
    if (!URL.canParse(endpoint)) {
        throw new Refusal(`failed to parse the cluster endpoint URL: parse "${endpoint}": invalid URL`, source);
    }
}

/** Versions where a program names none: those of the Talos 1.13.0 that the provider 0.11.0 is built with (its go.mod). */
export const providerDefaults = {
    contract: "v1.13",
    kubernetes: "1.36.0",
    installer: "ghcr.io/siderolabs/installer:v1.13.0",
};

/** Pod and service subnets where a configuration names none (siderolabs/talos: pkg/machinery/constants). */
export const defaultSubnets = { pods: "10.244.0.0/16", services: "10.96.0.0/12" };

/** Port of the local API balancer (siderolabs/talos: pkg/machinery/constants, DefaultKubePrismPort). */
export const kubePrismPort = 7445;

/** The generated configuration of a machine. */
export function generateConfig(options: GenerateOptions): ConfigDocument {
    const secret = (path: string) => text(options.secrets, path) ?? "";
    const crt = (name: string) => secret(`certs.${name}.cert`);
    const key = (name: string) => secret(`certs.${name}.key`);
    const plane = options.machineType === "controlplane";
    const component = (name: string) => ({ image: `registry.k8s.io/${name}:v${options.kubernetesVersion}` });
    const control: ConfigDocument = {
        apiServer: {
            ...component("kube-apiserver"),
            certSANs: [new URL(options.clusterEndpoint).hostname],
            disablePodSecurityPolicy: true,
            admissionControl: [
                {
                    name: "PodSecurity",
                    configuration: {
                        apiVersion: "pod-security.admission.config.k8s.io/v1alpha1",
                        kind: "PodSecurityConfiguration",
                        defaults: {
                            audit: "restricted",
                            "audit-version": "latest",
                            enforce: "baseline",
                            "enforce-version": "latest",
                            warn: "restricted",
                            "warn-version": "latest",
                        },
                        exemptions: { namespaces: ["kube-system"], runtimeClasses: [], usernames: [] },
                    },
                },
            ],
            auditPolicy: { apiVersion: "audit.k8s.io/v1", kind: "Policy", rules: [{ level: "Metadata" }] },
        },
        controllerManager: component("kube-controller-manager"),
        proxy: component("kube-proxy"),
        scheduler: component("kube-scheduler"),
        etcd: { ca: { crt: crt("etcd"), key: key("etcd") } },
        aggregatorCA: { crt: crt("k8sAggregator"), key: key("k8sAggregator") },
        serviceAccount: { key: key("k8sServiceaccount") },
        secretboxEncryptionSecret: secret("secrets.secretboxEncryptionSecret"),
    };
    return {
        version: "v1alpha1",
        debug: false,
        persist: true,
        machine: {
            type: options.machineType,
            token: secret("trustdinfo.token"),
            ca: { crt: crt("os"), key: plane ? key("os") : "" },
            certSANs: [],
            kubelet: {
                image: `ghcr.io/siderolabs/kubelet:v${options.kubernetesVersion}`,
                defaultRuntimeSeccompProfileEnabled: true,
                disableManifestsDirectory: true,
            },
            network: {},
            install: { disk: "/dev/sda", image: providerDefaults.installer, wipe: false },
            features: {
                rbac: true,
                stableHostname: true,
                apidCheckExtKeyUsage: true,
                diskQuotaSupport: true,
                kubePrism: { enabled: true, port: kubePrismPort },
                hostDNS: { enabled: true, forwardKubeDNSToHost: true },
            },
            ...(plane ? { nodeLabels: { "node.kubernetes.io/exclude-from-external-load-balancers": "" } } : {}),
        },
        cluster: {
            id: secret("cluster.id"),
            secret: secret("cluster.secret"),
            controlPlane: { endpoint: options.clusterEndpoint },
            clusterName: options.clusterName,
            network: {
                dnsDomain: "cluster.local",
                podSubnets: [defaultSubnets.pods],
                serviceSubnets: [defaultSubnets.services],
            },
            token: secret("secrets.bootstrapToken"),
            ca: { crt: crt("k8s"), key: plane ? key("k8s") : "" },
            discovery: { enabled: true, registries: { kubernetes: { disabled: true }, service: {} } },
            ...(plane ? control : {}),
        },
    };
}
