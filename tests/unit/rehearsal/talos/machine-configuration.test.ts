import { beforeEach, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import type { Properties } from "../../../../rehearsal/world/value";
import { machinePatch } from "../homelab-world";
import { address, type Machine, Stage } from "./stage";

let stage: Stage;

beforeEach(async () => {
    stage = await Stage.open();
});

test.each<[string, Properties, string]>([
    [
        "an endpoint without scheme and port",
        { clusterEndpoint: "10.10.0.140" },
        'no scheme and port specified for the cluster endpoint URL\ntry: "https://10.10.0.140:6443"',
    ],
    [
        "an endpoint without scheme",
        { clusterEndpoint: "10.10.0.140:6443" },
        "no scheme specified for the cluster endpoint URL",
    ],
    [
        "an endpoint that no parser takes",
        { clusterEndpoint: "https://10.10.0.140:port" },
        "failed to parse the cluster endpoint URL",
    ],
    [
        "an endpoint without encryption",
        { clusterEndpoint: "http://10.10.0.140:6443" },
        "the control plane endpoint URL should have scheme https://",
    ],
    [
        "a machine type there is none of",
        { machineType: "master" },
        'must be one of: ["controlplane" "worker"], got: "master"',
    ],
    ["a cluster without a name", { clusterName: "" }, "string length must be at least 1"],
    ["a contract that is none", { talosVersion: "newest" }, 'error parsing version "vnewest"'],
])("a configuration of %s is refused", async (_, overrides, words) => {
    await expect(stage.actor.config(stage.secrets, "c0", [], overrides)).rejects.toThrow(words);
});

test.each([
    ["a machine type there is none of", { "machine.type": "master" }, 'unknown machine type "master"'],
    ["no authority", { "machine.ca.crt": "" }, "issuing CA or some accepted CAs are required"],
    [
        "a control plane without its authority's key",
        { "machine.ca.key": "" },
        "issuing CA key is required for controlplane nodes",
    ],
    ["no endpoint", { "cluster.controlPlane.endpoint": "" }, "cluster controlplane endpoint is required"],
    [
        "an endpoint that is none",
        { "cluster.controlPlane.endpoint": "nowhere" },
        'invalid controlplane endpoint: "nowhere"',
    ],
    ["no machine", { machine: null }, "machine instructions are required"],
    ["no cluster", { cluster: null }, "cluster instructions are required"],
])("text with %s is no configuration for a machine", async (_, changes, words) => {
    const config = parse(await stage.actor.config(stage.secrets, "c0", [machinePatch("c0", 140)]));
    for (const [path, value] of Object.entries(changes)) {
        const steps = path.split(".");
        const last = steps.pop() ?? "";
        steps.reduce((part, step) => part[step], config)[last] = value;
    }
    await expect(stage.actor.apply(stage.secrets, address("c0"), stringify(config))).rejects.toThrow(words);
});

test.each([
    ["Talos", "machine", "issuing Talos API CA key is not allowed on non-controlplane nodes"],
    ["Kubernetes", "cluster", "cluster CA key is not allowed on non-controlplane nodes"],
])("a worker must not hold the key of the %s authority", async (_, part, words) => {
    const config = parse(await stage.actor.config(stage.secrets, "w0", [machinePatch("w0", 150)]));
    config[part].ca.key = "a-key";
    await expect(stage.actor.apply(stage.secrets, address("w0"), stringify(config))).rejects.toThrow(words);
});

test("a worker's configuration holds no key of an authority", async () => {
    const worker = parse(await stage.actor.config(stage.secrets, "w0"));
    expect([worker.machine.ca.key, worker.cluster.ca.key, worker.cluster.etcd]).toEqual(["", "", undefined]);
});

test.each<[string, Machine, string, string]>([
    [
        "a selector that fits no disk",
        "c0",
        "machine:\n  install:\n    diskSelector:\n      serial: other\n",
        'no disks matched the expression: glob("other", disk.serial)',
    ],
    [
        "a shared address on a worker",
        "w0",
        "machine:\n  network:\n    interfaces:\n      - deviceSelector: {physical: true}\n        vip: {ip: 10.10.0.130}\n",
        "virtual (shared) IP is not allowed on non-controlplane nodes",
    ],
    [
        "etcd on a worker",
        "w0",
        "cluster:\n  etcd:\n    advertisedSubnets: [10.10.0.0/24]\n",
        "etcd config is only allowed on control plane machines",
    ],
    [
        "a CNI there is none of",
        "c0",
        "cluster:\n  network:\n    cni: {name: cilium}\n",
        'cni name should be one of ["flannel", "custom", "none"]',
    ],
    [
        "an address that is none",
        "c0",
        "machine:\n  network:\n    interfaces:\n      - interface: eth0\n        addresses: [10.10.0.999/24]\n",
        "invalid CIDR address: 10.10.0.999/24",
    ],
    [
        "an interface both named and selected",
        "c0",
        "machine:\n  network:\n    interfaces:\n      - interface: eth0\n        deviceSelector: {physical: true}\n",
        "config sections are mutually exclusive",
    ],
    [
        "an interface neither named nor selected",
        "c0",
        "machine:\n  network:\n    interfaces:\n      - dhcp: true\n",
        "required either config section to be set",
    ],
    [
        "an empty selector",
        "c0",
        "machine:\n  network:\n    interfaces:\n      - deviceSelector: {}\n",
        "config section should contain at least one field",
    ],
    [
        "a route to nowhere",
        "c0",
        "machine:\n  network:\n    interfaces:\n      - interface: eth0\n        routes: [{metric: 5}]\n",
        "either network or gateway should be set",
    ],
    [
        "a gateway that is none",
        "c0",
        "machine:\n  network:\n    interfaces:\n      - interface: eth0\n        routes: [{gateway: router}]\n",
        '"router": invalid network address',
    ],
    [
        "a subnet that is none",
        "c0",
        "machine:\n  kubelet:\n    nodeIP:\n      validSubnets: [lan]\n",
        'kubelet nodeIP subnet is not valid: "lan"',
    ],
    [
        "a mesh without discovery",
        "c0",
        "machine:\n  network:\n    kubespan: {enabled: true}\ncluster:\n  discovery: {enabled: false}\n",
        ".cluster.discovery should be enabled",
    ],
    [
        "two manifests of one name",
        "c0",
        "cluster:\n  inlineManifests: [{name: a, contents: x}, {name: a, contents: y}]\n",
        'inline manifest name "a" is duplicate',
    ],
    [
        "a shared address that is none",
        "c0",
        "machine:\n  network:\n    interfaces:\n      - deviceSelector: {physical: true}\n        vip: {ip: api.lan}\n",
        'failed to parse "api.lan" as IP address',
    ],
    [
        "a route to what is no network",
        "c0",
        "machine:\n  network:\n    interfaces:\n      - interface: eth0\n        routes: [{network: lan, gateway: 10.10.0.1}]\n",
        '"lan": invalid network address',
    ],
])("Talos does not take a configuration with %s", async (_, name, patch, words) => {
    await expect(stage.configure(name, [patch])).rejects.toThrow(words);
    expect(stage.actor.world.talos.find(address(name))?.config).toBeUndefined();
});

test.each([
    ["1.34.1", "version of Kubernetes 1.34.1 is too new to be used with Talos 1.10.5"],
    ["1.27.9", "version of Kubernetes 1.27.9 is too old to be used with Talos 1.10.5"],
])("Kubernetes %s does not run on Talos 1.10.5", async (kubernetesVersion, words) => {
    await expect(stage.configure("c0", [], { kubernetesVersion })).rejects.toThrow(words);
});

test("text that is no machine configuration is refused", async () => {
    await expect(
        stage.actor.apply(
            stage.secrets,
            address("c0"),
            "apiVersion: v1alpha1\nkind: KmsgLogConfig\nname: remote\nurl: tcp://10.10.0.5:3478\n",
        ),
    ).rejects.toThrow("the applied machine configuration doesn't contain v1alpha1 config");
});
