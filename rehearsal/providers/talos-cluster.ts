/** A Talos cluster's first steps: `talos:machine/bootstrap:Bootstrap` and `talos:cluster/kubeconfig:Kubeconfig`. */
import { X509Certificate } from "node:crypto";
import { stringify } from "yaml";
import type { ResourceBehaviour } from "../world/behaviour";
import { Refusal } from "../world/refusal";
import type { TalosCall } from "../world/talos-calls";
import { textAt } from "../world/talos-config";
import { kubernetesClient, worldBegins } from "../world/talos-pki";
import { rpc } from "../world/talos-takeable";
import { type Properties, text } from "../world/value";
import type { World } from "../world/world";
import { difference, withDefaults } from "./properties";
import { callOf, under } from "./talos-client";

const bootstrapId = "machine_bootstrap";

/** The bootstrap of a cluster. Its id is the same everywhere, so that what an interrupted one did can be found again. */
export function bootstrapBehaviour(world: World): ResourceBehaviour {
    return {
        deterministicId: () => bootstrapId,
        diff: (before, after) => difference(before, after, () => false),
        create: async (inputs, operation) => {
            const call = callOf(inputs);
            await under("Error bootstrapping node", () =>
                world.talos.bootstrap(call, () => operation.takes("talos/bootstrap")),
            );
            return { id: bootstrapId, outputs: { ...inputs, endpoint: call.endpoint } };
        },
        read: async (id, state, inputs) => {
            if (text(state, "node") !== undefined) {
                // The provider's read is a no-op.
                return { id, outputs: state, inputs };
            }
            const call = callOf(inputs);
            const node = world.talos.find(call.node);
            return node?.etcd === true ? { id, outputs: { ...inputs, endpoint: call.endpoint }, inputs } : undefined;
        },
        update: async (_id, _old, inputs) => ({ ...inputs, endpoint: callOf(inputs).endpoint }),
        delete: async () => undefined,
    };
}

/** A cluster's name, and what the provider makes of its kubeconfig. Refuses where the node has none to give. */
export function kubeconfigOf(
    world: World,
    call: TalosCall,
): { readonly cluster: string; readonly outputs: Properties } {
    const node = world.talos.reach(call);
    if (node.config === undefined) {
        throw new Refusal(
            rpc("Unimplemented", "API is not implemented in maintenance mode"),
            "siderolabs/talos: internal/app/maintenance/server.go",
        );
    }
    if (node.role === "worker") {
        throw new Refusal(
            rpc("Unimplemented", "kubeconfig is only available on control plane nodes"),
            "siderolabs/talos: internal/app/machined/internal/server/v1alpha1/v1alpha1_server.go, checkControlplane",
        );
    }
    const cluster = textAt(node.config, "cluster.clusterName") ?? "";
    const host = textAt(node.config, "cluster.controlPlane.endpoint") ?? "";
    const client = kubernetesClient({ cert: node.cluster, key: textAt(node.config, "cluster.ca.key") ?? "" });
    const user = `admin@${cluster}`;
    const raw = stringify({
        apiVersion: "v1",
        kind: "Config",
        clusters: [{ name: cluster, cluster: { server: host, "certificate-authority-data": client.caCertificate } }],
        users: [
            {
                name: user,
                user: { "client-certificate-data": client.clientCertificate, "client-key-data": client.clientKey },
            },
        ],
        contexts: [{ name: user, context: { cluster, namespace: "default", user } }],
        "current-context": user,
    });
    return { cluster, outputs: { kubeconfigRaw: raw, kubernetesClientConfiguration: { host, ...client } } };
}

const renewal = { certificateRenewalDuration: "720h" };

/** The administrator's kubeconfig of a cluster, renewed when its certificate has less time left than asked. */
export function kubeconfigBehaviour(world: World): ResourceBehaviour {
    /** True where the client certificate ends within the renewal time. */
    const expires = (state: Properties, asked: Properties): boolean => {
        const certificate = text(state, "kubernetesClientConfiguration.clientCertificate");
        const hours = Number(
            /^([\d.]+)h/.exec(text(withDefaults(asked, renewal), "certificateRenewalDuration") ?? "")?.[1],
        );
        if (certificate === undefined || Number.isNaN(hours)) {
            return false;
        }
        const until = Date.parse(new X509Certificate(Buffer.from(certificate, "base64")).validTo);
        const now = worldBegins.getTime() + world.clock.now * 60_000;
        return until < now + hours * 3_600_000;
    };
    return {
        secretOutputs: ["kubeconfigRaw", "kubernetesClientConfiguration"],
        diff: (before, after, state) => {
            const found = difference(before, after, () => false);
            return expires(state, after) ? { changes: [...found.changes, "kubeconfigRaw"], replaces: [] } : found;
        },
        create: async (inputs, operation) => {
            const call = callOf(inputs);
            const made = await under("failed to retrieve kubeconfig", async () => {
                world.talos.reach(call);
                await operation.takes("talos/kubeconfig");
                return kubeconfigOf(world, call);
            });
            return {
                id: made.cluster,
                outputs: { ...withDefaults(inputs, renewal), endpoint: call.endpoint, ...made.outputs },
            };
        },
        read: async (id, state, inputs) => ({ id, outputs: state, inputs }),
        update: async (_id, old, inputs) => {
            const call = callOf(inputs);
            const kept = { ...old, ...withDefaults(inputs, renewal), endpoint: call.endpoint };
            if (!expires(old, inputs)) {
                return kept;
            }
            const made = await under("failed to retrieve kubeconfig", () => kubeconfigOf(world, call));
            return { ...kept, ...made.outputs };
        },
        delete: async () => undefined,
    };
}
