import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { syncName } from "../../../components/delivery/git-sync";
import { projectFolder } from "../../harness/stack-config";

const gitops = join(projectFolder, "gitops");

interface Manifest {
    readonly kind: string;
    readonly metadata: {
        readonly name: string;
        readonly namespace?: string;
        readonly labels?: Record<string, string>;
        readonly annotations?: Record<string, string>;
    };
    readonly spec: Record<string, unknown>;
}

const files = readdirSync(gitops, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".yaml"));

/** Every object the repository holds, with the file it is in. */
const manifests = files
    .filter((file) => !file.endsWith("kustomization.yaml") && !file.endsWith(".sops.yaml"))
    .flatMap((file) =>
        parseAllDocuments(readFileSync(join(gitops, file), "utf8")).map((each) => ({
            file,
            manifest: each.toJS() as Manifest,
        })),
    );

const of = (kind: string) => manifests.filter(({ manifest }) => manifest.kind === kind);
const syncs = of("Kustomization").map(({ file, manifest }) => ({
    stack: file.split("/")[0] ?? "",
    name: manifest.metadata.name,
    ...(manifest.spec as {
        path: string;
        sourceRef: { name: string };
        dependsOn?: { name: string }[];
        prune: boolean;
        wait?: boolean;
        healthChecks?: object[];
    }),
}));

test("every chart is pinned to one version and comes from a source that is there", () => {
    const sources = of("HelmRepository").map(({ manifest }) => manifest.metadata.name);
    const charts = of("HelmRelease").flatMap(({ manifest }) => {
        const chart = manifest.spec.chart as
            | { spec: { chart: string; version: string; sourceRef: { name: string } } }
            | undefined;
        return chart === undefined ? [] : [chart.spec];
    });
    expect(charts.map(({ chart, version }) => `${chart} ${version}`).sort()).toEqual([
        "alloy 1.10.0",
        "cert-manager v1.21.2",
        "tailscale-operator 1.98.9",
        "traefik 41.3.0",
    ]);
    expect(charts.filter(({ sourceRef }) => !sources.includes(sourceRef.name))).toEqual([]);
});

test("every namespace says which pod security it enforces", () => {
    expect(
        Object.fromEntries(
            of("Namespace").map(({ manifest }) => [
                manifest.metadata.name,
                manifest.metadata.labels?.["pod-security.kubernetes.io/enforce"],
            ]),
        ),
    ).toEqual({
        "cert-manager": "restricted",
        ingress: "restricted",
        tailscale: "privileged",
        monitoring: "restricted",
        private: "restricted",
    });
});

test("everything is put into a namespace that is there before it", () => {
    const known = ["flux-system", ...of("Namespace").map(({ manifest }) => manifest.metadata.name)];
    expect(
        manifests.filter(({ manifest: { metadata } }) => metadata.namespace && !known.includes(metadata.namespace)),
    ).toEqual([]);
});

test.each(["oci-free", "oci-free-2026"])(
    "in %s every Kustomization follows the synced source, prunes and waits; that of the secrets for each by its name",
    (stack) => {
        const own = syncs.filter((each) => [stack, "base"].includes(each.stack));
        expect(own.map(({ name }) => name).sort()).toEqual([
            "alloy",
            "cert-manager",
            "ingress",
            "issuers",
            "private-service",
            "secrets",
            "tailscale",
        ]);
        expect(own.filter(({ sourceRef, prune }) => sourceRef.name !== syncName || !prune)).toEqual([]);
        // With `wait` Flux would look at no health check, and an empty folder of secrets would be Ready.
        expect(own.filter(({ wait }) => !wait).map(({ name }) => name)).toEqual(["secrets"]);
        const checks = own.find(({ name }) => name === "secrets")?.healthChecks ?? [];
        const templates = of("Secret").map(({ manifest: { kind, metadata } }) => ({
            apiVersion: "v1",
            kind,
            name: metadata.name,
            namespace: metadata.namespace,
        }));
        expect(new Set(checks)).toEqual(new Set(templates));
    },
);

test.each(["oci-free", "oci-free-2026"])("in %s whatever reads a secret comes after the secrets", (stack) => {
    const after = Object.fromEntries(
        syncs
            .filter((each) => [stack, "base"].includes(each.stack))
            .map(({ name, dependsOn }) => [name, (dependsOn ?? []).map((each) => each.name)]),
    );
    expect(after).toEqual({
        secrets: [],
        ingress: [],
        "cert-manager": [],
        issuers: ["cert-manager", "ingress"],
        tailscale: ["secrets"],
        alloy: ["secrets"],
        "private-service": ["tailscale"],
    });
});

test("every path a Kustomization names is a folder, and all but the secrets hold a kustomization already", () => {
    for (const { path } of syncs) {
        expect(existsSync(join(projectFolder, path)), path).toBe(true);
        expect(existsSync(join(projectFolder, path, "kustomization.yaml")), path).toBe(!path.endsWith("/secrets"));
    }
});

test("the repository holds no Secret but empty templates, and nobody's recipient", () => {
    expect(of("Secret").filter(({ file }) => !file.endsWith(".secret.yaml"))).toEqual([]);
    const text = files.map((file) => readFileSync(join(gitops, file), "utf8")).join("\n");
    expect(text).not.toMatch(/age1[0-9a-z]{58}|AGE-SECRET-KEY|ENC\[/);
});

test("no Secret goes with a file that is lost", () => {
    const kept = of("Secret").map(
        ({ manifest }) => manifest.metadata.annotations?.["kustomize.toolkit.fluxcd.io/prune"],
    );
    expect(kept).toEqual(["disabled", "disabled"]);
});

test("the ingress controller's node ports are those the host in front translates 80 and 443 to", () => {
    const traefik = of("HelmRelease").find(({ file }) => file === "base/ingress/release.yaml");
    expect(traefik?.manifest.spec.values).toMatchObject({
        service: { spec: { type: "NodePort" } },
        ports: { web: { nodePort: 30080 }, websecure: { nodePort: 30443 } },
    });
});

test("Alloy's token, which goes to kubelets nobody vouches for, reads no Secret", () => {
    const alloy = of("HelmRelease").find(({ file }) => file === "base/alloy/release.yaml");
    expect(alloy?.manifest.spec.values).toMatchObject({
        rbac: { rules: [{ apiGroups: [""], resources: ["pods", "pods/log"], verbs: ["get", "list", "watch"] }] },
    });
});

test("the private service has neither node port nor ingress, and only the mesh's proxy may call it", () => {
    const inside = manifests.filter(({ file }) => file.startsWith("base/private-service"));
    expect(inside.map(({ manifest }) => manifest.kind)).toEqual(["Deployment", "Service", "NetworkPolicy"]);
    expect(inside[1]?.manifest.spec).toMatchObject({ type: "ClusterIP" });
    expect(inside[2]?.manifest.spec).toMatchObject({
        podSelector: {},
        ingress: [{ from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "tailscale" } } }] }],
    });
    expect(of("Ingress")).toEqual([]);
});
