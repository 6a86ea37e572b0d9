import { expect, test } from "vitest";
import { Cilium } from "../../../components/cni/cilium";
import { ciliumValues, clientRateLimit } from "../../../components/cni/values";
import { home, homelabNodes, listed, named, recorded } from "../kubernetes/recorded";

const cilium = () =>
    recorded(() => {
        new Cilium("cilium", { home: home(), version: "1.18.14", kubePrismPort: 7445, addresses: 11 });
    });

test("Cilium is one chart under a component", async () => {
    expect(listed(await cilium())).toEqual(["strata:cni:Cilium cilium", "kubernetes:helm.sh/v3:Release cilium-chart"]);
});

test("the chart is pinned, in kube-system, and keeps its name", async () => {
    const { inputs, parent, deletedWith } = named(await cilium(), "cilium-chart");
    expect(inputs).toMatchObject({
        name: "cilium",
        namespace: "kube-system",
        chart: "cilium",
        version: "1.18.14",
        repositoryOpts: { repo: "https://helm.cilium.io/" },
    });
    expect({ parent, deletedWith }).toEqual({ parent: "cilium", deletedWith: "birth" });
});

test("every value is what Talos without kube-proxy needs", async () => {
    expect(named(await cilium(), "cilium-chart").inputs.values).toEqual({
        ipam: { mode: "kubernetes" },
        kubeProxyReplacement: true,
        socketLB: { hostNamespaceOnly: true },
        k8sServiceHost: "localhost",
        k8sServicePort: 7445,
        securityContext: {
            capabilities: {
                ciliumAgent: [
                    "CHOWN",
                    "KILL",
                    "NET_ADMIN",
                    "NET_RAW",
                    "IPC_LOCK",
                    "SYS_ADMIN",
                    "SYS_RESOURCE",
                    "DAC_OVERRIDE",
                    "FOWNER",
                    "SETGID",
                    "SETUID",
                ],
                cleanCiliumState: ["NET_ADMIN", "SYS_ADMIN", "SYS_RESOURCE"],
            },
        },
        cgroup: { autoMount: { enabled: false }, hostRoot: "/sys/fs/cgroup" },
        l2announcements: { enabled: true },
        k8sClientRateLimit: { qps: 13, burst: 26 },
        hubble: { enabled: true, relay: { enabled: true }, ui: { enabled: true } },
        operator: { replicas: 2 },
        rollOutCiliumPods: true,
    });
});

test.each([
    [0, 1],
    [1, 1],
    [2, 2],
    [5, 2],
])("with %i nodes for it the operator has %i replicas", (nodes, replicas) => {
    expect(ciliumValues({ kubePrismPort: 7445, nodes, addresses: 1 }).operator.replicas).toBe(replicas);
});

test("each five addresses more let an agent renew one lease a second more", () => {
    expect([0, 1, 5, 6, 11, 65].map((addresses) => clientRateLimit(addresses).qps)).toEqual([10, 11, 11, 12, 13, 23]);
});

test("its facts name an agent on every node, the control plane's included", async () => {
    expect(named(await cilium(), "cilium").outputs.facts).toEqual({
        services: [
            {
                name: "cilium",
                title: "Cilium",
                redundancy: { rule: "any-of" },
                members: Object.fromEntries(homelabNodes.map(({ name }) => [`cilium-${name}`, `machine/${name}`])),
                mitigation: "A DaemonSet: every node runs its own agent.",
            },
        ],
    });
});
