/** Workloads of Kubernetes itself: from template to running pods, or the reasons why not. */
import { at, isProperties, list, number, type Properties, text, type Value } from "../value";
import type { Cluster } from "./cluster";
import type { Controller, Outcome } from "./controller";
import { deniedFlows } from "./flows";
import type { KubeObject } from "./objects";
import { podSecurityProblem } from "./pod-security";
import { allContainersOf, type PodTemplate, templateOf } from "./pods";
import { rabbitProblems } from "./rabbitmq";
import { schedule, scheduleEverywhere } from "./scheduling";
import { bindClaim, claimsOf, provisioningProblem } from "./storage";

/** Everything that keeps admitted pods from starting, in the messages of admission, kubelet and CNI. */
export function podProblems(cluster: Cluster, pods: readonly PodTemplate[]): readonly string[] {
    const problems = pods.flatMap((pod) => {
        const refused = podSecurityProblem(cluster, pod);
        const account = text(pod.spec, "serviceAccountName") ?? "default";
        const accountMissing = cluster.objects.find("v1", "ServiceAccount", pod.namespace, account) === undefined;
        return [
            ...(refused === undefined ? [] : [`[FailedCreate] ${refused}`]),
            ...(accountMissing
                ? [
                      `[FailedCreate] pods "${pod.name}" is forbidden: error looking up service account ${pod.namespace}/${account}: serviceaccount "${account}" not found`,
                  ]
                : []),
            ...missingReferences(cluster, pod),
        ];
    });
    return [
        ...problems,
        ...deniedFlows(cluster, pods).map(
            (words) => `[Pod ${pods[0]?.namespace}/${pods[0]?.name}]: containers with unready status: ${words}`,
        ),
    ];
}

/** Objects a pod mounts or reads that do not exist. */
function missingReferences(cluster: Cluster, pod: PodTemplate): readonly string[] {
    const missing = new Set<string>();
    const demand = (kind: "Secret" | "ConfigMap", from: Value | undefined, nameKey = "name"): void => {
        if (!isProperties(from) || from.optional === true || typeof from[nameKey] !== "string") {
            return;
        }
        const object = cluster.objects.find("v1", kind, pod.namespace, String(from[nameKey]));
        const noun = kind.toLowerCase();
        if (object === undefined) {
            missing.add(`${noun} "${String(from[nameKey])}" not found`);
            return;
        }
        const keys = [
            ...(typeof from.key === "string" ? [from.key] : []),
            ...list(from, "items").flatMap((item) => text(item, "key") ?? []),
        ];
        for (const key of keys.filter((each) => !dataKeys(object).has(each))) {
            missing.add(`couldn't find key ${key} in ${kind} ${pod.namespace}/${object.name}`);
        }
    };
    for (const container of allContainersOf(pod.spec)) {
        for (const entry of list(container, "env")) {
            demand("Secret", at(entry, "valueFrom.secretKeyRef"));
            demand("ConfigMap", at(entry, "valueFrom.configMapKeyRef"));
        }
        for (const entry of list(container, "envFrom")) {
            demand("Secret", at(entry, "secretRef"));
            demand("ConfigMap", at(entry, "configMapRef"));
        }
    }
    for (const volume of list(pod.spec, "volumes")) {
        demand("Secret", at(volume, "secret"), "secretName");
        demand("ConfigMap", at(volume, "configMap"));
        for (const source of list(at(volume, "projected"), "sources")) {
            demand("Secret", at(source, "secret"));
            demand("ConfigMap", at(source, "configMap"));
        }
    }
    return [...missing].map((words) => `[Pod ${pod.namespace}/${pod.name}]: containers with unready status: ${words}`);
}

function dataKeys(object: KubeObject): ReadonlySet<string> {
    return new Set(
        ["data", "stringData", "binaryData"].flatMap((field) => {
            const map = object.manifest[field];
            return isProperties(map) ? Object.keys(map) : [];
        }),
    );
}

function claimProblems(cluster: Cluster, pod: PodTemplate): readonly string[] {
    return claimsOf(pod.spec).flatMap((name) => {
        const claim = cluster.objects.find("v1", "PersistentVolumeClaim", pod.namespace, name);
        if (claim === undefined) {
            return [`Failed to bind PersistentVolumeClaim(s): persistentvolumeclaim "${name}" not found`];
        }
        const problem =
            text(claim.status, "phase") === "Bound"
                ? undefined
                : provisioningProblem(cluster, text(claim.manifest, "spec.storageClassName"));
        return problem === undefined ? [] : [`Failed to bind PersistentVolumeClaim(s): "${name}": ${problem}`];
    });
}

/** Runs pods of a workload, or says why they do not run. */
function run(
    cluster: Cluster,
    object: KubeObject,
    pods: readonly PodTemplate[],
    short: string,
    status: Properties,
): Outcome {
    const early = [...podProblems(cluster, pods), ...pods.flatMap((pod) => claimProblems(cluster, pod))];
    const scheduled = early.length === 0 ? schedule(cluster, object, pods) : { pods: [], problems: [] };
    const problems = [...new Set([...early, ...scheduled.problems])];
    return problems.length > 0
        ? { problems: [short, ...problems] }
        : {
              problems,
              status,
              commit: () =>
                  cluster.run(
                      object,
                      scheduled.pods.map((pod) => ({ ...pod, owner: object })),
                  ),
          };
}

const step = (object: KubeObject): string | undefined =>
    number(object.manifest, "spec.replicas") === 0 ? undefined : "kubernetes/workload";

