/** Kubeconfigs, as the Kubernetes provider reads them. */
import { parse } from "yaml";
import { Refusal } from "../refusal";
import { list, text, type Value } from "../value";

const source = "pulumi-kubernetes: provider/pkg/provider/provider.go, Configure";

/** What a kubeconfig says of the cluster its current context points at. */
export interface Destination {
    /** e.g. `https://10.10.0.140:6443`. */
    readonly server: string;
    /** PEM of the certificate authority. */
    readonly caCertificate: string;
}

/** Reads a kubeconfig. Throws a refusal where it is none or its current context leads nowhere. */
export function readKubeconfig(kubeconfig: string): Destination {
    const refuse = (words: string): never => {
        throw new Refusal(`failed to parse kubeconfig data in \`kubernetes:config:kubeconfig\`- ${words}`, source);
    };
    let content: Value;
    try {
        content = parse(kubeconfig) as Value;
    } catch (error) {
        return refuse(error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error));
    }
    const current = text(content, "current-context");
    const context = list(content, "contexts").find((entry) => text(entry, "name") === current);
    if (current === undefined || context === undefined) {
        return refuse("invalid configuration: no configuration has been provided");
    }
    const name = text(context, "context.cluster");
    const cluster = list(content, "clusters").find((entry) => text(entry, "name") === name);
    const server = text(cluster, "cluster.server");
    const authority = text(cluster, "cluster.certificate-authority-data");
    if (server === undefined) {
        return refuse(`invalid configuration: cluster "${name ?? ""}" has no server defined`);
    }
    return { server, caCertificate: authority === undefined ? "" : Buffer.from(authority, "base64").toString() };
}
