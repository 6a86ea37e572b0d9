import { X509Certificate } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import type { Cluster } from "../../../rehearsal/world/kubernetes/cluster";
import { Refusal } from "../../../rehearsal/world/refusal";
import { at, isProperties, type Properties, text } from "../../../rehearsal/world/value";
import { Actor, machinePatch } from "./homelab-world";

/** The client credentials of a cluster's secrets, as its resources take them. */
function clientOf(secrets: Properties): Properties {
    const found = secrets.clientConfiguration;
    return isProperties(found) ? found : {};
}

const applyType = "talos:machine/configurationApply:ConfigurationApply";
const bootstrapType = "talos:machine/bootstrap:Bootstrap";
const kubeconfigType = "talos:cluster/kubeconfig:Kubeconfig";
const healthToken = "talos:cluster/getHealth:getHealth";

let actor: Actor;
let secrets: Properties;

beforeEach(async () => {
    actor = new Actor();
    const image = await actor.image();
    for (const [name, id] of [
        ["c0", 140],
        ["w0", 150],
        ["w1", 151],
    ] as const) {
        await actor.vm(name, id, image);
    }
    secrets = await actor.secrets();
});

const address = (name: string) => ({ c0: "10.10.0.140", w0: "10.10.0.150", w1: "10.10.0.151" })[name] ?? "";

/** Configures a machine with its ordinary patch and more. */
async function configure(name: string, patches: readonly string[] = [], overrides: Properties = {}): Promise<void> {
    const id = Number(address(name).split(".").at(-1));
    const config = await actor.config(secrets, name, [machinePatch(name, id), ...patches], overrides);
    await actor.apply(secrets, address(name), config);
}

/** Configures all three and bootstraps. */
async function standUp(): Promise<Cluster> {
    for (const name of ["c0", "w0", "w1"]) {
        await configure(name);
    }
    await actor.bootstrap(secrets, address("c0"));
    const { outputs } = await actor.kubeconfig(secrets, address("c0"));
    const cluster = actor.world.kubernetes.clusterOf(text(outputs, "kubeconfigRaw") ?? "");
    if (cluster instanceof Refusal) {
        throw cluster;
    }
    return cluster;
}

test("three configured machines and one bootstrap make a cluster of three nodes", async () => {
    const cluster = await standUp();
    expect(cluster.nodes().map(({ name, role, address, schedulable }) => [name, role, address, schedulable])).toEqual([
        ["c0", "controlplane", "10.10.0.140", false],
        ["w0", "worker", "10.10.0.150", true],
        ["w1", "worker", "10.10.0.151", true],
    ]);
    expect(cluster.born).toMatchObject({
        name: "homelab",
        endpoint: "https://10.10.0.140:6443",
        kubernetesVersion: "1.33.3",
        podSubnets: ["10.244.0.0/16"],
        serviceSubnets: ["10.96.0.0/12"],
        cni: "none",
        kubeProxy: false,
        kubePrismPort: 7445,
        defaultPodSecurity: "baseline",
    });
    expect(actor.steps.slice(-5)).toEqual([
        "talos/apply",
        "talos/apply",
        "talos/apply",
        "talos/bootstrap",
        "talos/kubeconfig",
    ]);
    expect(actor.world.talos.audit()).toEqual([]);
});

test("secrets are keys and certificates that stand up to a parser", async () => {
    const certificate = (path: string) => new X509Certificate(Buffer.from(text(secrets, path) ?? "", "base64"));
    const authority = certificate("machineSecrets.certs.os.cert");
    const client = certificate("clientConfiguration.clientCertificate");
    expect(authority.ca).toBe(true);
    expect(client.verify(authority.publicKey)).toBe(true);
    expect(client.subject).toBe("O=os:admin");
    expect(text(secrets, "clientConfiguration.caCertificate")).toBe(text(secrets, "machineSecrets.certs.os.cert"));
    expect(text(secrets, "machineSecrets.trustdinfo.token")).toMatch(/^[0-9a-f]{6}\.[0-9a-f]{16}$/);
    expect(text(await actor.secrets(), "machineSecrets.cluster.id")).not.toBe(
        text(secrets, "machineSecrets.cluster.id"),
    );
});

test.each([["latest"], ["v1"], ["1"]])("the version contract '%s' is refused", async (talosVersion) => {
    await expect(actor.create("talos:machine/secrets:Secrets", "secrets", { talosVersion })).rejects.toThrow(
        "error parsing version",
    );
});

