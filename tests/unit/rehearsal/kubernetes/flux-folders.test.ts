import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { readYaml, sopsEncrypt } from "../../../../rehearsal/world/sops/sops";
import { FluxStage, list, map, ownKey, ownRepository, repositoryOf, write } from "./flux-stage";

/** What an owner commits: each template filled and encrypted, and the kustomization that lists them. */
function committedSecrets(
    { checkout }: { readonly checkout: string },
    names: readonly string[],
): readonly { readonly file: string; readonly text: string }[] {
    const files = names.map((name) => {
        const template = readYaml(readFileSync(join(checkout, `gitops/base/secrets/${name}.secret.yaml`), "utf8"));
        const keys = Object.keys((template.stringData ?? {}) as object);
        const stringData = Object.fromEntries(keys.map((key) => [key, "https://rehearsed.example/push"]));
        const hidden = sopsEncrypt({ ...template, stringData }, ownKey.recipient, "^(data|stringData)$");
        return { file: `${name}.enc.yaml`, text: stringify(hidden) };
    });
    return [...files, { file: "kustomization.yaml", text: list(...files.map(({ file }) => file)) }];
}

test("a repository whose secrets nobody has made yet says which Secrets lack, and starts nothing that needs one", async () => {
    const { encrypted: _none, ...bare } = ownRepository();
    const stage = await new FluxStage(bare).prepared();
    await stage.source();
    await expect(stage.sync("oci-free")).rejects.toThrow(
        "Kustomization flux-system/secrets: HealthCheckFailed: health check failed after 5m: timeout waiting for: [Secret/tailscale/operator-oauth status: 'NotFound', Secret/monitoring/grafana-cloud status: 'NotFound']",
    );
    expect(stage.says("Kustomization", "tailscale")).toBe("dependency 'flux-system/secrets' is not ready");
    expect(stage.cluster.releases.map(({ name }) => name)).not.toContain("tailscale-operator");
});

test("a commit that loses the secrets takes none from the cluster", async () => {
    const { encrypted: _none, ...repository } = ownRepository();
    const folder = "oci-free/secrets";
    const names = ["grafana-cloud", "operator-oauth"];
    for (const { file, text } of committedSecrets(repository, names)) {
        write(repository, { [`${folder}/${file}`]: text });
    }
    const stage = await new FluxStage(repository).prepared();
    await stage.source();
    await stage.sync("oci-free");
    stage.later(0);
    for (const file of readdirSync(join(repository.checkout, "gitops", folder)).filter((each) => /ya?ml$/.test(each))) {
        rmSync(join(repository.checkout, "gitops", folder, file));
    }
    expect(stage.later(2)).toEqual([]);
    expect(stage.object("v1", "Secret", "tailscale/operator-oauth")).toBeDefined();
    expect(stage.object("v1", "Secret", "monitoring/grafana-cloud")).toBeDefined();
});

test("Flux lists a folder's manifests itself where nobody has: files, and whole folders that have a list", async () => {
    const files = {
        "a/m.yaml": map("m"),
        "a/deep/n.yml": map("n"),
        "a/deep/README.md": "# Nothing to apply",
        "a/own/kustomization.yaml": list("o.yaml"),
        "a/own/o.yaml": map("o"),
        "a/own/left-out.yaml": map("p"),
    };
    const stage = await new FluxStage(repositoryOf(files)).prepared();
    await stage.source();
    await stage.sync("a");
    const there = ["m", "n", "o", "p"].filter(
        (name) => stage.object("v1", "ConfigMap", `default/${name}`) !== undefined,
    );
    expect(there).toEqual(["m", "n", "o"]);
});

test.each([
    ["without a manifest", { "a/README.md": "# Nothing yet" }],
    ["whose kustomization names nothing", { "a/kustomization.yaml": list() }],
] as const)("a folder %s is Ready, and prunes what was there", async (_what, files) => {
    const repository = repositoryOf({ ...files, "a/kustomization.yaml": list("m.yaml"), "a/m.yaml": map("m") });
    const stage = await new FluxStage(repository).prepared();
    await stage.source();
    await stage.sync("a");
    stage.later(0);
    rmSync(join(repository.checkout, "gitops", "a"), { recursive: true });
    write(repository, files);
    expect(stage.later(2)).toEqual([]);
    expect(stage.object("v1", "ConfigMap", "default/m")).toBeUndefined();
    expect(stage.says("Kustomization", "flux-system")).toMatch(/^Applied revision/);
});

test("health checks are looked at without wait, and with it nobody looks at them", async () => {
    const repository = repositoryOf({ "a/kustomization.yaml": list("m.yaml"), "a/m.yaml": map("m") });
    const healthChecks = [{ apiVersion: "v1", kind: "Secret", namespace: "default", name: "s" }];
    const stage = await new FluxStage(repository).prepared();
    await stage.source();
    await expect(stage.sync("a", { wait: false, healthChecks })).rejects.toThrow(
        "timeout waiting for: [Secret/default/s status: 'NotFound']",
    );
    const waiting = await new FluxStage(repository).prepared();
    await waiting.source();
    await expect(waiting.sync("a", { wait: true, healthChecks })).resolves.toBeDefined();
});
