import { Secret, unknownCheckingProxy } from "@pulumi/policy";
import { secretsPreservingProxy } from "@pulumi/policy/secret";
import { describe, expect, test } from "vitest";
import { resourceOf } from "../../../policy/graph";
import { secretPathsOf } from "../../../policy/plain";
import { rules } from "../../../policy/rules";
import { isPinned } from "../../../policy/rules/hygiene/pinned-images";
import { plainSecrets } from "../../../policy/rules/hygiene/plain-secrets";
import { settingsFrom } from "../../../policy/settings";
import { type Declared, judged, messages, TODAY, UNKNOWN_NUMBER, UNKNOWN_TEXT } from "./stack";

const of = (type: string, inputs: Record<string, unknown> = {}, more: Partial<Declared> = {}): Declared => ({
    type,
    name: "x",
    inputs,
    ...more,
});
const only = (id: string) => rules.filter((rule) => rule.id === id);

const namespace = (labels: unknown, name = "apps"): Declared =>
    of("kubernetes:core/v1:Namespace", { metadata: { name, labels } });
const release = (inputs: Record<string, unknown>): Declared => of("kubernetes:helm.sh/v3:Release", inputs);
const pod = (image: unknown): Declared =>
    of("kubernetes:apps/v1:Deployment", { spec: { template: { spec: { containers: [{ name: "a", image }] } } } });
const list = (rule: Record<string, unknown>): Declared =>
    of("oci:Core/securityList:SecurityList", { ingressSecurityRules: [rule] });
const tcp = (min: unknown, max: unknown, source: unknown = "0.0.0.0/0"): Record<string, unknown> => ({
    protocol: "6",
    source,
    tcpOptions: { min, max },
});
const level = { "pod-security.kubernetes.io/enforce": "restricted" };
const digest = `registry.example.org/app@sha256:${"0".repeat(64)}`;