test("an older contract makes the secrets anew, a newer one does not", () => {
    const { diff } = actor.behaviour("talos:machine/secrets:Secrets");
    const state = { talosVersion: "v1.10.5" };
    expect(diff?.(state, { talosVersion: "v1.9" }, state).replaces).toEqual(["talosVersion"]);
    expect(diff?.(state, {}, state).replaces).toEqual(["talosVersion"]);
    expect(diff?.(state, { talosVersion: "v1.11.0" }, state)).toEqual({ changes: ["talosVersion"], replaces: [] });
});

test.each<[string, string, string]>([
    [
        "an unknown key",
        "machine:\n  instal:\n    disk: /dev/sda\n",
        "unknown keys found during decoding:\nmachine:\n    instal:\n        disk: /dev/sda",
    ],
    [
        "an unknown key in a list",
        "machine:\n  network:\n    interfaces:\n      - interface: eth0\n        adresses: [10.10.0.1/24]\n",
        "adresses:",
    ],
    [
        "text where a bool belongs",
        "cluster:\n  proxy:\n    disabled: never\n",
        "cannot unmarshal !!str `never` into bool",
    ],
    ["a list where a map belongs", "machine: []\n", "cannot unmarshal !!seq into a map"],
    ["what is not YAML", "machine: [unclosed\n", "config_patches are invalid: yaml: Flow sequence"],
    [
        "a document of no kind",
        "apiVersion: v1alpha1\nkind: HostnameConfig\nhostname: c0\n",
        '"HostnameConfig" "v1alpha1": not registered',
    ],
    [
        "a JSON operation on a path that is not there",
        "- op: replace\n  path: /machine/instal/disk\n  value: /dev/sda\n",
        'replace operation does not apply: doc is missing path: "/machine/instal/disk": missing value',
    ],
    [
        "a JSON operation that adds an unknown key",
        "- op: add\n  path: /machine/instal\n  value: {}\n",
        "unknown keys found during decoding",
    ],
    ["a list of words", "- machine\n", "document is not a mapping"],
    ["a JSON patch that is no list", "[\n", "yaml"],
    ["a JSON operation there is none of", "- op: merge\n  path: /machine\n", "Unexpected kind: merge"],
    ["a JSON operation without a path", "- op: add\n  value: 1\n", "missing operation path"],
])("a patch with %s is refused", async (_, patch, words) => {
    await expect(actor.config(secrets, "c0", [patch])).rejects.toThrow(words);
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
    await expect(actor.config(secrets, "c0", [], overrides)).rejects.toThrow(words);
});

test("patches merge as Talos merges: maps deep, lists appended, interfaces by selector, subnets replaced, deletes honoured", async () => {
    const config = parse(
        await actor.config(secrets, "c0", [
            "machine:\n  certSANs: [10.10.0.130]\n  network:\n    interfaces:\n      - deviceSelector: {physical: true}\n        addresses: [10.10.0.140/24]\n",
            "machine:\n  certSANs: [10.10.0.140]\n  network:\n    interfaces:\n      - deviceSelector: {physical: true}\n        vip: {ip: 10.10.0.130}\n",
            "cluster:\n  network:\n    podSubnets: [10.42.0.0/16]\n",
            "machine:\n  nodeLabels:\n    node.kubernetes.io/exclude-from-external-load-balancers:\n      $patch: delete\n",
        ]),
    );
    expect(config.machine.certSANs).toEqual(["10.10.0.130", "10.10.0.140"]);
    expect(config.machine.network.interfaces).toEqual([
        { deviceSelector: { physical: true }, addresses: ["10.10.0.140/24"], vip: { ip: "10.10.0.130" } },
    ]);
    expect(config.cluster.network.podSubnets).toEqual(["10.42.0.0/16"]);
    expect(config.machine.nodeLabels).toEqual({});
    expect(config.machine.install.disk).toBe("/dev/sda");
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
    const config = parse(await actor.config(secrets, "c0", [machinePatch("c0", 140)]));
    for (const [path, value] of Object.entries(changes)) {
        const steps = path.split(".");
        const last = steps.pop() ?? "";
        steps.reduce((part, step) => part[step], config)[last] = value;
    }
    await expect(actor.apply(secrets, address("c0"), stringify(config))).rejects.toThrow(words);
});

