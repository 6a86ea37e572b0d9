import { expect, test } from "vitest";
import { stringify } from "yaml";
import { sopsEncrypt } from "../../../../rehearsal/world/sops/sops";
import type { Properties } from "../../../../rehearsal/world/value";
import { FluxStage, list, map, otherKey, ownKey, ownRepository, repositoryOf, url, write } from "./flux-stage";

const child = (name: string, path: string, spec: Properties = {}) =>
    stringify({
        apiVersion: "kustomize.toolkit.fluxcd.io/v1",
        kind: "Kustomization",
        metadata: { name, namespace: "flux-system" },
        spec: {
            sourceRef: { kind: "GitRepository", name: "flux-system" },
            path: `./gitops/${path}`,
            interval: "10m",
            prune: true,
            wait: true,
            ...spec,
        },
    });

test("without the definitions of Flux's kinds a GitRepository is refused", async () => {
    const stage = new FluxStage(repositoryOf({}));
    await stage.cilium();
    await stage.namespace("flux-system", "restricted");
    await expect(stage.source()).rejects.toThrow('no matches for kind "GitRepository" in version "source.toolkit');
});

test("Flux's chart does not come up without its definitions, or where no node takes its pods", async () => {
    const stage = new FluxStage(repositoryOf({}));
    await stage.namespace("flux-system", "restricted");
    await expect(stage.flux()).rejects.toThrow("node.kubernetes.io/not-ready");
    await stage.cilium();
    await expect(stage.flux({ name: "other", values: { installCRDs: false } })).rejects.toThrow("no matches for kind");
});

test.each([
    ["2.18.3", "1.32.9", ">=1.33.0-0"],
    ["2.17.2", "1.31.4", ">=1.32.0-0"],
] as const)("Flux's chart %s does not come up on Kubernetes %s", async (version, kubernetesVersion, range) => {
    const stage = new FluxStage(repositoryOf({}), { kubernetesVersion });
    await stage.cilium();
    await stage.namespace("flux-system", "restricted");
    await expect(stage.flux({ version })).rejects.toThrow(
        `failed pre-install: job flux-flux-check failed: BackoffLimitExceeded: Kubernetes version v${kubernetesVersion} does not match ${range}`,
    );
});

test("the chart before runs on Kubernetes 1.32", async () => {
    const stage = new FluxStage(repositoryOf({}), { kubernetesVersion: "1.32.9" });
    await stage.cilium();
    await stage.namespace("flux-system", "restricted");
    await expect(stage.flux({ version: "2.17.2" })).resolves.toBeDefined();
});

test.each([
    ["at a host nobody resolves", { url: "https://gitlab.invalid/me/strata" }, "lookup gitlab.invalid: no such host"],
    ["nobody may see", { url: "https://github.com/me/other" }, "authentication required: Repository not found."],
    ["without the branch", { ref: { branch: "next" } }, 'couldn\'t find remote ref "refs/heads/next"'],
    ["whose address is none", { url: "me/strata" }, "no valid Git URL"],
] as const)("a repository %s is not Ready, in Flux's words", async (_what, spec, words) => {
    const stage = await new FluxStage(repositoryOf({})).prepared();
    await expect(stage.source(spec)).rejects.toThrow(words);
    expect(stage.says("GitRepository", "flux-system")).toContain("failed to checkout and determine revision:");
});

test("a source that is out of reach becomes ready once it is reached again, and what follows it with it", async () => {
    const stage = await new FluxStage(
        repositoryOf({ "a/kustomization.yaml": list("map.yaml"), "a/map.yaml": map("m") }),
    ).prepared();
    stage.outages.begin("github.com");
    await expect(stage.source()).rejects.toThrow(`unable to clone '${url}': dial tcp: lookup github.com: no such host`);
    await expect(stage.sync("a")).rejects.toThrow("Source artifact not found, retrying in 30s");
    expect(stage.later(1)).toHaveLength(2);
    stage.outages.end("github.com");
    expect(stage.later(1)).toEqual([]);
    expect(stage.object("v1", "ConfigMap", "default/m")).toBeDefined();
});

