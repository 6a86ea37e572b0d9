import { expect, test } from "vitest";
import { type Properties, UNKNOWN, type Value } from "../../../../rehearsal/world/value";
import { deployment, restrictedPod } from "./manifests";
import { kubeconfig, Stage } from "./stage";

const configMap = (metadata: Properties = {}, data: Value = { key: "value" }): Properties => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "settings", namespace: "default", ...metadata },
    data,
});
const configMapType = "kubernetes:core/v1:ConfigMap";
const service = (spec: Properties): Properties => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "default" },
    spec,
});

const wrong: readonly (readonly [string, string, Properties, string])[] = [
    [
        "a namespace that is not there",
        configMapType,
        configMap({ namespace: "nowhere" }),
        'namespaces "nowhere" not found',
    ],
    [
        "an upper-case name",
        configMapType,
        configMap({ name: "Settings" }),
        'ConfigMap "Settings" is invalid: metadata.name: Invalid value: "Settings"',
    ],
    ["a label that is none", configMapType, configMap({ labels: { "a b": "c" } }), "metadata.labels: Invalid value"],
    ["data that is no text", configMapType, configMap({}, { key: 1 }), "cannot unmarshal object into Go struct field"],
    [
        "a kind without its definition",
        "kubernetes:ceph.rook.io/v1:CephCluster",
        { apiVersion: "ceph.rook.io/v1", kind: "CephCluster", metadata: { name: "x", namespace: "default" } },
        'no matches for kind "CephCluster" in version "ceph.rook.io/v1"',
    ],
    [
        "replicas in words",
        "kubernetes:apps/v1:Deployment",
        deployment("default", "web", { replicas: "three" }),
        "cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32",
    ],
    [
        "a container without an image",
        "kubernetes:apps/v1:Deployment",
        deployment("default", "web", { container: { image: null } }),
        "spec.template.spec.containers[0].image: Required value",
    ],
    [
        "a container name that is none",
        "kubernetes:apps/v1:Deployment",
        deployment("default", "web", { container: { name: "Main" } }),
        'containers[0].name: Invalid value: "Main"',
    ],
    [
        "a quantity that is none",
        "kubernetes:apps/v1:Deployment",
        deployment("default", "web", { container: { resources: { requests: { memory: "lots" } } } }),
        "quantities must match the regular expression",
    ],
    [
        "a request above its limit",
        "kubernetes:apps/v1:Deployment",
        deployment("default", "web", {
            container: { resources: { requests: { memory: "2Gi" }, limits: { memory: "1Gi" } } },
        }),
        "must be less than or equal to memory limit",
    ],
    [
        "a port out of range",
        "kubernetes:apps/v1:Deployment",
        deployment("default", "web", { container: { ports: [{ containerPort: 70000 }] } }),
        "must be between 1 and 65535, inclusive",
    ],
    [
        "a service without ports",
        "kubernetes:core/v1:Service",
        service({ selector: { app: "web" } }),
        "spec.ports: Required value",
    ],
    [
        "a service type that is none",
        "kubernetes:core/v1:Service",
        service({ type: "Public", ports: [{ port: 80 }] }),
        'spec.type: Unsupported value: "Public"',
    ],
    [
        "two ports without names",
        "kubernetes:core/v1:Service",
        service({ ports: [{ port: 80 }, { port: 81 }] }),
        "spec.ports[0].name: Required value",
    ],
    [
        "a tls secret without a key",
        "kubernetes:core/v1:Secret",
        {
            apiVersion: "v1",
            kind: "Secret",
            metadata: { name: "s", namespace: "default" },
            type: "kubernetes.io/tls",
            stringData: { "tls.crt": "x" },
        },
        "data[tls.key]: Required value",
    ],
    [
        "data that is not base64",
        "kubernetes:core/v1:Secret",
        {
            apiVersion: "v1",
            kind: "Secret",
            metadata: { name: "s", namespace: "default" },
            data: { key: "no base64!" },
        },
        "illegal base64 data",
    ],
    [
        "a claim without access modes",
        "kubernetes:core/v1:PersistentVolumeClaim",
        {
            apiVersion: "v1",
            kind: "PersistentVolumeClaim",
            metadata: { name: "c", namespace: "default" },
            spec: { resources: { requests: { storage: "1Gi" } } },
        },
        "at least 1 access mode is required",
    ],
    [
        "a class without a provisioner",
        "kubernetes:storage.k8s.io/v1:StorageClass",
        { apiVersion: "storage.k8s.io/v1", kind: "StorageClass", metadata: { name: "c" } },
        "provisioner: Required value",
    ],
    [
        "a definition with a wrong name",
        "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition",
        {
            apiVersion: "apiextensions.k8s.io/v1",
            kind: "CustomResourceDefinition",
            metadata: { name: "wrong" },
            spec: {
                group: "g.io",
                names: { plural: "things", kind: "Thing" },
                versions: [{ name: "v1", storage: true, served: true }],
            },
        },
        'must be spec.names.plural+"."+spec.group',
    ],
    [
        "a job that restarts always",
        "kubernetes:batch/v1:Job",
        {
            apiVersion: "batch/v1",
            kind: "Job",
            metadata: { name: "j", namespace: "default" },
            spec: { template: restrictedPod({ app: "j" }) },
        },
        'valid values: "OnFailure", "Never"',
    ],
];