test.each([
    ["Talos", "machine", "issuing Talos API CA key is not allowed on non-controlplane nodes"],
    ["Kubernetes", "cluster", "cluster CA key is not allowed on non-controlplane nodes"],
])("a worker must not hold the key of the %s authority", async (_, part, words) => {
    const config = parse(await actor.config(secrets, "w0", [machinePatch("w0", 150)]));
    config[part].ca.key = "a-key";
    await expect(actor.apply(secrets, address("w0"), stringify(config))).rejects.toThrow(words);
});

test("a node that stays away is missed by the health check", async () => {
    await configure("c0");
    await configure("w0", [], { clusterEndpoint: "https://10.10.0.151:6443" });
    await actor.bootstrap(secrets, address("c0"));
    const { world } = actor;
    world.kubernetes.nodesReady = () => ({ ready: ["c0"], notReady: {} });
    await expect(actor.invoke(healthToken, healthArgs({ workerNodes: ["10.10.0.150"] }))).rejects.toThrow(
        "waiting for all k8s nodes to report: expected 2 nodes, found 1",
    );
});

test("JSON patches change a single document, and are refused where there are several", async () => {
    const patch =
        "- op: add\n  path: /machine/certSANs/-\n  value: api.lan\n- op: remove\n  path: /machine/install/wipe\n- op: replace\n  path: /machine/install/disk\n  value: /dev/vda\n";
    const config = parse(await actor.config(secrets, "c0", [patch]));
    expect(config.machine.certSANs).toEqual(["api.lan"]);
    expect(config.machine.install).toMatchObject({ disk: "/dev/vda" });
    expect(config.machine.install).not.toHaveProperty("wipe");
    const second = "apiVersion: v1alpha1\nkind: KmsgLogConfig\nname: remote\nurl: tcp://10.10.0.5:3478\n";
    await expect(actor.config(secrets, "c0", [second, patch])).rejects.toThrow(
        "JSON6902 patches are not supported for multi-document machine configuration",
    );
});

test("a worker's configuration holds no key of an authority", async () => {
    const worker = parse(await actor.config(secrets, "w0"));
    expect([worker.machine.ca.key, worker.cluster.ca.key, worker.cluster.etcd]).toEqual(["", "", undefined]);
});

test("a configuration for an address where nothing has booted is refused", async () => {
    const config = await actor.config(secrets, "c0");
    await expect(actor.apply(secrets, "10.10.0.141", config)).rejects.toThrow(
        'Error applying configuration: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 10.10.0.141:50000: connect: no route to host"',
    );
});

test.each<[string, string, string, string]>([
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
    await expect(configure(name, [patch])).rejects.toThrow(words);
    expect(actor.world.talos.find(address(name))?.config).toBeUndefined();
});

test.each([
    ["1.34.1", "version of Kubernetes 1.34.1 is too new to be used with Talos 1.10.5"],
    ["1.27.9", "version of Kubernetes 1.27.9 is too old to be used with Talos 1.10.5"],
])("Kubernetes %s does not run on Talos 1.10.5", async (kubernetesVersion, words) => {
    await expect(configure("c0", [], { kubernetesVersion })).rejects.toThrow(words);
});

test("text that is no machine configuration is refused", async () => {
    await expect(
        actor.apply(
            secrets,
            address("c0"),
            "apiVersion: v1alpha1\nkind: KmsgLogConfig\nname: remote\nurl: tcp://10.10.0.5:3478\n",
        ),
    ).rejects.toThrow("the applied machine configuration doesn't contain v1alpha1 config");
});

test.each<[string, Properties, string]>([
    [
        "a mode there is none of",
        { applyMode: "now" },
        'Attribute apply_mode value must be one of: ["auto" "reboot" "no_reboot" "staged" "staged_if_needing_reboot"], got: "now"',
    ],
    ["a grace that is no bool", { onDestroy: { graceful: "no" } }, 'attribute "graceful": a bool is required'],
    [
        "two configurations",
        { machineConfigurationInputWo: "version: v1alpha1" },
        "Conflicting machine configuration input",
    ],
    ["no configuration", { machineConfigurationInput: null }, "Missing machine configuration input"],
    ["no client", { clientConfiguration: null }, "Missing client configuration"],
    ["no node", { node: null }, 'The argument "node" is required'],
])("the provider refuses an application with %s", async (_, overrides, words) => {
    await expect(actor.apply(secrets, address("c0"), "version: v1alpha1", overrides)).rejects.toThrow(words);
});