test("a source that gets lost later leaves what runs as it is, and says so", async () => {
    const repository = repositoryOf({ "a/kustomization.yaml": list("map.yaml"), "a/map.yaml": map("m") });
    const stage = await new FluxStage(repository).prepared();
    await stage.source();
    await stage.sync("a");
    stage.outages.begin("github.com");
    expect(stage.later(2).join()).toMatch(/GitRepository flux-system\/flux-system is not ready: .*no such host/);
    expect(stage.object("v1", "ConfigMap", "default/m")).toBeDefined();
});

test("a commit is in the cluster a minute later: what is new is applied, what is gone is pruned", async () => {
    const repository = repositoryOf({
        "a/kustomization.yaml": list("m.yaml", "n.yaml"),
        "a/m.yaml": map("m"),
        "a/n.yaml": map("n"),
    });
    const stage = await new FluxStage(repository).prepared();
    await stage.source();
    await stage.sync("a");
    stage.later(0);
    write(repository, {
        "a/kustomization.yaml": list("m.yaml", "o.yaml"),
        "a/m.yaml": map("m", "2"),
        "a/o.yaml": map("o"),
    });
    stage.later(0.5);
    expect(stage.object("v1", "ConfigMap", "default/o")).toBeUndefined();
    stage.later(0.5);
    expect(stage.object("v1", "ConfigMap", "default/o")).toBeDefined();
    expect(stage.object("v1", "ConfigMap", "default/n")).toBeUndefined();
    expect(stage.object("v1", "ConfigMap", "default/m")?.manifest.data).toEqual({ value: "2" });
});

test("without prune what is gone from the repository stays", async () => {
    const repository = repositoryOf({
        "a/kustomization.yaml": list("m.yaml", "n.yaml"),
        "a/m.yaml": map("m"),
        "a/n.yaml": map("n"),
    });
    const stage = await new FluxStage(repository).prepared();
    await stage.source();
    await stage.sync("a", { prune: false });
    write(repository, { "a/kustomization.yaml": list("m.yaml") });
    stage.later(2);
    expect(stage.object("v1", "ConfigMap", "default/n")).toBeDefined();
});

test("a namespace that says so is not pruned", async () => {
    const stage = await new FluxStage(ownRepository()).prepared();
    await stage.source();
    await stage.sync("oci-free");
    await stage.delete("kubernetes:kustomize.toolkit.fluxcd.io/v1:Kustomization", "flux-system/flux-system");
    expect(stage.object("v1", "Namespace", "private")).toBeDefined();
    expect(stage.object("apps/v1", "Deployment", "private/whoami")).toBeUndefined();
    expect(stage.cluster.releases.map(({ name }) => name).sort()).toEqual(["cilium", "flux"]);
});

test("without the key's Secret nothing encrypted is applied", async () => {
    const stage = await new FluxStage(ownRepository()).prepared("");
    await stage.delete("kubernetes:core/v1:Secret", "flux-system/sops-age");
    await stage.source();
    await expect(stage.sync("oci-free")).rejects.toThrow(
        "cannot get decryption Secret 'flux-system/sops-age': secrets \"sops-age\" not found",
    );
});

test("with another key the secrets are refused, and what needs them does not start", async () => {
    const stage = await new FluxStage(ownRepository()).prepared(otherKey.identity);
    await stage.source();
    await expect(stage.sync("oci-free")).rejects.toThrow(
        /HealthCheckFailed: health check failed after 25m: .*Kustomization flux-system\/secrets: BuildFailed: error decrypting Secret\/monitoring\/grafana-cloud: .*0 successful groups required, got 0/s,
    );
    expect(stage.says("Kustomization", "tailscale")).toBe("dependency 'flux-system/secrets' is not ready");
    expect(stage.object("v1", "Secret", "tailscale/operator-oauth")).toBeUndefined();
});

