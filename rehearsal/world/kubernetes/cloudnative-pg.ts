/** CloudNativePG: PostgreSQL clusters as its operator makes them. */
import { Refusal } from "../refusal";
import { at, isProperties, list, number, type Properties, text } from "../value";
import type { Cluster } from "./cluster";
import type { Controller, Outcome } from "./controller";
import { builtinKinds } from "./kinds";
import type { KubeObject } from "./objects";
import { type PodTemplate, podTemplate } from "./pods";
import { schedule } from "./scheduling";
import { bindClaim, provisioningProblem } from "./storage";
import { chartsRunning } from "./surroundings";
import { quantity } from "./syntax";
import { podProblems } from "./workloads";

const source = "CloudNativePG 1.30: internal/webhook/v1/cluster_webhook.go";

/** Clusters of PostgreSQL. */
export const postgresController: Controller = {
    awaited: false,
    step: () => "cnpg/cluster",
    admit({ manifest, name, namespace, old }, cluster) {
        if (chartsRunning(cluster, "cloudnative-pg").length === 0) {
            throw new Refusal(
                'Internal error occurred: failed calling webhook "mcluster.cnpg.io": failed to call webhook: Post "https://cnpg-webhook-service.cnpg-system.svc:443/mutate-postgresql-cnpg-io-v1-cluster?timeout=10s": no endpoints available for service "cnpg-webhook-service"',
                "Kubernetes: admission webhooks with failurePolicy Fail",
            );
        }
        const problems = invalid(manifest, old);
        if (problems.length > 0) {
            throw new Refusal(
                `admission webhook "vcluster.cnpg.io" denied the request: Cluster.cluster.cnpg.io "${name}" is invalid: ${problems.join(", ")}`,
                source,
            );
        }
        cluster.demandNamespace(namespace);
    },
    settle(object, cluster): Outcome {
        if (chartsRunning(cluster, "cloudnative-pg").length === 0) {
            return { problems: ["no operator acts on it: status.phase is not set"] };
        }
        const instances = number(object.manifest, "spec.instances") ?? 1;
        const pods = Array.from({ length: instances }, (_, index) => instance(object, index + 1));
        const className = text(object.manifest, "spec.storage.storageClass");
        const volume = provisioningProblem(cluster, className);
        const problems = [
            ...secretProblems(object, cluster),
            ...(volume === undefined ? [] : [`persistentvolumeclaim "${object.name}-1": ${volume}`]),
            ...podProblems(cluster, pods),
        ];
        const scheduled = problems.length === 0 ? schedule(cluster, object, pods) : { pods: [], problems: [] };
        const all = [...problems, ...scheduled.problems];
        return all.length > 0
            ? { problems: [`status.phase is Setting up primary`, ...all] }
            : {
                  problems: [],
                  status: {
                      phase: "Cluster in healthy state",
                      instances,
                      readyInstances: instances,
                      currentPrimary: `${object.name}-1`,
                      writeService: `${object.name}-rw`,
                      readService: `${object.name}-r`,
                      conditions: [{ type: "Ready", status: "True", reason: "ClusterIsReady" }],
                  },
                  commit: () => {
                      cluster.run(
                          object,
                          scheduled.pods.map((pod) => ({ ...pod, owner: object })),
                      );
                      bring(object, cluster, pods);
                  },
              };
    },
};

function invalid(manifest: Properties, old: KubeObject | undefined): string[] {
    const problems: string[] = [];
    const instances = at(manifest, "spec.instances");
    if (typeof instances !== "number" || instances < 1) {
        problems.push(
            `spec.instances: Invalid value: ${JSON.stringify(instances ?? null)}: spec.instances in body should be greater than or equal to 1`,
        );
    }
    const size = text(manifest, "spec.storage.size");
    const template = at(manifest, "spec.storage.pvcTemplate");
    if (size === undefined && template === undefined) {
        problems.push(
            'spec.storage.size: Invalid value: "": Size not configured. Please add it, or a storage request in the pvcTemplate.',
        );
    } else if (size !== undefined && quantity(size) === undefined) {
        problems.push(`spec.storage.size: Invalid value: "${size}": Size value isn't valid`);
    }
    const before = old === undefined ? undefined : quantity(text(old.manifest, "spec.storage.size"));
    const after = quantity(size);
    if (before !== undefined && after !== undefined && after < before) {
        problems.push(`spec.storage.size: Invalid value: "${size}": can't shrink existing storage`);
    }
    const init = at(manifest, "spec.bootstrap.initdb");
    if (isProperties(init) && (text(init, "database") === undefined) !== (text(init, "owner") === undefined)) {
        problems.push("spec.bootstrap.initdb: Invalid value: You need to specify both the database and the owner");
    }
    const methods = Object.keys(
        isProperties(at(manifest, "spec.bootstrap")) ? (at(manifest, "spec.bootstrap") as Properties) : {},
    );
    if (methods.length > 1) {
        problems.push("spec.bootstrap: Invalid value: Only one bootstrap method can be specified at a time");
    }
    if (
        old !== undefined &&
        JSON.stringify(at(old.manifest, "spec.bootstrap") ?? null) !==
            JSON.stringify(at(manifest, "spec.bootstrap") ?? null)
    ) {
        problems.push("spec.bootstrap: Invalid value: bootstrap is immutable");
    }
    const image = text(manifest, "spec.imageName");
    if (image !== undefined && (!image.includes(":") || image.endsWith(":latest"))) {
        problems.push(
            `spec.imageName: Invalid value: "${image}": Can't use just the image sha or tag latest as we can't detect the version`,
        );
    }
    const parameters = at(manifest, "spec.postgresql.parameters");
    for (const [key, value] of Object.entries(isProperties(parameters) ? parameters : {})) {
        if (typeof value !== "string") {
            problems.push(
                `spec.postgresql.parameters.${key}: Invalid value: "${typeof value}": must be of type string`,
            );
        }
    }
    return problems;
}