test.each(["staged", "no_reboot"])("in maintenance, the mode %s is not supported", async (applyMode) => {
    const config = await actor.config(secrets, "c0", [machinePatch("c0", 140)]);
    await expect(actor.apply(secrets, address("c0"), config, { applyMode })).rejects.toThrow(
        `apply configuration --mode='${applyMode}' is not supported in maintenance mode`,
    );
});

test("a client of another cluster is turned away by a configured machine, and not by one in maintenance", async () => {
    const others = await actor.secrets();
    const config = await actor.config(secrets, "c0", [machinePatch("c0", 140)]);
    await actor.apply(others, address("c0"), config);
    await expect(actor.apply(others, address("c0"), config)).rejects.toThrow(
        "x509: certificate signed by unknown authority",
    );
    await expect(actor.apply(secrets, address("c0"), config)).resolves.toBeDefined();
});

test("another installer image in a configuration never upgrades what runs", async () => {
    await standUp();
    await configure("w0", ["machine:\n  install:\n    image: factory.talos.dev/nocloud-installer/abc:v1.11.0\n"]);
    const node = actor.world.talos.find(address("w0"));
    expect(node?.version).toBe("v1.10.5");
    expect(text(parse(JSON.stringify(node?.config)), "machine.install.image")).toContain("v1.11.0");
});

test("a change that needs a boot is refused without one, and waits where it is staged", async () => {
    await configure("c0");
    const config = await actor.config(secrets, "c0", [
        machinePatch("c0", 140),
        "machine:\n  sysctls: {vm.swappiness: '1'}\n",
    ]);
    await expect(actor.apply(secrets, address("c0"), config, { applyMode: "no_reboot" })).rejects.toThrow(
        "this config change can't be applied in immediate mode",
    );
    const staged = await actor.apply(secrets, address("c0"), config, { applyMode: "staged_if_needing_reboot" });
    expect(staged.outputs.resolvedApplyMode).toBe("staged");
    const node = actor.world.talos.find(address("c0"));
    expect(at(node?.config, "machine.sysctls")).toBeUndefined();
    const [machine] = actor.world.proxmox.machines;
    if (machine !== undefined) {
        actor.world.talos.halt(machine);
        actor.world.talos.boot(machine);
    }
    expect(at(node?.config, "machine.sysctls")).toEqual({ "vm.swappiness": "1" });
});

test("an installation by device name lands on another disk where names have swapped, one by serial does not", async () => {
    const metal = new Actor();
    const image = await metal.image("metal");
    const made = await metal.vm("c0", 140, image, {
        cdrom: { fileId: image },
        disks: [
            { interface: "scsi0", datastoreId: "local-lvm", size: 30, serial: "c0-system" },
            { interface: "scsi1", datastoreId: "local-lvm", size: 40, serial: "c0-storage" },
        ],
    });
    expect(made.id).toBe("140");
    const [machine] = metal.world.proxmox.machines;
    const [system, storage] = machine?.disks ?? [];
    if (machine === undefined || system === undefined || storage === undefined) {
        throw new Error("The machine must have two disks.");
    }
    [system.device, storage.device] = [storage.device, system.device];
    const node = metal.world.talos.nodeOf(machine.id);
    expect(node?.installDisk({ machine: { install: { disk: "/dev/sda" } } })?.serial).toBe("c0-storage");
    const link = "/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_c0-system";
    expect(node?.installDisk({ machine: { install: { disk: link } } })?.serial).toBe("c0-system");
    expect(() => node?.installDisk({ machine: { install: { diskSelector: { serial: "c0-system" } } } })).toThrow(
        "no disks matched the expression",
    );
    expect(() => node?.installDisk({ machine: { install: { disk: `${link}-2` } } })).toThrow(
        `specified install disk does not exist: "${link}-2"`,
    );
    expect(node?.installDisk({ machine: { install: { diskSelector: { size: "> 35GB" } } } })?.serial).toBe(
        "c0-storage",
    );
});

test("a configured machine answers at the address of its configuration, and no longer at the old one", async () => {
    await configure("w0", [
        "machine:\n  network:\n    interfaces:\n      - deviceSelector: {physical: true}\n        addresses: {$patch: delete}\n",
    ]);
    const moved = await actor.config(secrets, "w0", [machinePatch("w0", 155)]);
    await actor.apply(secrets, address("w0"), moved);
    expect(actor.world.network.unreachable("10.10.0.150", 50000)).toContain("no route to host");
    expect(actor.world.network.unreachable("10.10.0.155", 50000)).toBeUndefined();
});

