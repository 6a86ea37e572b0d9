import { expect, test } from "vitest";
import type { Properties } from "../../../../rehearsal/world/value";
import { deployment, restrictedPod } from "./manifests";
import { Stage } from "./stage";

const type = "kubernetes:apps/v1:Deployment";

test("before a network there is no node for a pod", async () => {
    await expect(new Stage().create(type, deployment("default", "web"))).rejects.toThrow(
        "0/3 nodes are available: 3 node(s) had untolerated taint {node.kubernetes.io/not-ready: }",
    );
});

const pods: readonly (readonly [string, string, Properties, string])[] = [
    [
        "privileged containers",
        "baseline",
        { securityContext: { privileged: true } },
        'violates PodSecurity "baseline:latest": privileged (container "main" must not set securityContext.privileged=true)',
    ],
    [
        "added capabilities",
        "baseline",
        { securityContext: { capabilities: { add: ["SYS_ADMIN"] } } },
        "non-default capabilities",
    ],
    ["host ports", "baseline", { ports: [{ containerPort: 80, hostPort: 80 }] }, "hostPort"],
    [
        "privilege escalation",
        "restricted",
        { securityContext: { capabilities: { drop: ["ALL"] } } },
        'violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "main" must set securityContext.allowPrivilegeEscalation=false)',
    ],
    [
        "kept capabilities",
        "restricted",
        { securityContext: { allowPrivilegeEscalation: false } },
        'unrestricted capabilities (container "main" must set securityContext.capabilities.drop=["ALL"])',
    ],
];

test.each(pods)("the pod-security level forbids %s", async (_what, level, container, words) => {
    const stage = new Stage();
    await stage.cilium();
    await stage.namespace("apps", level);
    await expect(stage.create(type, deployment("apps", "web", { container }))).rejects.toThrow(words);
    await stage.namespace("free", "privileged");
    await stage.create(type, deployment("free", "web", { container }));
});

test.each([
    ["the host's network", "baseline", { hostNetwork: true }, "host namespaces (hostNetwork=true)"],
    ["host paths", "baseline", { volumes: [{ name: "v", hostPath: { path: "/" } }] }, 'hostPath volumes (volume "v")'],
    ["root", "restricted", { securityContext: { seccompProfile: { type: "RuntimeDefault" } } }, "runAsNonRoot != true"],
    [
        "the user 0",
        "restricted",
        { securityContext: { runAsNonRoot: true, runAsUser: 0, seccompProfile: { type: "RuntimeDefault" } } },
        "runAsUser=0",
    ],
    ["no seccomp profile", "restricted", { securityContext: { runAsNonRoot: true } }, "seccompProfile"],
    [
        "volumes of other kinds",
        "restricted",
        { volumes: [{ name: "v", nfs: { server: "s", path: "/" } }] },
        'restricted volume types (volume "v"',
    ],
] as const)("the pod-security level forbids a pod with %s", async (_what, level, spec, words) => {
    const stage = new Stage();
    await stage.cilium();
    await stage.namespace("apps", level);
    await expect(stage.create(type, deployment("apps", "web", { spec }))).rejects.toThrow(words);
});

test("a namespace without a label has the cluster's level", async () => {
    const stage = new Stage({ defaultPodSecurity: "restricted" });
    await stage.cilium();
    await stage.namespace("apps");
    await expect(stage.create(type, deployment("apps", "web", { container: { securityContext: {} } }))).rejects.toThrow(
        'violates PodSecurity "restricted:latest"',
    );
});

test.each([
    ["memory", { container: { resources: { requests: { memory: "20Gi" } } } }, "2 Insufficient memory"],
    ["cpu", { container: { resources: { requests: { cpu: "7" } } } }, "2 Insufficient cpu"],
    [
        "a node with the label",
        { spec: { nodeSelector: { disk: "nvme" } } },
        "didn't match Pod's node affinity/selector",
    ],
    [
        "a place apart",
        {
            replicas: 3,
            spec: {
                affinity: {
                    podAntiAffinity: {
                        requiredDuringSchedulingIgnoredDuringExecution: [
                            { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: { app: "web" } } },
                        ],
                    },
                },
            },
        },
        "didn't match pod anti-affinity rules",
    ],
] as const)("a pod that finds no %s stays pending", async (_what, more, words) => {
    const stage = new Stage();
    await stage.cilium();
    await expect(stage.create(type, deployment("default", "web", more))).rejects.toThrow(words);
});

test("a spread that must hold puts no second replica on a node", async () => {
    const stage = new Stage({ workers: 3 });
    await stage.cilium();
    const spread = {
        maxSkew: 1,
        topologyKey: "kubernetes.io/hostname",
        whenUnsatisfiable: "DoNotSchedule",
        labelSelector: { matchLabels: { app: "web" } },
    };
    await stage.create(
        type,
        deployment("default", "web", { replicas: 3, spec: { topologySpreadConstraints: [spread] } }),
    );
    const cluster = stage.kubernetes.alive[0];
    expect(
        cluster?.pods
            .filter((pod) => pod.labels.app === "web")
            .map((pod) => pod.node)
            .sort(),
    ).toEqual(["w0", "w1", "w2"]);
});