test("an encrypted Secret is refused where nobody said how to decrypt it", async () => {
    const secret = {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "s", namespace: "default" },
        stringData: { k: "v" },
    };
    const hidden = stringify(sopsEncrypt(secret, ownKey.recipient, "^stringData$"));
    const stage = await new FluxStage(
        repositoryOf({ "a/kustomization.yaml": list("s.yaml"), "a/s.yaml": hidden }),
    ).prepared();
    await stage.source();
    await expect(stage.sync("a", { decryption: null })).rejects.toThrow(
        "Secret/default/s is SOPS encrypted, configuring decryption is required",
    );
});

test.each([
    ["a folder that is not there", {}, "kustomization path not found: stat gitops/a"],
    [
        "a file that is no manifest, where nobody has made a list",
        { "a/values.yaml": "replicas: 1\n" },
        "failed to decode Kubernetes YAML from gitops/a/values.yaml",
    ],
    [
        "an object without its namespace",
        { "a/m.yaml": map("m").replace("default", "nowhere") },
        'namespaces "nowhere" not found',
    ],
    [
        "a kind nobody defined",
        { "a/m.yaml": "apiVersion: cert-manager.io/v1\nkind: ClusterIssuer\nmetadata: {name: i}\n" },
        'no matches for kind "ClusterIssuer"',
    ],
    ["an object the API server does not take", { "a/m.yaml": map("M_") }, "dry-run failed"],
] as const)("%s is refused in Flux's words", async (_what, files, words) => {
    const all: Record<string, string> =
        "a/m.yaml" in files ? { ...files, "a/kustomization.yaml": list("m.yaml") } : { "b/x": "", ...files };
    const stage = await new FluxStage(repositoryOf(all)).prepared();
    await stage.source();
    await expect(stage.sync("a")).rejects.toThrow(words);
});

test("a Kustomization waits for those it depends on", async () => {
    const files = {
        "a/kustomization.yaml": list("one.yaml", "two.yaml"),
        "a/one.yaml": child("one", "one", { dependsOn: [{ name: "two" }] }),
        "a/two.yaml": child("two", "two"),
        "one/kustomization.yaml": list("m.yaml"),
        "one/m.yaml": map("m"),
        "two/kustomization.yaml": list("m.yaml"),
        "two/m.yaml": map("n"),
    };
    const stage = await new FluxStage(repositoryOf(files)).prepared();
    await stage.source();
    await stage.sync("a");
    const [m, n] = ["m", "n"].map((name) => stage.object("v1", "ConfigMap", `default/${name}`)?.resourceVersion ?? 0);
    expect(m).toBeGreaterThan(n ?? 0);
});

test("a Kustomization that depends on one that never gets ready, or on none, does not apply anything", async () => {
    const files = {
        "a/kustomization.yaml": list("one.yaml", "two.yaml"),
        "a/one.yaml": child("one", "one", { dependsOn: [{ name: "two" }] }),
        "a/two.yaml": child("two", "nowhere"),
        "b/kustomization.yaml": list("one.yaml"),
        "b/one.yaml": child("one", "one", { dependsOn: [{ name: "zero" }] }),
        "one/kustomization.yaml": list("m.yaml"),
        "one/m.yaml": map("m"),
    };
    const stage = await new FluxStage(repositoryOf(files)).prepared();
    await stage.source();
    await expect(stage.sync("a")).rejects.toThrow("dependency 'flux-system/two' is not ready");
    await expect(stage.sync("b", {})).rejects.toThrow();
    expect(stage.object("v1", "ConfigMap", "default/m")).toBeUndefined();
});

test("without wait a Kustomization is ready as soon as it has applied", async () => {
    const files = { "a/kustomization.yaml": list("two.yaml"), "a/two.yaml": child("two", "nowhere") };
    const stage = await new FluxStage(repositoryOf(files)).prepared();
    await stage.source();
    await stage.sync("a", { wait: false });
    expect(stage.kubernetes.audit().join()).toContain("Kustomization flux-system/two is not ready");
});
