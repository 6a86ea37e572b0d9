/** What the API server says to mistakes in objects of the stacks, and what the rehearsed world says to the same. */
import { beforeEach, describe, expect, test } from "vitest";
import { builtinKinds } from "../../../rehearsal/world/kubernetes/kinds";
import { violationsOf } from "../../../rehearsal/world/kubernetes/pod-security";
import { demandValid } from "../../../rehearsal/world/kubernetes/validation";
import { isProperties, type Properties, text, type Value } from "../../../rehearsal/world/value";
import { ownKubeApiserver } from "../../harness/kube-apiserver";
import { stackInProcess } from "../../harness/rehearsed";
import { create, giveDefaultAccount, podsOf, tryPod } from "./create";

/** A copy of a value with one field set anew, by the keys and indexes that lead there; undefined takes it away. */
function changed(value: Value | undefined, path: readonly (string | number)[], to: Value | undefined): Value {
    const [key, ...rest] = path;
    if (key === undefined) {
        return to ?? null;
    }
    if (Array.isArray(value)) {
        return value.map((each, index) => (index === key ? changed(each, rest, to) : each));
    }
    const fields = Object.entries(isProperties(value) ? value : {});
    const old = fields.find(([name]) => name === key)?.[1];
    const others = fields.filter(([name]) => name !== key);
    const set: [string, Value][] = rest.length === 0 && to === undefined ? [] : [[`${key}`, changed(old, rest, to)]];
    return Object.fromEntries<Value>([...others, ...set]);
}

/** A copy of a map with several fields set anew. */
function setIn(
    map: Properties,
    changes: readonly (readonly [readonly (string | number)[], Value | undefined])[],
): Properties {
    const made = changes.reduce<Value>((value, [path, to]) => changed(value, path, to), map);
    return isProperties(made) ? made : {};
}

/** What the world says to an object; empty where it takes it. */
function wordsOfWorld(manifest: Properties): string {
    const kind = builtinKinds.get(`${String(manifest.apiVersion)}/${String(manifest.kind)}`);
    if (kind === undefined) {
        throw new Error(`The world has no kind '${String(manifest.kind)}'.`);
    }
    try {
        demandValid(kind, {
            manifest,
            name: text(manifest, "metadata.name") ?? "",
            namespace: text(manifest, "metadata.namespace") ?? "",
        });
        return "";
    } catch (error) {
        return error instanceof Error ? error.message : String(error);
    }
}

/** The API server shows a whole Go structure of a budget, with addresses in its memory; the world leaves it empty. */
function withoutAddresses(words: string): string {
    return words.replace(/policy\.PodDisruptionBudgetSpec\{.*\(nil\)\}/, "{}");
}

const container = ["spec", "template", "spec", "containers", 0] as const;

interface Mistake {
    readonly mistake: string;
    /** Resource of the program. */
    readonly of: string;
    readonly path: readonly (string | number)[];
    readonly to?: Value;
    readonly says: string;
}