test("an interface that the machine does not have gives it no address", async () => {
    const patch = machinePatch("w0", 155).replace("- deviceSelector:\n          physical: true", "- interface: eth0");
    await actor.apply(secrets, address("w0"), await actor.config(secrets, "w0", [patch]));
    expect(actor.world.network.unreachable("10.10.0.155", 50000)).toContain("no route to host");
});

test("a machine in maintenance is not bootstrapped", async () => {
    await expect(actor.bootstrap(secrets, address("c0"))).rejects.toThrow("API is not implemented in maintenance mode");
});

test("a worker is not bootstrapped", async () => {
    await configure("w0");
    await expect(actor.bootstrap(secrets, address("w0"))).rejects.toThrow(
        "Error bootstrapping node: rpc error: code = FailedPrecondition desc = bootstrap can only be performed on a control plane node",
    );
});

test("a cluster is bootstrapped once", async () => {
    await standUp();
    await expect(actor.bootstrap(secrets, address("c0"))).rejects.toThrow(
        "rpc error: code = AlreadyExists desc = etcd data directory is not empty",
    );
});

const vip =
    "machine:\n  network:\n    interfaces:\n      - deviceSelector: {physical: true}\n        vip: {ip: 10.10.0.130}\n";

test("the shared address does not exist before bootstrap, and follows the cluster after", async () => {
    await configure("c0", [vip], { clusterEndpoint: "https://10.10.0.130:6443" });
    await expect(actor.bootstrap(secrets, "10.10.0.130")).rejects.toThrow(
        "dial tcp 10.10.0.130:50000: connect: no route to host",
    );
    await actor.bootstrap(secrets, address("c0"));
    expect(actor.world.network.unreachable("10.10.0.130", 6443)).toBeUndefined();
    const [machine] = actor.world.proxmox.machines;
    if (machine !== undefined) {
        actor.world.talos.halt(machine);
    }
    expect(actor.world.network.unreachable("10.10.0.130", 6443)).toContain("no route to host");
});

test("a shared address that somebody has is refused", async () => {
    await configure("c0", [vip.replace("10.10.0.130", "10.10.0.150")]);
    await expect(actor.bootstrap(secrets, address("c0"))).rejects.toThrow(
        "IPv4 address conflict: shared address of homelab cannot use 10.10.0.150",
    );
});

test("the Kubernetes API answers only after bootstrap", async () => {
    await configure("c0");
    expect(actor.world.network.unreachable(address("c0"), 6443)).toContain("connection refused");
    await actor.bootstrap(secrets, address("c0"));
    expect(actor.world.network.unreachable(address("c0"), 6443)).toBeUndefined();
});

test("a machine whose endpoint is not its cluster's does not join, and the audit says so", async () => {
    await configure("c0");
    await configure("w0", [], { clusterEndpoint: "https://10.10.0.151:6443" });
    await actor.bootstrap(secrets, address("c0"));
    expect(actor.world.talos.audit()).toEqual([
        "machine pve/150 (w0) has not joined its cluster through https://10.10.0.151:6443",
    ]);
});

test("a control plane that is configured later joins by itself", async () => {
    await configure("c0");
    await actor.bootstrap(secrets, address("c0"));
    await actor.apply(secrets, address("w0"), await actor.config(secrets, "c1", [machinePatch("w0", 150)]));
    expect(actor.world.talos.find(address("w0"))).toMatchObject({ etcd: true, serving: true });
    await expect(actor.bootstrap(secrets, address("w0"))).rejects.toThrow("etcd data directory is not empty");
});

test("a cluster that lost half of its control planes does not answer", async () => {
    await configure("c0");
    await actor.bootstrap(secrets, address("c0"));
    await actor.apply(secrets, address("w0"), await actor.config(secrets, "c1", [machinePatch("w0", 150)]));
    const cluster = actor.world.talos.find(address("c0"))?.cluster ?? "";
    expect(actor.world.talos.answers(cluster)).toBe(true);
    const [machine] = actor.world.proxmox.machines;
    if (machine !== undefined) {
        actor.world.talos.halt(machine);
    }
    expect(actor.world.talos.answers(cluster)).toBe(false);
});