test.each(wrong)("the API server refuses %s", async (_what, type, inputs, words) => {
    const stage = new Stage();
    await expect(stage.create(type, inputs)).rejects.toThrow(words);
});

test("a selector that does not match its pods is refused", async () => {
    const inputs = deployment("default", "web");
    const spec = { ...(inputs.spec as Properties), selector: { matchLabels: { app: "other" } } };
    await expect(new Stage().create("kubernetes:apps/v1:Deployment", { ...inputs, spec })).rejects.toThrow(
        "`selector` does not match template `labels`",
    );
});

test("replicas in words pass the check, which sees no schema offline", () => {
    const stage = new Stage();
    const operation = stage.operation("kubernetes:apps/v1:Deployment");
    const checked = stage
        .behaviour("kubernetes:apps/v1:Deployment")
        .check?.(deployment("default", "web", { replicas: "three" }), undefined, operation);
    expect(checked?.failures).toEqual([]);
});

test("what exists already is not made twice", async () => {
    const stage = new Stage();
    await stage.create(configMapType, configMap());
    await expect(stage.create(configMapType, configMap())).rejects.toThrow('configmaps "settings" already exists');
});

test("an object without a name gets one that stays", async () => {
    const stage = new Stage();
    const inputs = { apiVersion: "v1", kind: "ConfigMap", data: { a: "b" } };
    const made = await stage.create(configMapType, inputs, "settings");
    expect(made.id).toMatch(/^default\/settings-[0-9a-f]{8}$/);
    const operation = stage.operation(configMapType, "settings");
    const again = stage.behaviour(configMapType).check?.(inputs, made.inputs, operation);
    expect(again?.inputs).toEqual(made.inputs);
});

test("a read shows what was made, and no difference", async () => {
    const stage = new Stage();
    const made = await stage.create(configMapType, configMap());
    const behaviour = stage.behaviour(configMapType);
    const read = await behaviour.read(made.id, made.outputs, made.inputs, stage.operation(configMapType));
    expect(read?.outputs).toEqual(made.outputs);
    expect(read?.inputs).toEqual(made.inputs);
    expect(behaviour.diff?.(made.inputs, read?.inputs ?? {}, made.outputs).changes).toEqual([]);
});

test.each([
    ["the name of any object", configMapType, configMap(), configMap({ name: "other" }), ["metadata"]],
    ["the data of a config map", configMapType, configMap(), configMap({}, { key: "new" }), ["data"]],
    ["the labels of a config map", configMapType, configMap(), configMap({ labels: { a: "b" } }), []],
    [
        "the image of a deployment",
        "kubernetes:apps/v1:Deployment",
        deployment("default", "web"),
        deployment("default", "web", { container: { image: "x:2" } }),
        [],
    ],
    [
        "a selector",
        "kubernetes:apps/v1:Deployment",
        deployment("default", "web"),
        deployment("default", "web2"),
        ["metadata", "spec"],
    ],
    [
        "parameters of a class",
        "kubernetes:storage.k8s.io/v1:StorageClass",
        { provisioner: "p", parameters: { a: "1" } },
        { provisioner: "p", parameters: { a: "2" } },
        ["parameters"],
    ],
    [
        "claim templates",
        "kubernetes:apps/v1:StatefulSet",
        { spec: { volumeClaimTemplates: [{ spec: { a: "1" } }] } },
        { spec: { volumeClaimTemplates: [{ spec: { a: "2" } }] } },
        ["spec"],
    ],
    ["a value not known yet", configMapType, configMap(), configMap({}, UNKNOWN), []],
] as const)("a change of %s replaces what the provider replaces", (_what, type, before, after, replaces) => {
    expect(new Stage().behaviour(type).diff?.(before, after, before).replaces).toEqual(replaces);
});