test("control planes take only what tolerates their taint", async () => {
    const stage = new Stage({ workers: 0 });
    await stage.cilium({ operator: { replicas: 1 }, hubble: {} });
    await expect(stage.create(type, deployment("default", "web"))).rejects.toThrow(
        "untolerated taint {node-role.kubernetes.io/control-plane: }",
    );
    await stage.create(
        type,
        deployment("default", "api", {
            spec: { tolerations: [{ key: "node-role.kubernetes.io/control-plane", operator: "Exists" }] },
        }),
    );
});

test.each([
    [
        "secret",
        { container: { env: [{ name: "A", valueFrom: { secretKeyRef: { name: "none", key: "k" } } }] } },
        'secret "none" not found',
    ],
    ["config map", { spec: { volumes: [{ name: "v", configMap: { name: "none" } }] } }, 'configmap "none" not found'],
    ["service account", { spec: { serviceAccountName: "none" } }, 'serviceaccount "none" not found'],
    [
        "claim",
        { spec: { volumes: [{ name: "v", persistentVolumeClaim: { claimName: "none" } }] } },
        'persistentvolumeclaim "none" not found',
    ],
] as const)("a pod does not start without its %s", async (_what, more, words) => {
    const stage = new Stage();
    await stage.cilium();
    await expect(stage.create(type, deployment("default", "web", more))).rejects.toThrow(words);
});

test("an object that is not awaited is accepted, and found by the audit while it stays unready", async () => {
    const stage = new Stage();
    const inputs = deployment("default", "web");
    const skipped = {
        ...inputs,
        metadata: { ...(inputs.metadata as Properties), annotations: { "pulumi.com/skipAwait": "true" } },
    };
    await stage.create(type, skipped);
    expect(stage.kubernetes.audit().join()).toContain("Deployment default/web is not ready");
    await stage.cilium();
    expect(stage.kubernetes.audit()).toEqual([]);
});

test("a failed workload is there, and an update makes it ready", async () => {
    const stage = new Stage();
    await expect(stage.create(type, deployment("default", "web"))).rejects.toMatchObject({ id: "default/web" });
    await stage.cilium();
    const outputs = await stage
        .behaviour(type)
        .update("default/web", {}, deployment("default", "web"), stage.operation(type));
    expect(outputs.status).toMatchObject({ readyReplicas: 1 });
});

test("a read of a workload that is not ready says so as long as it lasts", async () => {
    const stage = new Stage();
    const inputs = deployment("default", "web");
    await expect(stage.create(type, inputs)).rejects.toThrow("failed to fully initialize");
    const read = () => stage.behaviour(type).read("default/web", {}, inputs, stage.operation(type));
    await expect(read()).rejects.toThrow("failed to fully initialize");
    await stage.cilium();
    expect((await read())?.id).toBe("default/web");
});

test("a stateful set keeps its claims when it goes, and its namespace takes them along", async () => {
    const stage = new Stage();
    await stage.ceph();
    await stage.namespace("apps", "restricted");
    const set: Properties = {
        apiVersion: "apps/v1",
        kind: "StatefulSet",
        metadata: { name: "db", namespace: "apps" },
        spec: {
            replicas: 2,
            serviceName: "db",
            selector: { matchLabels: { app: "db" } },
            template: restrictedPod({ app: "db" }),
            volumeClaimTemplates: [
                {
                    metadata: { name: "data" },
                    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
                },
            ],
        },
    };
    await stage.create("kubernetes:apps/v1:StatefulSet", set);
    await expect(stage.delete("kubernetes:core/v1:PersistentVolumeClaim", "apps/data-db-0")).rejects.toThrow(
        'is still used by pod "db-0" (finalizer kubernetes.io/pvc-protection)',
    );
    await stage.delete("kubernetes:apps/v1:StatefulSet", "apps/db");
    expect(stage.kubernetes.remains().join()).toContain("PersistentVolumeClaim apps/data-db-1");
    await expect(stage.delete("kubernetes:ceph.rook.io/v1:CephBlockPool", "rook-ceph/ceph-block")).rejects.toThrow(
        "will not be deleted until all dependents are removed: images",
    );
    await stage.delete("kubernetes:core/v1:Namespace", "apps");
    await stage.delete("kubernetes:ceph.rook.io/v1:CephBlockPool", "rook-ceph/ceph-block");
});

test("a daemon set runs on every node it tolerates", async () => {
    const stage = new Stage();
    await stage.cilium();
    const set: Properties = {
        apiVersion: "apps/v1",
        kind: "DaemonSet",
        metadata: { name: "agent", namespace: "default" },
        spec: { selector: { matchLabels: { app: "agent" } }, template: restrictedPod({ app: "agent" }) },
    };
    const made = await stage.create("kubernetes:apps/v1:DaemonSet", set);
    expect(made.outputs.status).toMatchObject({ numberReady: 2 });
});

test("namespaces the cluster was born with stay", async () => {
    await expect(new Stage().delete("kubernetes:core/v1:Namespace", "kube-system")).rejects.toThrow(
        "this namespace may not be deleted",
    );
});