/** Deployments. */
export const deploymentController: Controller = {
    awaited: true,
    step,
    settle(object, cluster) {
        const replicas = number(object.manifest, "spec.replicas") ?? 1;
        const pods = Array.from({ length: replicas }, (_, index) => templateOf(object, `${object.name}-${index}`));
        return run(cluster, object, pods, "Minimum number of Pods to consider the application live was not attained", {
            observedGeneration: object.generation,
            replicas,
            readyReplicas: replicas,
            availableReplicas: replicas,
            updatedReplicas: replicas,
            conditions: [
                { type: "Available", status: "True", reason: "MinimumReplicasAvailable" },
                { type: "Progressing", status: "True", reason: "NewReplicaSetAvailable" },
            ],
        });
    },
};

/** Stateful sets: pods in order, each with claims of its own. */
export const statefulSetController: Controller = {
    awaited: true,
    step: (object) => {
        const image = JSON.stringify(object.manifest).includes("rabbitmq") ? "rabbitmq/cluster" : "kubernetes/workload";
        return step(object) === undefined ? undefined : image;
    },
    settle(object, cluster) {
        const replicas = number(object.manifest, "spec.replicas") ?? 1;
        const pods = Array.from({ length: replicas }, (_, index) => templateOf(object, `${object.name}-${index}`));
        const templates = list(object.manifest, "spec.volumeClaimTemplates").filter(isProperties);
        const volumes = templates.flatMap((template) => {
            const problem = provisioningProblem(cluster, text(template, "spec.storageClassName"));
            return problem === undefined || replicas === 0
                ? []
                : [
                      `[Pod ${object.namespace}/${object.name}-0]: pod has unbound immediate PersistentVolumeClaims: persistentvolumeclaim "${text(template, "metadata.name") ?? ""}-${object.name}-0": ${problem}`,
                  ];
        });
        const short = `0 out of ${replicas} replicas succeeded readiness checks`;
        const rabbit = rabbitProblems(cluster, pods, text(object.manifest, "spec.serviceName") ?? "");
        if (volumes.length + rabbit.length > 0) {
            return { problems: [short, ...podProblems(cluster, pods), ...volumes, ...rabbit] };
        }
        const outcome = run(cluster, object, pods, short, {
            observedGeneration: object.generation,
            replicas,
            readyReplicas: replicas,
            currentReplicas: replicas,
            updatedReplicas: replicas,
            availableReplicas: replicas,
            currentRevision: `${object.name}-${object.generation}`,
            updateRevision: `${object.name}-${object.generation}`,
        });
        const kept = text(object.manifest, "spec.persistentVolumeClaimRetentionPolicy.whenDeleted") !== "Delete";
        return {
            ...outcome,
            ...(outcome.commit === undefined
                ? {}
                : {
                      commit: () => {
                          outcome.commit?.();
                          claimVolumes(cluster, object, templates, kept ? undefined : object);
                      },
                  }),
        };
    },
};

/** Gives each pod of a stateful set its claims, and mounts them. */
function claimVolumes(
    cluster: Cluster,
    set: KubeObject,
    templates: readonly Properties[],
    owner: KubeObject | undefined,
): void {
    const mounting = cluster.pods.flatMap((pod) => {
        if (pod.owner !== set) {
            return [];
        }
        const volumes = templates.map((template): Properties => {
            const volume = text(template, "metadata.name") ?? "";
            const name = `${volume}-${pod.name}`;
            const spec = isProperties(template.spec) ? template.spec : {};
            bindClaim(cluster, { namespace: set.namespace, name, spec, labels: pod.labels }, owner);
            return { name: volume, persistentVolumeClaim: { claimName: name } };
        });
        return [{ ...pod, spec: { ...pod.spec, volumes: [...list(pod.spec, "volumes"), ...volumes] } }];
    });
    cluster.run(set, mounting);
}

/** Daemon sets: one pod on every node they tolerate. */
export const daemonSetController: Controller = {
    awaited: true,
    step,
    settle(object, cluster) {
        const pod = templateOf(object, object.name);
        const early = podProblems(cluster, [pod]);
        const scheduled = scheduleEverywhere(cluster, object, pod);
        const problems = [...early, ...scheduled.problems];
        const count = scheduled.pods.length;
        return problems.length > 0
            ? { problems }
            : {
                  problems,
                  status: {
                      observedGeneration: object.generation,
                      desiredNumberScheduled: count,
                      currentNumberScheduled: count,
                      numberReady: count,
                      numberAvailable: count,
                      updatedNumberScheduled: count,
                      numberMisscheduled: 0,
                  },
                  commit: () =>
                      cluster.run(
                          object,
                          scheduled.pods.map((each) => ({ ...each, owner: object })),
                      ),
              };
    },
};

/** Jobs: their pods run to their end. */
export const jobController: Controller = {
    awaited: true,
    step: () => "kubernetes/workload",
    settle(object, cluster) {
        const outcome = run(
            cluster,
            object,
            [templateOf(object, `${object.name}-0`)],
            `Job "${object.name}" was not able to start its Pods`,
            {
                succeeded: 1,
                conditions: [{ type: "Complete", status: "True" }],
            },
        );
        // A finished job leaves no pod that runs.
        const { commit: _runs, ...finished } = outcome;
        return finished;
    },
};

/** Pods without a workload. */
export const podController: Controller = {
    awaited: true,
    step: () => "kubernetes/workload",
    settle(object, cluster) {
        const spec = isProperties(object.manifest.spec) ? object.manifest.spec : {};
        const metadata = isProperties(object.manifest.metadata) ? object.manifest.metadata : {};
        const wrapped: KubeObject = { ...object, manifest: { spec: { template: { metadata, spec } } } };
        return run(cluster, object, [templateOf(wrapped, object.name)], `Pod "${object.name}" is not ready`, {
            phase: "Running",
            conditions: [{ type: "Ready", status: "True" }],
        });
    },
};