test("a kubeconfig of another cluster, of nobody, and none at all are told apart", async () => {
    const stage = new Stage();
    const type = configMapType;
    const attempt = (config: Properties) =>
        stage
            .behaviour(type)
            .create(configMap(), { ...stage.operation(type), provider: { package: "kubernetes", config } });
    await expect(attempt({ kubeconfig: kubeconfig(undefined, "another authority") })).rejects.toThrow(
        "x509: certificate signed by unknown authority",
    );
    await expect(attempt({ kubeconfig: kubeconfig("https://10.10.0.99:6443") })).rejects.toThrow(
        "configured Kubernetes cluster is unreachable: unable to load schema information from the API server",
    );
    await expect(attempt({ kubeconfig: "clusters: []" })).rejects.toThrow(
        "invalid configuration: no configuration has been provided",
    );
    await expect(attempt({})).rejects.toThrow("try setting KUBERNETES_MASTER environment variable");
});

test("what is in a dead cluster is forgotten only where the provider says so", async () => {
    for (const deleteUnreachable of [false, true]) {
        const stage = new Stage({ config: { deleteUnreachable } });
        const made = await stage.create(configMapType, configMap());
        stage.alive = false;
        const operation = stage.operation(configMapType);
        const behaviour = stage.behaviour(configMapType);
        const read = behaviour.read(made.id, made.outputs, made.inputs, operation);
        const gone = behaviour.delete(made.id, made.outputs, operation);
        if (deleteUnreachable) {
            expect(await read).toBeUndefined();
            await gone;
        } else {
            await expect(read).rejects.toThrow("failed to read resource state due to unreachable cluster");
            await expect(gone).rejects.toThrow("configured Kubernetes cluster is unreachable");
        }
    }
});

test("a secret keeps what was given and shows what the server stores", async () => {
    const stage = new Stage();
    const inputs = {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "s", namespace: "default" },
        stringData: { word: "hidden" },
    };
    const made = await stage.create("kubernetes:core/v1:Secret", inputs);
    expect(made.outputs.data).toEqual({ word: Buffer.from("hidden").toString("base64") });
    expect(made.outputs.type).toBe("Opaque");
    expect(made.outputs.stringData).toEqual({ word: "hidden" });
    expect(stage.behaviour("kubernetes:core/v1:Secret").secretOutputs).toContain("data");
});

test("a definition lets its kind be made, and takes its objects along when it goes", async () => {
    const stage = new Stage();
    const definition = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition";
    const thing = { apiVersion: "g.io/v1", kind: "Thing", metadata: { name: "one" } };
    await expect(stage.create("kubernetes:g.io/v1:Thing", thing)).rejects.toThrow("no matches for kind");
    await stage.create(definition, {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: "things.g.io" },
        spec: {
            group: "g.io",
            scope: "Cluster",
            names: { plural: "things", kind: "Thing" },
            versions: [{ name: "v1", served: true, storage: true }],
        },
    });
    await stage.create("kubernetes:g.io/v1:Thing", thing);
    await stage.delete(definition, "things.g.io");
    expect(stage.kubernetes.remains()).toEqual([]);
});

test("a patch changes what somebody else made, and leaves it when it goes", async () => {
    const stage = new Stage();
    const type = "kubernetes:core/v1:NamespacePatch";
    const patch = await stage.create(type, {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: "default", labels: { team: "a" } },
    });
    expect(patch.id).toBe("default");
    await stage.delete(type, "default");
    await stage.create(configMapType, configMap());
});

test("lists and unknown tokens have no behaviour", () => {
    const stage = new Stage();
    expect(() => stage.behaviour("kubernetes:core/v1:ConfigMapList")).toThrow("no behaviour");
    expect(() => stage.behaviour("kubernetes:yaml:ConfigFile")).toThrow("no behaviour");
});
