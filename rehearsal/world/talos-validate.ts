/** What Talos refuses of a machine configuration before it takes it, in its words. */
import { addressNumber, networkRange } from "./network";
import { Refusal } from "./refusal";
import { type ConfigDocument, type ConfigValue, isDocument, listAt, textAt, valueAt } from "./talos-config";

const cniNames = ["flannel", "custom", "none"];

function isAddress(value: string): boolean {
    return networkRange(value.includes("/") ? value : `${value}/32`) !== undefined;
}

/** What is wrong with one interface of `machine.network.interfaces`. */
function interfaceProblems(device: ConfigValue, worker: boolean): string[] {
    const problems: string[] = [];
    const name = textAt(device, "interface");
    const selector = valueAt(device, "deviceSelector");
    const [byName, bySelector] = ["networking.os.device.interface", "networking.os.device.deviceSelector"];
    if (name === undefined && selector === undefined) {
        problems.push(`[${byName}], [${bySelector}]: required either config section to be set`);
    }
    if (name !== undefined && selector !== undefined) {
        problems.push(`[${byName}], [${bySelector}]: config sections are mutually exclusive`);
    }
    if (isDocument(selector) && Object.keys(selector).length === 0) {
        problems.push(`[${bySelector}]: config section should contain at least one field`);
    }
    for (const address of listAt(device, "addresses")) {
        if (typeof address !== "string" || !isAddress(address)) {
            const cidr = String(address).includes("/");
            problems.push(
                `[networking.os.device.addresses] "${name ?? ""}": ${cidr ? `invalid CIDR address: ${String(address)}` : `failed to parse IP address "${String(address)}"`}`,
            );
        }
    }
    listAt(device, "routes").forEach((route, index) => {
        const gateway = textAt(route, "gateway") ?? "";
        const network = textAt(route, "network") ?? "";
        const place = `networking.os.device.route[${index}]`;
        if (gateway === "" && network === "") {
            problems.push(`[${place}]: either network or gateway should be set`);
        }
        if (gateway !== "" && addressNumber(gateway) === undefined) {
            problems.push(`[${place}.gateway] "${gateway}": invalid network address`);
        }
        if (network !== "" && networkRange(network) === undefined) {
            problems.push(`[${place}.network] "${network}": invalid network address`);
        }
    });
    const vip = valueAt(device, "vip");
    if (vip !== undefined && worker) {
        problems.push("virtual (shared) IP is not allowed on non-controlplane nodes");
    }
    const shared = textAt(vip, "ip");
    if (isDocument(vip) && (shared === undefined || addressNumber(shared) === undefined)) {
        problems.push(`[networking.os.device.vip] failed to parse "${shared ?? ""}" as IP address`);
    }
    return problems;
}

/** Everything that is wrong with a configuration, in Talos's words; empty where nothing is. */
export function configProblems(config: ConfigDocument): readonly string[] {
    const problems: string[] = [];
    const machine = valueAt(config, "machine");
    const cluster = valueAt(config, "cluster");
    if (!isDocument(machine)) {
        return ["machine instructions are required"];
    }
    if (!isDocument(cluster)) {
        return ["cluster instructions are required"];
    }
    const type = textAt(machine, "type") ?? "";
    const worker = type === "worker";
    if (!["controlplane", "init", "worker"].includes(type)) {
        problems.push(`unknown machine type "${type}"`);
    }
    const [ca, caKey] = [textAt(machine, "ca.crt") ?? "", textAt(machine, "ca.key") ?? ""];
    if (ca === "") {
        problems.push("issuing CA or some accepted CAs are required (.machine.ca, machine.acceptedCAs)");
    }
    if (!worker && caKey === "") {
        problems.push("issuing CA key is required for controlplane nodes (.machine.ca.key)");
    }
    if (worker && caKey !== "") {
        problems.push("issuing Talos API CA key is not allowed on non-controlplane nodes (.machine.ca)");
    }
    problems.push(...listAt(machine, "network.interfaces").flatMap((device) => interfaceProblems(device, worker)));
    for (const subnet of listAt(machine, "kubelet.nodeIP.validSubnets")) {
        if (!isAddress(String(subnet).replace(/^!/, ""))) {
            problems.push(`kubelet nodeIP subnet is not valid: "${String(subnet)}"`);
        }
    }
    if (valueAt(machine, "network.kubespan.enabled") === true && valueAt(cluster, "discovery.enabled") !== true) {
        problems.push(".cluster.discovery should be enabled when .machine.network.kubespan is enabled");
    }
    problems.push(...clusterProblems(cluster, worker));
    return problems;
}

function clusterProblems(cluster: ConfigDocument, worker: boolean): string[] {
    const problems: string[] = [];
    const endpoint = textAt(cluster, "controlPlane.endpoint") ?? "";
    if (endpoint === "") {
        problems.push("cluster controlplane endpoint is required");
    } else if (!URL.canParse(endpoint)) {
        problems.push(`invalid controlplane endpoint: "${endpoint}"`);
    }
    const cni = textAt(cluster, "network.cni.name");
    if (cni !== undefined && !cniNames.includes(cni)) {
        problems.push('cni name should be one of ["flannel", "custom", "none"]');
    }
    if (worker && valueAt(cluster, "etcd") !== undefined) {
        problems.push("etcd config is only allowed on control plane machines");
    }
    if (worker && (textAt(cluster, "ca.key") ?? "") !== "") {
        problems.push("cluster CA key is not allowed on non-controlplane nodes (.cluster.ca)");
    }
    const names = listAt(cluster, "inlineManifests").map((manifest) => textAt(manifest, "name") ?? "");
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) {
        problems.push(`inline manifest name "${twice}" is duplicate`);
    }
    return problems;
}

/** Several problems as Go's multierror writes them. */
export function multipleErrors(problems: readonly string[]): string {
    const count = problems.length === 1 ? "1 error" : `${problems.length} errors`;
    return `${count} occurred:\n${problems.map((problem) => `\t* ${problem}`).join("\n")}\n\n`;
}

/** Kubernetes minors by Talos minor that the site's world supports; refuses a version outside. */
export function validateKubernetesVersion(
    kubernetesVersion: string,
    talosVersion: string,
    supported: Readonly<Record<string, readonly string[]>>,
): void {
    const minorOf = (version: string) => version.replace(/^v/, "").split(".").slice(0, 2).join(".");
    const minors = supported[minorOf(talosVersion)] ?? [];
    const minor = minorOf(kubernetesVersion);
    if (minors.length === 0 || minors.includes(minor)) {
        return;
    }
    const number = (text: string) => Number(text.split(".")[1] ?? 0);
    const old = number(minor) < Math.min(...minors.map(number));
    throw new Refusal(
        `version of Kubernetes ${kubernetesVersion} is too ${old ? "old" : "new"} to be used with Talos ${talosVersion.replace(/^v/, "")}`,
        "siderolabs/talos: pkg/machinery/compatibility/kubernetes_version.go",
    );
}