/** Rule, what it lets pass, what it does not, what it cannot judge and at which level it says so. */
const table: readonly (readonly [string, Declared[], Declared[], Declared[], string])[] = [
    [
        "hygiene-pinned-charts",
        [release({ chart: "cilium", version: "1.18.14" })],
        [release({ chart: "cilium" })],
        [release({ chart: "cilium", version: UNKNOWN_TEXT })],
        "advisory",
    ],
    [
        "hygiene-pinned-charts",
        [release({ chart: "./charts/app" })],
        [release({ chart: "cilium", version: "^1.18.0" })],
        [],
        "advisory",
    ],
    [
        "hygiene-pinned-charts",
        [of("kubernetes:helm.sh/v4:Chart", { chart: "x", version: "v1.2.3-rc.1" })],
        [of("kubernetes:helm.sh/v4:Chart", { chart: "x", version: "1.18" })],
        [],
        "advisory",
    ],
    ["hygiene-pinned-images", [pod("postgres:16.4")], [pod("postgres")], [pod(UNKNOWN_TEXT)], "advisory"],
    ["hygiene-pinned-images", [pod(digest)], [pod("localhost:5000/app:latest")], [], "advisory"],
    [
        "hygiene-pinned-images",
        [of("kubernetes:postgresql.cnpg.io/v1:Cluster", { spec: { imageName: "pg:16.4" } })],
        [of("kubernetes:postgresql.cnpg.io/v1:Cluster", { spec: { imageName: "pg:latest" } })],
        [],
        "advisory",
    ],
    [
        "hygiene-namespace-pod-security",
        [namespace(level)],
        [namespace({})],
        [namespace({ "pod-security.kubernetes.io/enforce": UNKNOWN_TEXT })],
        "advisory",
    ],
    [
        "hygiene-namespace-pod-security",
        [namespace(undefined, "kube-system")],
        [namespace({ "pod-security.kubernetes.io/enforce": "strict" })],
        [namespace(UNKNOWN_TEXT)],
        "advisory",
    ],
    ["hygiene-admin-ports", [list(tcp(443, 443))], [list(tcp(22, 22))], [list(tcp(22, 22, UNKNOWN_TEXT))], "mandatory"],
    [
        "hygiene-admin-ports",
        [list(tcp(22, 22, "192.0.2.7/32"))],
        [list({ protocol: "all", source: "::/0" })],
        [list(tcp(UNKNOWN_NUMBER, 22))],
        "mandatory",
    ],
    [
        "hygiene-admin-ports",
        [list(tcp(30000, 32767))],
        [list(tcp(5000, 7000))],
        [of("oci:Core/securityList:SecurityList", { ingressSecurityRules: [UNKNOWN_TEXT] })],
        "mandatory",
    ],
    [
        "hygiene-admin-ports",
        [list({ protocol: "17", source: "0.0.0.0/0" })],
        [list(tcp(50001, 50001))],
        [of("oci:Core/securityList:SecurityList", { ingressSecurityRules: UNKNOWN_TEXT })],
        "mandatory",
    ],
    [
        "hygiene-admin-ports",
        [
            of("oci:Core/networkSecurityGroupSecurityRule:NetworkSecurityGroupSecurityRule", {
                direction: "EGRESS",
                protocol: "all",
                source: "0.0.0.0/0",
            }),
        ],
        [
            of("oci:Core/networkSecurityGroupSecurityRule:NetworkSecurityGroupSecurityRule", {
                direction: "INGRESS",
                protocol: "6",
                source: "0.0.0.0/0",
                tcpOptions: { destinationPortRange: { min: 8006, max: 8006 } },
            }),
        ],
        [
            of("oci:Core/networkSecurityGroupSecurityRule:NetworkSecurityGroupSecurityRule", {
                direction: "INGRESS",
                protocol: "6",
                source: UNKNOWN_TEXT,
            }),
        ],
        "mandatory",
    ],
    [
        "hygiene-admin-ports",
        [
            of("aws:ec2/securityGroup:SecurityGroup", {
                ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["0.0.0.0/0"] }],
            }),
        ],
        [
            of("aws:ec2/securityGroup:SecurityGroup", {
                ingress: [{ protocol: "-1", fromPort: 0, toPort: 0, ipv6CidrBlocks: ["::/0"] }],
            }),
        ],
        [
            of("aws:ec2/securityGroup:SecurityGroup", {
                ingress: [{ protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks: [UNKNOWN_TEXT] }],
            }),
        ],
        "mandatory",
    ],
    [
        "hygiene-admin-ports",
        [
            of("hcloud:index/firewall:Firewall", {
                rules: [{ direction: "in", protocol: "tcp", port: "443", sourceIps: ["0.0.0.0/0"] }],
            }),
        ],
        [
            of("hcloud:index/firewall:Firewall", {
                rules: [{ direction: "in", protocol: "tcp", port: "2000-3000", sourceIps: ["0.0.0.0/0"] }],
            }),
        ],
        [
            of("hcloud:index/firewall:Firewall", {
                rules: [{ direction: "in", protocol: "tcp", port: UNKNOWN_TEXT, sourceIps: [] }],
            }),
        ],
        "mandatory",
    ],
    [
        "hygiene-protected-data",
        [of("oci:Core/volume:Volume", {}, { protect: true })],
        [of("oci:Core/volume:Volume")],
        [of("proxmoxve:index/vmLegacy:VmLegacy", { disks: UNKNOWN_TEXT })],
        "advisory",
    ],
    [
        "hygiene-protected-data",
        [of("proxmoxve:index/vmLegacy:VmLegacy", { disks: [{}] })],
        [of("proxmoxve:index/vmLegacy:VmLegacy", { disks: [{}, {}] })],
        [],
        "advisory",
    ],
    [
        "hygiene-barman-plugin",
        [
            of("kubernetes:postgresql.cnpg.io/v1:Cluster", {
                spec: { plugins: [{ name: "barman-cloud.cloudnative-pg.io" }] },
            }),
        ],
        [
            of("kubernetes:postgresql.cnpg.io/v1:Cluster", {
                spec: { backup: { barmanObjectStore: { destinationPath: "s3://b" } } },
            }),
        ],
        [of("kubernetes:postgresql.cnpg.io/v1:Cluster", { spec: { backup: UNKNOWN_TEXT } })],
        "advisory",
    ],
];