test("a machine made anew with the old secrets is not a member until it is configured, and the cluster must be bootstrapped anew", async () => {
    await standUp();
    const vms = "proxmoxve:index/vmLegacy:VmLegacy";
    const config = { endpoint: "https://10.10.0.10:8006/", apiToken: "a@b!c=d" };
    await actor.behaviour(vms).delete("140", { stopOnDestroy: true }, actor.operation(vms, "c0", config));
    await actor.vm("c0", 140, await actor.image("nocloud", { fileName: "again.qcow2" }));
    await configure("c0");
    expect(actor.world.network.unreachable(address("c0"), 6443)).toContain("connection refused");
    await actor.bootstrap(secrets, address("c0"));
    expect(actor.world.network.unreachable(address("c0"), 6443)).toBeUndefined();
});

test("a kubeconfig leads to its cluster and holds a client certificate of its authority", async () => {
    await standUp();
    const { id, outputs } = await actor.kubeconfig(secrets, address("c0"));
    expect(id).toBe("homelab");
    const raw = parse(text(outputs, "kubeconfigRaw") ?? "");
    expect(raw["current-context"]).toBe("admin@homelab");
    expect(raw.clusters[0].cluster.server).toBe("https://10.10.0.140:6443");
    const client = new X509Certificate(Buffer.from(raw.users[0].user["client-certificate-data"], "base64"));
    const authority = new X509Certificate(Buffer.from(text(secrets, "machineSecrets.certs.k8s.cert") ?? "", "base64"));
    expect(client.verify(authority.publicKey)).toBe(true);
    expect(outputs.certificateRenewalDuration).toBe("720h");
});

test.each([
    ["a machine in maintenance", "c0", false, "API is not implemented in maintenance mode"],
    ["a worker", "w0", true, "kubeconfig is only available on control plane nodes"],
])("%s has no kubeconfig to give", async (_, name, configured, words) => {
    if (configured) {
        await configure(name);
    }
    await expect(actor.kubeconfig(secrets, address(name))).rejects.toThrow(words);
});

test("a kubeconfig is renewed when its certificate has less time left than asked", async () => {
    await standUp();
    const { outputs } = await actor.kubeconfig(secrets, address("c0"));
    const inputs = { node: address("c0"), clientConfiguration: clientOf(secrets) };
    const behaviour = actor.behaviour(kubeconfigType);
    expect(behaviour.diff?.(inputs, inputs, outputs)).toEqual({ changes: [], replaces: [] });
    const longer = { ...inputs, certificateRenewalDuration: "9000h" };
    expect(behaviour.diff?.(inputs, longer, outputs).changes).toContain("kubeconfigRaw");
    const renewed = await behaviour.update(
        "homelab",
        outputs,
        longer,
        actor.operation(kubeconfigType, "kubeconfig", {}),
    );
    expect(renewed.kubeconfigRaw).not.toBe(outputs.kubeconfigRaw);
});

const healthArgs = (overrides: Properties = {}): Properties => ({
    clientConfiguration: clientOf(secrets),
    controlPlaneNodes: ["10.10.0.140"],
    workerNodes: ["10.10.0.150", "10.10.0.151"],
    endpoints: ["10.10.0.140"],
    ...overrides,
});

test("health without Kubernetes checks passes before the CNI, with them it waits for Ready nodes", async () => {
    await standUp();
    await expect(actor.invoke(healthToken, healthArgs({ skipKubernetesChecks: true }))).resolves.toMatchObject({
        id: "cluster_health",
    });
    await expect(actor.invoke(healthToken, healthArgs())).rejects.toThrow(
        "waiting for all k8s nodes to report ready: some nodes are not ready: [c0 w0 w1]",
    );
});

test.each<[string, () => Promise<void>, Properties, string]>([
    ["a machine in maintenance", async () => {}, {}, "machine is in maintenance mode"],
    [
        "a cluster that is not bootstrapped",
        () => configure("c0"),
        { workerNodes: [] },
        'service "etcd" not in expected state',
    ],
    [
        "a worker among the control planes",
        () => configure("w0"),
        { controlPlaneNodes: ["10.10.0.150"], workerNodes: [], endpoints: ["10.10.0.150"] },
        "10.10.0.150 is a worker, expected controlplane",
    ],
    [
        "an address nobody has",
        async () => {},
        { endpoints: ["10.10.0.141"] },
        "dial tcp 10.10.0.141:50000: connect: no route to host",
    ],
])("the health check fails on %s", async (_, prepare, overrides, words) => {
    await prepare();
    await expect(actor.invoke(healthToken, healthArgs({ skipKubernetesChecks: true, ...overrides }))).rejects.toThrow(
        words,
    );
});