function secretProblems(object: KubeObject, cluster: Cluster): readonly string[] {
    const init = at(object.manifest, "spec.bootstrap.initdb");
    const wanted = [
        [text(init, "secret.name"), text(init, "owner")],
        [text(object.manifest, "spec.superuserSecret.name"), "postgres"],
    ] as const;
    return wanted.flatMap(([name, user]) => {
        if (name === undefined) {
            return [];
        }
        const secret = cluster.objects.find("v1", "Secret", object.namespace, name);
        if (secret === undefined) {
            return [`missing owner secret: secrets "${name}" not found`];
        }
        if (secret.manifest.type !== "kubernetes.io/basic-auth") {
            return [
                `secret "${name}" is of type ${text(secret.manifest, "type") ?? "Opaque"}, expected kubernetes.io/basic-auth`,
            ];
        }
        const given = secretText(secret, "username");
        return given === undefined || given === user
            ? []
            : [`secret "${name}" holds username "${given}", the owner is "${user ?? ""}"`];
    });
}

function secretText(secret: KubeObject, key: string): string | undefined {
    const plain = text(secret.manifest.stringData, key);
    const encoded = text(secret.manifest.data, key);
    return plain ?? (encoded === undefined ? undefined : Buffer.from(encoded, "base64").toString());
}

/** One instance's pod. The operator makes it fit the `restricted` level by itself. */
function instance(object: KubeObject, serial: number): PodTemplate {
    const affinity = at(object.manifest, "spec.affinity");
    const apart =
        at(affinity, "enablePodAntiAffinity") !== false && text(affinity, "podAntiAffinityType") === "required";
    const resources = at(object.manifest, "spec.resources");
    const rule = {
        podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
                {
                    labelSelector: { matchLabels: { "cnpg.io/cluster": object.name, "cnpg.io/podRole": "instance" } },
                    topologyKey: text(affinity, "topologyKey") ?? "kubernetes.io/hostname",
                },
            ],
        },
    };
    return podTemplate(object.namespace, `${object.name}-${serial}`, {
        metadata: {
            labels: {
                "cnpg.io/cluster": object.name,
                "cnpg.io/podRole": "instance",
                "cnpg.io/instanceName": `${object.name}-${serial}`,
                "cnpg.io/instanceRole": serial === 1 ? "primary" : "replica",
                role: serial === 1 ? "primary" : "replica",
            },
        },
        spec: {
            containers: [
                {
                    name: "postgres",
                    image:
                        text(object.manifest, "spec.imageName") ??
                        "ghcr.io/cloudnative-pg/postgresql:18.1-system-trixie",
                    resources: isProperties(resources) ? resources : {},
                    securityContext: {
                        allowPrivilegeEscalation: false,
                        capabilities: { drop: ["ALL"] },
                        privileged: false,
                    },
                },
            ],
            securityContext: { runAsNonRoot: true, runAsUser: 26, seccompProfile: { type: "RuntimeDefault" } },
            nodeSelector: isProperties(at(affinity, "nodeSelector"))
                ? (at(affinity, "nodeSelector") as Properties)
                : {},
            tolerations: list(affinity, "tolerations"),
            affinity: apart ? rule : {},
        },
    });
}

/** What the operator makes beside the pods: claims, services, secrets; all go with the cluster. */
function bring(object: KubeObject, cluster: Cluster, pods: readonly PodTemplate[]): void {
    const { namespace } = object;
    const storageClass = text(object.manifest, "spec.storage.storageClass");
    const size = text(object.manifest, "spec.storage.size") ?? "1Gi";
    const make = (kindName: string, name: string, manifest: Properties): void => {
        const kind = builtinKinds.get(`v1/${kindName}`);
        if (kind !== undefined && cluster.objects.find("v1", kindName, namespace, name) === undefined) {
            const made = cluster.add({
                kind,
                namespace,
                name,
                manifest: { metadata: { name, namespace }, ...manifest },
                owner: object,
            });
            made.readyAt = cluster.now;
        }
    };
    for (const pod of pods) {
        const spec = {
            accessModes: ["ReadWriteOnce"],
            resources: { requests: { storage: size } },
            ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
        };
        bindClaim(cluster, { namespace, name: pod.name, spec, labels: pod.labels }, object);
    }
    for (const [suffix, role] of [
        ["rw", "primary"],
        ["ro", "replica"],
        ["r", undefined],
    ] as const) {
        const selector = {
            "cnpg.io/cluster": object.name,
            "cnpg.io/podRole": "instance",
            ...(role === undefined ? {} : { "cnpg.io/instanceRole": role }),
        };
        make("Service", `${object.name}-${suffix}`, {
            spec: {
                type: "ClusterIP",
                selector,
                ports: [{ name: "postgres", port: 5432, targetPort: 5432, protocol: "TCP" }],
            },
        });
    }
    make("ServiceAccount", object.name, {});
    for (const secret of [
        "ca",
        "server",
        "replication",
        ...(text(object.manifest, "spec.bootstrap.initdb.secret.name") === undefined ? ["app"] : []),
    ]) {
        make("Secret", `${object.name}-${secret}`, {
            type: secret === "app" ? "kubernetes.io/basic-auth" : "kubernetes.io/tls",
            data: { username: "", password: "" },
        });
    }
}