describe.each(table)("%s", (id, passing, failing, unknown, doubtLevel) => {
    test("passes, fails, and says what it cannot know", async () => {
        expect(await judged(only(id), passing)).toEqual([]);
        const said = await judged(only(id), failing);
        expect(said).toHaveLength(1);
        expect(said[0]).toMatchObject({ rule: id, level: only(id)[0]?.level, resource: "x" });
        for (const doubt of unknown.length === 0 ? [] : await judged(only(id), unknown)) {
            expect(doubt).toMatchObject({ level: doubtLevel });
            expect(doubt.message).toContain("cannot know");
        }
        expect((await judged(only(id), unknown)).length).toBe(unknown.length);
    });
});

test("an open port can be allowed by number", async () => {
    const config = { "hygiene-admin-ports": { allow: [6443] } };
    expect(await judged(only("hygiene-admin-ports"), [list(tcp(6443, 6443))], { config })).toEqual([]);
    expect(await judged(only("hygiene-admin-ports"), [list(tcp(6443, 8006))], { config })).toHaveLength(1);
});

test.each([
    ["postgres", false],
    ["postgres:latest", false],
    ["host:5000/postgres", false],
    ["host:5000/postgres:16", true],
    [digest, true],
    ["postgres:latest@sha256:x", false],
])("%s is pinned: %s", (image, expected) => {
    expect(isPinned(image)).toBe(expected);
});

describe("storage classes", () => {
    const storageClass = (name: string, isDefault = false): Declared => ({
        type: "kubernetes:storage.k8s.io/v1:StorageClass",
        name,
        inputs: {
            metadata: {
                name,
                annotations: isDefault ? { "storageclass.kubernetes.io/is-default-class": "true" } : {},
            },
        },
    });
    const claim = (storageClassName?: unknown): Declared =>
        of("kubernetes:core/v1:PersistentVolumeClaim", {
            spec: storageClassName === undefined ? {} : { storageClassName },
        });
    const rule = only("hygiene-storage-classes");

    test.each<[string, Declared[], object]>([
        ["made by the stack", [storageClass("ceph-block"), claim("ceph-block")], {}],
        ["the stack's default", [storageClass("ceph-block", true), claim()], {}],
        ["listed", [claim("oci-bv")], { known: ["oci-bv"] }],
        ["the cluster's default", [storageClass("other"), claim()], { hasDefault: true }],
        [
            "made by Rook's chart",
            [
                {
                    ...release({
                        chart: "rook-ceph-cluster",
                        values: { cephBlockPools: [{ storageClass: { name: "fast" } }] },
                    }),
                    name: "rook",
                },
                claim("fast"),
            ],
            {},
        ],
    ])("a class %s is known", async (_, stack, options) => {
        expect(await judged(rule, stack, { config: { "hygiene-storage-classes": options } })).toEqual([]);
    });

    test.each<[string, Declared[], string]>([
        ["another class", [storageClass("ceph-block"), claim("gold")], "storage class gold"],
        ["no class and no default", [storageClass("ceph-block"), claim()], "makes no default class"],
        [
            "a template of a stateful set",
            [
                storageClass("ceph-block"),
                of("kubernetes:apps/v1:StatefulSet", {
                    spec: { volumeClaimTemplates: [{ spec: { storageClassName: "gold" } }] },
                }),
            ],
            "spec.volumeClaimTemplates.0.spec.storageClassName",
        ],
        [
            "a database",
            [
                storageClass("ceph-block"),
                of("kubernetes:postgresql.cnpg.io/v1:Cluster", { spec: { storage: { storageClass: "gold" } } }),
            ],
            "spec.storage.storageClass",
        ],
        [
            "a broker",
            [
                storageClass("ceph-block"),
                of("kubernetes:rabbitmq.com/v1beta1:RabbitmqCluster", {
                    spec: { persistence: { storageClassName: "gold" } },
                }),
            ],
            "spec.persistence.storageClassName",
        ],
    ])("%s is a violation", async (_, stack, expected) => {
        const said = await judged(rule, stack);
        expect(said.map(({ level: found }) => found)).toEqual(["mandatory"]);
        expect(said[0]?.message).toContain(expected);
    });

    test("a stack that does not make the cluster's classes cannot know them", async () => {
        for (const stack of [[claim("gold")], [storageClass("a"), claim(UNKNOWN_TEXT)]]) {
            expect((await judged(rule, stack)).map(({ rule: said }) => said)).toEqual(["unknown-values"]);
        }
    });
});