test("the health check notices an etcd member that it was not told of", async () => {
    await configure("c0");
    await actor.bootstrap(secrets, address("c0"));
    await actor.apply(secrets, address("w0"), await actor.config(secrets, "c1", [machinePatch("w0", 150)]));
    await expect(
        actor.invoke(healthToken, healthArgs({ workerNodes: [], skipKubernetesChecks: true })),
    ).rejects.toThrow("etcd member ips are not subset of control plane node ips");
});

test("a deleted configuration leaves the machine as it is, unless it is to be reset", async () => {
    await configure("w0");
    const state = { node: address("w0"), clientConfiguration: clientOf(secrets) };
    const operation = actor.operation(applyType, "w0", {});
    await actor.behaviour(applyType).delete("machine_configuration_apply", state, operation);
    expect(actor.world.talos.find(address("w0"))?.config).toBeDefined();
    await actor
        .behaviour(applyType)
        .delete("machine_configuration_apply", { ...state, onDestroy: { reset: true, reboot: true } }, operation);
    expect(actor.world.talos.find(address("w0"))?.config).toBeUndefined();
});

test("the last control plane does not leave its etcd gracefully", async () => {
    await standUp();
    const state = {
        node: address("c0"),
        clientConfiguration: clientOf(secrets),
        onDestroy: { reset: true },
    };
    await expect(
        actor.behaviour(applyType).delete("machine_configuration_apply", state, actor.operation(applyType, "c0", {})),
    ).rejects.toThrow(
        "Error resetting machine: failed to leave etcd: etcdserver: re-configuration failed due to not enough started members",
    );
});

test("a bootstrap that an engine did not live to note is found again, one that did not happen is not", async () => {
    await configure("c0");
    const inputs = { node: address("c0"), clientConfiguration: clientOf(secrets) };
    const behaviour = actor.behaviour(bootstrapType);
    const operation = actor.operation(bootstrapType, "bootstrap", {});
    const id = behaviour.deterministicId?.(inputs) ?? "";
    expect(await behaviour.read(id, {}, inputs, operation)).toBeUndefined();
    await actor.bootstrap(secrets, address("c0"));
    expect(await behaviour.read(id, {}, inputs, operation)).toMatchObject({
        id: "machine_bootstrap",
        outputs: { endpoint: address("c0") },
    });
});

test("what the provider cannot read stays as the state says", async () => {
    for (const type of [applyType, bootstrapType, kubeconfigType, "talos:machine/secrets:Secrets"]) {
        const state = { node: "10.10.0.140", said: true };
        const read = await actor
            .behaviour(type)
            .read("an-id", state, { node: "10.10.0.140" }, actor.operation(type, "x", {}));
        expect(read).toEqual({ id: "an-id", outputs: state, inputs: { node: "10.10.0.140" } });
    }
});

test("the client configuration names endpoints and nodes", async () => {
    const made = await actor.invoke("talos:client/getConfiguration:getConfiguration", {
        clusterName: "homelab",
        clientConfiguration: clientOf(secrets),
        endpoints: ["10.10.0.140"],
        nodes: ["10.10.0.140", "10.10.0.150"],
    });
    const config = parse(text(made, "talosConfig") ?? "");
    expect(config.context).toBe("homelab");
    expect(config.contexts.homelab).toMatchObject({
        endpoints: ["10.10.0.140"],
        nodes: ["10.10.0.140", "10.10.0.150"],
    });
});

test("disks are told by device and serial", async () => {
    const made = await actor.invoke("talos:machine/getDisks:getDisks", {
        node: address("c0"),
        clientConfiguration: clientOf(secrets),
    });
    expect(made.disks).toMatchObject([
        { devPath: "/dev/sda", serial: "c0-system" },
        { devPath: "/dev/sdb", serial: "c0-storage" },
    ]);
});

