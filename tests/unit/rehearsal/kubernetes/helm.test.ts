import { expect, test } from "vitest";
import type { Properties } from "../../../../rehearsal/world/value";
import { ciliumValues, releaseType, Stage } from "./stage";

const cilium = (more: Properties = {}): Properties => ({
    name: "cilium",
    namespace: "kube-system",
    chart: "cilium",
    version: "1.18.14",
    repositoryOpts: { repo: "https://helm.cilium.io/" },
    values: ciliumValues,
    ...more,
});

test.each([
    [
        "a version nobody serves",
        { version: "9.9.9" },
        'chart "cilium" version "9.9.9" not found in https://helm.cilium.io/ repository',
    ],
    [
        "a chart the repository lacks",
        { chart: "celium" },
        'chart "celium" not found in https://helm.cilium.io/ repository',
    ],
    [
        "a repository that is none",
        { repositoryOpts: { repo: "https://helm.celium.io/" } },
        "is not a valid chart repository or cannot be reached",
    ],
    ["a chart without a repository", { repositoryOpts: {} }, 'failed to download "cilium"'],
    ["a namespace that is not there", { namespace: "network" }, 'namespaces "network" not found'],
] as const)("Helm refuses %s", async (_what, more, words) => {
    await expect(new Stage().create(releaseType, cilium(more))).rejects.toThrow(words);
});

test.each([
    [
        "a value of no meaning for kubeProxyReplacement",
        { kubeProxyReplacement: "strict" },
        "kubeProxyReplacement must be explicitly set to a valid value (true or false)",
    ],
    ["the removed value tunnel", { tunnel: "vxlan" }, "tunnel was deprecated in v1.14 and has been removed in v1.15"],
    [
        "Hubble's page without its relay",
        { hubble: { ui: { enabled: true } } },
        "Hubble UI requires .Values.hubble.relay.enabled=true",
    ],
    ["an IPAM mode that is none", { ipam: { mode: "magic" } }, "Invalid IPAM mode magic"],
    ["a port that is a list", { k8sServicePort: [7445] }, "k8sServicePort: Invalid type"],
] as const)("Cilium's chart refuses %s", async (_what, values, words) => {
    await expect(new Stage().cilium(values)).rejects.toThrow(words);
});

test.each([
    [
        "an entry point nobody has",
        { to: "secure", scheme: "https" },
        "Cannot redirect web to secure: entryPoint not found",
    ],
    [
        "HTTPS by another name",
        { to: "websecure", scheme: "http" },
        "Cannot redirect web to websecure without setting scheme",
    ],
] as const)("Traefik's chart refuses to lead HTTP to %s", async (_what, entryPoint, words) => {
    const stage = new Stage();
    await stage.cilium();
    await expect(
        stage.create(releaseType, {
            name: "traefik",
            namespace: "default",
            chart: "traefik",
            version: "41.3.0",
            repositoryOpts: { repo: "https://traefik.github.io/charts" },
            values: { ports: { web: { http: { redirections: { entryPoint } } } } },
        }),
    ).rejects.toThrow(words);
});

test.each([
    ["SYS_MODULE, which Talos gives to nobody", { securityContext: {} }, {}, "SYS_MODULE"],
    ["mounting cgroups again", { cgroup: {} }, {}, "mount-cgroup"],
    [
        "a cgroup root that is not there",
        { cgroup: { autoMount: { enabled: false } } },
        {},
        "cgroup.hostRoot is not /sys/fs/cgroup",
    ],
    ["no API address in kube-proxy's place", { k8sServiceHost: null }, {}, "Unable to contact k8s api-server"],
    [
        "a port where nothing listens",
        { k8sServicePort: 7444 },
        {},
        "dial tcp 127.0.0.1:7444: connect: connection refused",
    ],
    ["KubePrism while it is off", {}, { kubePrismPort: 0 }, "dial tcp 127.0.0.1:7445: connect: connection refused"],
    ["kube-proxy beside its replacement", {}, { kubeProxy: true }, "kube-proxy still runs"],
    ["no service routing at all", { kubeProxyReplacement: false }, {}, "neither kube-proxy nor Cilium serves services"],
    ["a network beside flannel", {}, { cni: "flannel" }, "cluster.network.cni.name to none"],
    ["more operators than nodes", { operator: { replicas: 4 } }, {}, "didn't match pod anti-affinity rules"],
] as const)("Cilium does not come up with %s", async (_what, values, options, words) => {
    const stage = new Stage(options);
    await expect(stage.cilium(values)).rejects.toThrow(words);
});

test("Cilium makes nodes Ready when its minute is over, and brings its kinds", async () => {
    const stage = new Stage();
    expect(stage.kubernetes.nodesReady(stage.born.caCertificate).ready).toEqual([]);
    const installing = stage.cilium();
    expect(stage.kubernetes.nodesReady(stage.born.caCertificate).ready).toEqual([]);
    await installing;
    expect(stage.kubernetes.nodesReady(stage.born.caCertificate).notReady).toEqual({});
    expect(stage.kubernetes.alive[0]?.kind("cilium.io/v2", "CiliumNetworkPolicy")?.namespaced).toBe(true);
});

test("the failed release is there, holds its name, and an update heals it", async () => {
    const stage = new Stage();
    await expect(stage.cilium({ k8sServicePort: 1 })).rejects.toMatchObject({ id: "kube-system/cilium" });
    await expect(stage.cilium()).rejects.toThrow("cannot re-use a name that is still in use");
    await stage.behaviour(releaseType).update("kube-system/cilium", {}, cilium(), stage.operation(releaseType));
    expect(stage.kubernetes.nodesReady(stage.born.caCertificate).ready).toHaveLength(3);
});

test("an atomic release that fails leaves nothing", async () => {
    const stage = new Stage();
    await expect(stage.create(releaseType, cilium({ atomic: true, values: {} }))).rejects.toThrow(
        "has been uninstalled due to atomic being set",
    );
    await stage.cilium();
});

test("a release without a name gets one with a suffix", async () => {
    const stage = new Stage();
    const { name: _name, ...unnamed } = cilium();
    expect((await stage.create(releaseType, unnamed, "network")).id).toMatch(/^kube-system\/network-[0-9a-f]{8}$/);
});

test("a chart in the network's place needs a Ready node", async () => {
    const stage = new Stage();
    await stage.namespace("rook-ceph", "privileged");
    await expect(
        stage.create(releaseType, {
            name: "rook-ceph",
            namespace: "rook-ceph",
            chart: "rook-ceph",
            version: "v1.18.9",
            repositoryOpts: { repo: "https://charts.rook.io/release" },
        }),
    ).rejects.toThrow("node.kubernetes.io/not-ready");
});

test("a stranger's chart is believed and noted", async () => {
    const stage = new Stage();
    await stage.cilium();
    const inputs = {
        chart: "podinfo",
        namespace: "default",
        repositoryOpts: { repo: "https://stefanprodan.github.io/podinfo" },
    };
    await stage.create(releaseType, inputs, "podinfo");
    expect([...stage.strangers]).toEqual(["chart podinfo"]);
    await stage.delete(
        releaseType,
        [...(stage.kubernetes.alive[0]?.releases ?? [])].map((release) => `${release.namespace}/${release.name}`)[1] ??
            "",
    );
});

test("a release in a dead cluster is not forgotten even where objects are", async () => {
    const stage = new Stage({ config: { deleteUnreachable: true } });
    await stage.cilium();
    stage.alive = false;
    await expect(stage.delete(releaseType, "kube-system/cilium")).rejects.toThrow(
        "can't delete Helm Release with unreachable cluster",
    );
});