/** Mistakes in objects of `homelab`, with what the API server makes of them. */
const mistakes: readonly Mistake[] = [
    {
        mistake: "a type of service that is none",
        of: "hubble-service",
        path: ["spec", "type"],
        to: "Loadbalancer",
        says: 'spec.type: Unsupported value: "Loadbalancer"',
    },
    {
        mistake: "a service port that is none",
        of: "hubble-service",
        path: ["spec", "ports", 0, "port"],
        to: 70_000,
        says: "must be between 1 and 65535, inclusive",
    },
    {
        mistake: "a label that is too strange",
        of: "rabbitmq-configuration",
        path: ["metadata", "labels", "tier"],
        to: "not a label",
        says: "metadata.labels: Invalid value",
    },
    {
        mistake: "a label's key that is too strange",
        of: "rabbitmq-configuration",
        path: ["metadata", "labels", "a tier"],
        to: "broker",
        says: "name part must consist of alphanumeric characters",
    },
    {
        mistake: "a service's name that begins with a digit",
        of: "hubble-service",
        path: ["metadata", "name"],
        to: "2-hubble",
        says: "a DNS-1035 label must consist of",
    },
    {
        mistake: "a namespace's name with a dot",
        of: "namespace-messaging",
        path: ["metadata", "name"],
        to: "messaging.lan",
        says: "must not contain dots",
    },
    {
        mistake: "a name with capital letters",
        of: "rabbitmq-configuration",
        path: ["metadata", "name"],
        to: "RabbitMQ",
        says: "a lowercase RFC 1123 subdomain must consist of",
    },
    {
        mistake: "a selector that misses the template's labels",
        of: "rabbitmq-brokers",
        path: ["spec", "selector", "matchLabels"],
        to: { app: "another" },
        says: "`selector` does not match template `labels`",
    },
    {
        mistake: "a negative count of replicas",
        of: "rabbitmq-brokers",
        path: ["spec", "replicas"],
        to: -1,
        says: "must be greater than or equal to 0",
    },
    {
        mistake: "a restart policy that is none of a stateful set's",
        of: "rabbitmq-brokers",
        path: ["spec", "template", "spec", "restartPolicy"],
        to: "Never",
        says: "restartPolicy: Unsupported value",
    },
    {
        mistake: "a storage class without a provisioner",
        of: "ceph-storage-class",
        path: ["provisioner"],
        says: "provisioner: Required value",
    },
    {
        mistake: "a budget that says both",
        of: "rabbitmq-disruptions",
        path: ["spec", "minAvailable"],
        to: 1,
        says: "minAvailable and maxUnavailable cannot be both set",
    },
    {
        mistake: "a count that is a text",
        of: "rabbitmq-brokers",
        path: ["spec", "replicas"],
        to: "three",
        says: "json: cannot unmarshal string into Go struct field StatefulSetSpec.spec.replicas of type int32",
    },
];

/** The API server does not look into the template of a stateful set: what is wrong there its pods are refused for. */
const mistakesOfPods: readonly Mistake[] = [
    {
        mistake: "a container without an image",
        of: "rabbitmq-brokers",
        path: [...container, "image"],
        says: "image: Required value",
    },
    {
        mistake: "a container's name with capital letters",
        of: "rabbitmq-brokers",
        path: [...container, "name"],
        to: "RabbitMQ",
        says: "a lowercase RFC 1123 label must consist of",
    },
    {
        mistake: "more memory asked for than allowed",
        of: "rabbitmq-brokers",
        path: [...container, "resources", "requests", "memory"],
        to: "64Gi",
        says: "must be less than or equal to memory limit",
    },
];

/** Fields nobody knows: only the API server has the schema to find them. */
const unknown = [
    { of: "rabbitmq-brokers", path: [...container, "imagePullpolicy"] },
    { of: "rabbitmq-clients", path: ["spec", "sessionAffinityTimeout"] },
] as const;

