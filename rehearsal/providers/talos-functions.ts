/** What the Talos provider answers to those who only ask: configurations, health, disks. */
import { stringify } from "yaml";
import type { FunctionBehaviour } from "../world/behaviour";
import { Refusal } from "../world/refusal";
import { applyPatches, readDocuments, writeDocuments } from "../world/talos-config";
import { generateConfig, providerDefaults, validateClusterEndpoint, versionContract } from "../world/talos-generate";
import { isJsonPatch, readJsonPatch } from "../world/talos-json-patch";
import { at, isProperties, list, type Properties, text } from "../world/value";
import type { World } from "../world/world";
import { callOf, under } from "./talos-client";
import { kubeconfigOf } from "./talos-cluster";

/** `getConfiguration` of a machine: validates, generates, patches. Calls nobody. */
const machineConfiguration: FunctionBehaviour = async (args) => {
    const type = text(args, "machineType") ?? "";
    if (type !== "controlplane" && type !== "worker") {
        throw new Refusal(
            `Invalid Attribute Value Match. Attribute machine_type value must be one of: ["controlplane" "worker"], got: "${type}"`,
            "siderolabs/terraform-provider-talos: pkg/talos/talos_machine_configuration_data_source.go",
        );
    }
    const clusterName = text(args, "clusterName") ?? "";
    if (clusterName === "") {
        throw new Refusal(
            "Invalid Attribute Value Length. Attribute cluster_name string length must be at least 1, got: 0",
            "siderolabs/terraform-provider-talos: pkg/talos/talos_machine_configuration_data_source.go",
        );
    }
    const endpoint = text(args, "clusterEndpoint") ?? "";
    await under("cluster_endpoint is invalid", () => validateClusterEndpoint(endpoint));
    await under("Invalid version", () => versionContract(text(args, "talosVersion") ?? providerDefaults.contract));
    const secrets = at(args, "machineSecrets");
    const patches = list(args, "configPatches").map(String);
    await under("config_patches are invalid", () => {
        for (const patch of patches) {
            if (isJsonPatch(patch)) {
                readJsonPatch(patch);
            } else {
                readDocuments(patch);
            }
        }
    });
    const kubernetesVersion = (text(args, "kubernetesVersion") ?? providerDefaults.kubernetes).replace(/^v/, "");
    const generated = generateConfig({
        clusterName,
        clusterEndpoint: endpoint,
        machineType: type,
        secrets: isProperties(secrets) ? secrets : {},
        kubernetesVersion,
    });
    const documents = await under("failed to generate machine configuration: error parsing config patch", () =>
        applyPatches([generated], patches),
    );
    return { ...args, kubernetesVersion, id: clusterName, machineConfiguration: writeDocuments(documents) };
};

/** `getConfiguration` of a client: the talosconfig. Calls nobody. */
const clientConfiguration: FunctionBehaviour = async (args) => {
    const name = text(args, "clusterName") ?? "";
    const endpoints = list(args, "endpoints").map(String);
    const nodes = list(args, "nodes").map(String);
    const talosConfig = stringify({
        context: name,
        contexts: {
            [name]: {
                endpoints,
                ...(nodes.length === 0 ? {} : { nodes }),
                ca: text(args, "clientConfiguration.caCertificate") ?? "",
                crt: text(args, "clientConfiguration.clientCertificate") ?? "",
                key: text(args, "clientConfiguration.clientKey") ?? "",
            },
        },
    });
    return { ...args, id: name, talosConfig };
};

/** `getHealth`: every node answers and is what it is said to be, etcd is whole, and, unless skipped, nodes are Ready. */
function health(world: World): FunctionBehaviour {
    const failed = (words: string) =>
        new Refusal(
            `cluster health check failed: ${words}`,
            "siderolabs/talos: pkg/cluster/check, DefaultClusterChecks",
        );
    return async (args) => {
        const planes = list(args, "controlPlaneNodes").map(String);
        const workers = list(args, "workerNodes").map(String);
        const authority = text(args, "clientConfiguration.caCertificate") ?? "";
        const endpoint = String(list(args, "endpoints")[0] ?? planes[0] ?? "");
        let cluster = "";
        for (const address of [...planes, ...workers]) {
            const node = await under("cluster health check failed: healthcheck error", () =>
                world.talos.reach({ endpoint, node: address, authority }),
            );
            const role = planes.includes(address) ? "controlplane" : "worker";
            if (node.config === undefined) {
                throw failed(
                    `waiting for all nodes to finish boot sequence: ${address}: machine is in maintenance mode`,
                );
            }
            if (node.role !== role) {
                throw failed(`unexpected node type: ${address} is a ${node.role}, expected ${role}`);
            }
            if (role === "controlplane" && !node.serving) {
                throw failed(
                    `waiting for etcd to be healthy: ${address}: service "etcd" not in expected state "Running": current state [Preparing]`,
                );
            }
            cluster = node.cluster;
        }
        const found = world.talos.members(cluster).filter((node) => node.etcd).length;
        if (found !== planes.length) {
            throw failed(
                `waiting for etcd members to be control plane nodes: etcd member ips are not subset of control plane node ips`,
            );
        }
        if (at(args, "skipKubernetesChecks") !== true) {
            const { ready, notReady } = world.kubernetes.nodesReady(Buffer.from(cluster, "base64").toString());
            const names = Object.keys(notReady);
            if (names.length > 0) {
                throw failed(
                    `waiting for all k8s nodes to report ready: some nodes are not ready: [${names.join(" ")}]`,
                );
            }
            if (ready.length < planes.length + workers.length) {
                throw failed(
                    `waiting for all k8s nodes to report: expected ${planes.length + workers.length} nodes, found ${ready.length}`,
                );
            }
        }
        return { ...args, id: "cluster_health" };
    };
}

/** `getDisks` of a machine that answers. */
function disks(world: World): FunctionBehaviour {
    return async (args) => {
        const call = callOf(args);
        const { machine } = await under("failed to get list of disks", () => world.talos.reach(call));
        return {
            ...args,
            endpoint: call.endpoint,
            id: "disks",
            disks: machine.disks.map(({ device, serial, sizeGiB }) => ({
                devPath: device,
                serial,
                size: sizeGiB * 2 ** 30,
                prettySize: `${sizeGiB} GiB`,
                readonly: false,
                cdrom: false,
            })),
        };
    };
}

/** The provider's functions by token. */
export function talosFunctions(world: World): Readonly<Record<string, FunctionBehaviour>> {
    return {
        "talos:machine/getConfiguration:getConfiguration": machineConfiguration,
        "talos:client/getConfiguration:getConfiguration": clientConfiguration,
        "talos:cluster/getHealth:getHealth": health(world),
        "talos:machine/getDisks:getDisks": disks(world),
        "talos:cluster/getKubeconfig:getKubeconfig": async (args: Properties) => {
            const call = callOf(args);
            const made = await under("failed to retrieve kubeconfig", () => kubeconfigOf(world, call));
            return { ...args, endpoint: call.endpoint, id: call.node, ...made.outputs };
        },
    };
}