describe("secrets", () => {
    /** As a remediation is handed properties: marked secrets behind the SDK's two proxies. */
    const handed = (properties: Record<string, unknown>) => unknownCheckingProxy(secretsPreservingProxy(properties));
    const judge = (
        type: string,
        inputs: Record<string, unknown>,
        marked: readonly string[] | undefined,
        allow: string[] = [],
    ) =>
        plainSecrets
            .judge(
                {
                    ...resourceOf({ urn: "urn", type, name: "x", props: {}, inputs, dependencies: [] }),
                    secretPaths: marked === undefined ? undefined : new Set(marked),
                },
                { ...settingsFrom({}, TODAY), options: { allow } },
            )
            .map(({ message, kind }) => `${kind ?? "violation"}: ${message}`);

    test("their marks are seen through the SDK's proxies", () => {
        const inputs = { a: new Secret("x"), list: [{ b: new Secret({ c: 1 }) }], plain: "y", empty: null };
        expect([...secretPathsOf(handed(inputs))].sort()).toEqual(["a", "list.0.b"]);
        expect([...secretPathsOf({ plain: "y" })]).toEqual([]);
    });

    test.each<[string, string, Record<string, unknown>, string]>([
        ["a password", "random:x:X", { adminPassword: "hunter2" }, "adminPassword"],
        ["a nested token", "x:y:Z", { connection: { apiToken: "abc" } }, "connection.apiToken"],
        [
            "a Kubernetes secret's value",
            "kubernetes:core/v1:Secret",
            { stringData: { user: "app" } },
            "stringData.user",
        ],
        ["a private key under any name", "x:y:Z", { file: "-----BEGIN OPENSSH PRIVATE KEY-----\nx" }, "file"],
        [
            "a kubeconfig",
            "pulumi:providers:kubernetes",
            { kubeconfig: "users:\n- user: {client-key-data: eA==}" },
            "kubeconfig",
        ],
        ["an age key", "x:y:Z", { data: "AGE-SECRET-KEY-1ABC" }, "data"],
    ])("%s in plain text is a violation, and none when it is marked", (_, type, inputs, path) => {
        expect(judge(type, inputs, [])).toEqual([
            `violation: x: ${path} holds a secret in plain text; mark it with pulumi.secret or take it from secret config.`,
        ]);
        expect(judge(type, inputs, [path])).toEqual([]);
        expect(judge(type, inputs, [path.split(".")[0] ?? ""])).toEqual([]);
        expect(judge(type, inputs, [], [path])).toEqual([]);
        expect(judge(type, inputs, undefined)[0]).toContain("unknown: x: cannot know whether");
    });

    test.each<[string, Record<string, unknown>]>([
        ["the name of a secret", { existingSecret: "db-credentials", secretName: "tls" }],
        ["a reference", { passwordSecretRef: { name: "db", key: "password-key" } }],
        ["nothing", { password: "" }],
        ["a switch", { token: true }],
        ["a public key", { publicKey: "ssh-ed25519 AAAA" }],
    ])("%s is no secret", (_, inputs) => {
        expect(judge("x:y:Z", inputs, [])).toEqual([]);
    });

    test("a value that is not known yet is judged where it is made", async () => {
        expect(await messages(only("hygiene-plain-secrets"), [of("x:y:Z", { password: UNKNOWN_TEXT })])).toEqual([]);
    });
});