describe("a mistake in an object", () => {
    const server = ownKubeApiserver();
    let objects: ReadonlyMap<string, Properties> | undefined;

    beforeEach(async () => {
        if (objects === undefined) {
            const stack = stackInProcess("homelab");
            const { errors } = await stack.up();
            expect(errors).toEqual([]);
            objects = new Map([...stack.state.values()].map(({ name, inputs }) => [name, inputs]));
            for (const [, inputs] of [...objects].filter(([, { kind }]) => kind === "Namespace")) {
                expect((await create(server(), inputs)).status).toBe(201);
            }
            await giveDefaultAccount(server(), "default");
            expect((await create(server(), object("rabbitmq-account"))).status).toBe(201);
        }
    }, 600_000);

    function object(name: string): Properties {
        const found = objects?.get(name);
        if (found === undefined) {
            throw new Error(`'homelab' has no object '${name}'.`);
        }
        return found;
    }

    function mistaken(name: string, path: readonly (string | number)[], to: Value | undefined): Properties {
        return setIn(object(name), [[path, to]]);
    }

    test.each(mistakes)(
        "$mistake is refused, by the world in the API server's words",
        async ({ of, path, to, says }) => {
            const manifest = mistaken(of, path, to);
            const real = await create(server(), manifest, true);
            expect(real.status).toBeOneOf([400, 422]);
            expect(real.refusal).toContain(says);
            expect(wordsOfWorld(manifest)).toBe(withoutAddresses(real.refusal));
            expect(wordsOfWorld(object(of))).toBe("");
        },
    );

    test.each(unknown)("an unknown field of $of is refused by the API server", async ({ of, path }) => {
        const { status, refusal } = await create(server(), mistaken(of, path, "x"), true);
        expect(status).toBe(400);
        expect(refusal).toMatch(/strict decoding error: unknown field "spec\..+"/);
    });

    test("a pod that breaks every rule of its namespace is forbidden, by the world in the API server's words", async () => {
        const [pod] = podsOf([object("rabbitmq-brokers")]);
        if (pod === undefined) {
            throw new Error("RabbitMQ has no pods.");
        }
        expect((await tryPod(server(), pod)).status).toBe(201);
        const whole = isProperties(pod.template.spec) ? pod.template.spec : {};
        const context = ["containers", 0, "securityContext"];
        const loose = setIn(whole, [
            [["hostNetwork"], true],
            [["securityContext"], { runAsUser: 0 }],
            [context, { privileged: true, capabilities: { add: ["SYS_ADMIN"] } }],
        ]);
        const privileged = setIn(whole, [[context, { privileged: true }]]);
        const mounting = setIn(whole, [[["volumes"], [{ name: "host", hostPath: { path: "/" } }]]]);
        for (const [level, namespace] of [
            ["restricted", "messaging"],
            ["baseline", "default"],
        ] as const) {
            for (const each of [loose, privileged, mounting]) {
                // In the other namespace there is no account of RabbitMQ's; the volumes others mount are gone.
                const spec = setIn(each, [
                    [["serviceAccountName"], "default"],
                    [["initContainers"], undefined],
                    [["containers", 0, "volumeMounts"], undefined],
                ]);
                const template = Object.fromEntries<Value>([...Object.entries(pod.template), ["spec", spec]]);
                const real = await tryPod(server(), { ...pod, namespace, template });
                expect({ ...real, refusal: real.status === 403 ? "" : real.refusal }).toMatchObject({
                    status: 403,
                    refusal: "",
                });
                const world = violationsOf(level, spec).join(", ");
                expect(`pods "rabbitmq-0" is forbidden: violates PodSecurity "${level}:latest": ${world}`).toBe(
                    real.refusal,
                );
            }
        }
        // A workload with such a template is stored, with a warning: only its pods are refused.
        const stored = await create(server(), mistaken("rabbitmq-brokers", ["spec", "template", "spec"], loose), true);
        expect(stored.status).toBe(201);
        expect(stored.warnings.join()).toContain("would violate PodSecurity");
    });

    test.each(mistakesOfPods)(
        "$mistake is stored in a stateful set and refused as its pod: the world says so at once",
        async ({ of, path, to, says }) => {
            const manifest = mistaken(of, path, to);
            expect((await create(server(), manifest, true)).status).toBe(201);
            const [pod] = podsOf([manifest]);
            const refusal = pod === undefined ? "" : (await tryPod(server(), pod)).refusal;
            expect(refusal).toContain(says);
            expect(wordsOfWorld(manifest)).toBe(
                refusal
                    .replace('Pod "rabbitmq-0"', 'StatefulSet.apps "rabbitmq"')
                    .replace("invalid: spec.", "invalid: spec.template.spec."),
            );
        },
    );

    test("a mode of access that is none is refused of a claim", async () => {
        const claim = {
            apiVersion: "v1",
            kind: "PersistentVolumeClaim",
            metadata: { name: "data", namespace: "messaging" },
            spec: { accessModes: ["ReadWriteTwice"], resources: { requests: { storage: "1Gi" } } },
        };
        const { status, refusal } = await create(server(), claim, true);
        expect(status).toBe(422);
        expect(wordsOfWorld(claim)).toBe(refusal);
    });
});