test.each<[Properties, Properties]>([
    [
        { platform: "nocloud" },
        {
            installer: "factory.talos.dev/nocloud-installer/abc:v1.10.5",
            diskImage: "https://factory.talos.dev/image/abc/v1.10.5/nocloud-amd64.raw.xz",
        },
    ],
    [
        { platform: "metal", architecture: "arm64" },
        { iso: "https://factory.talos.dev/image/abc/v1.10.5/metal-arm64.iso" },
    ],
    [
        { platform: "oracle", architecture: "arm64" },
        { diskImage: "https://factory.talos.dev/image/abc/v1.10.5/oracle-arm64.qcow2" },
    ],
])("the addresses of %j follow the factory's grammar", async (args, expected) => {
    const made = await actor.invoke("talos:imageFactory/getUrls:getUrls", {
        schematicId: "abc",
        talosVersion: "v1.10.5",
        ...args,
    });
    expect(made.urls).toMatchObject(expected);
});

test.each<[Properties, string]>([
    [{ platform: "proxmox" }, "failed to find platform: proxmox"],
    [{ platform: "nocloud", talosVersion: "latest" }, "talos_version is not valid"],
])("addresses of %j are refused", async (args, words) => {
    await expect(
        actor.invoke("talos:imageFactory/getUrls:getUrls", { schematicId: "abc", talosVersion: "v1.10.5", ...args }),
    ).rejects.toThrow(words);
});

test("versions and extensions are those the factory serves; names are matched by parts", async () => {
    const { talosVersions } = await actor.invoke("talos:imageFactory/getVersions:getVersions", {});
    expect(talosVersions).toContain("v1.10.5");
    const names = async (args: Properties) => {
        const made = await actor.invoke("talos:imageFactory/getExtensionsVersions:getExtensionsVersions", {
            talosVersion: "v1.10.5",
            ...args,
        });
        return (made.extensionsInfos as Properties[]).map(({ name }) => name);
    };
    expect(await names({ filters: { names: ["iscsi-tools"] } })).toEqual([
        "siderolabs/iscsi-tools",
        "siderolabs/trident-iscsi-tools",
    ]);
    expect(await names({ exactFilters: { names: ["siderolabs/iscsi-tools"] } })).toEqual(["siderolabs/iscsi-tools"]);
    await expect(names({ talosVersion: "v0.1.0" })).rejects.toThrow("version v0.1.0 is not available");
});

test("a schematic that is not YAML is refused", async () => {
    await expect(
        actor.create("talos:imageFactory/schematic:Schematic", "s", { schematic: "customization: [" }),
    ).rejects.toThrow("failed to create schematic: failed to unmarshal schematic: yaml");
});

test("an endpoint passes a request on only to a node that answers", async () => {
    await configure("c0");
    const config = await actor.config(secrets, "w0", [machinePatch("w0", 150)]);
    await expect(actor.apply(secrets, "10.10.0.155", config, { endpoint: address("c0") })).rejects.toThrow(
        "dial tcp 10.10.0.155:50000: connect: no route to host",
    );
    await expect(actor.apply(secrets, address("w0"), config, { endpoint: address("c0") })).resolves.toBeDefined();
});

test("what listens at Talos's port without being Talos is no node", async () => {
    actor.world.network.claim("10.10.0.77", "a web server");
    await expect(actor.apply(secrets, "10.10.0.77", await actor.config(secrets, "c0"))).rejects.toThrow(
        "authentication handshake failed: EOF",
    );
});

test("a metal machine without the disk it is to be installed to is not installed", async () => {
    const metal = new Actor();
    const image = await metal.image("metal");
    const blank = [{ interface: "virtio0", datastoreId: "local-lvm", size: 30, serial: "c0-system" }];
    await metal.vm("c0", 140, image, { cdrom: { fileId: image }, disks: blank });
    const [machine] = metal.world.proxmox.machines;
    const node = metal.world.talos.nodeOf(machine?.id ?? "");
    if (machine === undefined || node === undefined) {
        throw new Error("The machine must have booted.");
    }
    machine.addresses = ["10.10.0.140"];
    metal.world.network.attach("10.10.0.140", node);
    const own = await metal.secrets();
    const config = await metal.config(own, "c0");
    await expect(metal.apply(own, "10.10.0.140", config)).rejects.toThrow(
        'failed to install: error opening device "/dev/sda": no such file or directory',
    );
    const right = await metal.config(own, "c0", ["machine:\n  install:\n    disk: /dev/vda\n"]);
    await metal.apply(own, "10.10.0.140", right);
    expect(machine.disks[0]?.content).toBe("system");
});
