import { expect, test } from "vitest";
import { Flux } from "../../../components/delivery/flux";
import { GitSync } from "../../../components/delivery/git-sync";
import { SopsKey } from "../../../components/delivery/sops-key";
import { home, listed, named, recorded, stand, withoutSecrets } from "../kubernetes/recorded";

const ageKey = "AGE-SECRET-KEY-1QQQQ";

const delivery = () =>
    recorded(() => {
        const cluster = home();
        const flux = new Flux("flux", { home: cluster, cilium: stand("cilium"), version: "2.18.3" });
        const sopsKey = new SopsKey("sops-key", { home: cluster, flux, ageKey });
        new GitSync("cluster", {
            home: cluster,
            flux,
            sopsKey,
            repository: "https://github.com/me/strata",
            branch: "main",
            path: "gitops/oci-free",
            intervalSeconds: 60,
        });
    });

test("delivery is a namespace, a chart, a key, a source and what is made of it", async () => {
    expect(listed(await delivery())).toEqual([
        "strata:delivery:GitSync cluster",
        "kubernetes:kustomize.toolkit.fluxcd.io/v1:Kustomization cluster-kustomization",
        "kubernetes:source.toolkit.fluxcd.io/v1:GitRepository cluster-source",
        "strata:delivery:Flux flux",
        "kubernetes:helm.sh/v3:Release flux-chart",
        "kubernetes:core/v1:Namespace flux-namespace",
        "strata:delivery:SopsKey sops-key",
        "kubernetes:core/v1:Secret sops-key-secret",
    ]);
});

test("the chart is pinned, keeps its name, comes after the pod network and goes with the cluster", async () => {
    const { inputs, dependencies, deletedWith } = named(await delivery(), "flux-chart");
    expect(inputs).toMatchObject({
        name: "flux",
        namespace: "flux-system",
        chart: "flux2",
        version: "2.18.3",
        repositoryOpts: { repo: "https://fluxcd-community.github.io/helm-charts" },
    });
    expect(dependencies).toEqual(expect.arrayContaining(["cilium", "flux-namespace"]));
    expect(deletedWith).toBe("birth");
});

test("only the controllers that fetch, apply and install run", async () => {
    expect(named(await delivery(), "flux-chart").inputs.values).toEqual({
        installCRDs: true,
        policies: { create: true },
        notificationController: { create: false },
        imageAutomationController: { create: false },
        imageReflectionController: { create: false },
    });
});

test("the namespace of Flux holds its pods to the restricted level", async () => {
    expect(named(await delivery(), "flux-namespace").inputs.metadata).toEqual({
        name: "flux-system",
        labels: {
            "pod-security.kubernetes.io/enforce": "restricted",
            "pod-security.kubernetes.io/audit": "restricted",
            "pod-security.kubernetes.io/warn": "restricted",
        },
    });
});

test("the age key is a secret under the name Flux looks for, and in nothing else", async () => {
    const resources = await delivery();
    const { inputs } = named(resources, "sops-key-secret");
    expect(inputs).toMatchObject({
        metadata: { name: "sops-age", namespace: "flux-system" },
        stringData: { secret: { "age.agekey": ageKey } },
    });
    expect(withoutSecrets(resources)).not.toContain("AGE-SECRET-KEY");
});

test("the key waits for the namespace and not for the controllers", async () => {
    const { dependencies } = named(await delivery(), "sops-key-secret");
    expect(dependencies).toContain("flux-namespace");
    expect(dependencies).not.toContain("flux-chart");
});

test("the repository is looked at every minute", async () => {
    const { inputs, dependencies } = named(await delivery(), "cluster-source");
    expect(inputs.spec).toEqual({
        url: "https://github.com/me/strata",
        ref: { branch: "main" },
        interval: "60s",
    });
    expect(dependencies).toContain("flux-chart");
});

test("the sync decrypts, prunes, waits for what it applied, and comes after the key and the source", async () => {
    const { inputs, dependencies } = named(await delivery(), "cluster-kustomization");
    expect(inputs.spec).toEqual({
        sourceRef: { kind: "GitRepository", name: "flux-system" },
        path: "./gitops/oci-free",
        interval: "10m",
        retryInterval: "60s",
        timeout: "25m",
        prune: true,
        wait: true,
        decryption: { provider: "sops", secretRef: { name: "sops-age" } },
    });
    expect(dependencies).toEqual(expect.arrayContaining(["sops-key-secret", "cluster-source"]));
});

test("source and sync are there once Flux calls them ready", async () => {
    const resources = await delivery();
    for (const name of ["cluster-source", "cluster-kustomization"]) {
        expect(named(resources, name).inputs.metadata).toMatchObject({
            annotations: { "pulumi.com/waitFor": "condition=Ready" },
        });
    }
});

test("its facts name the nodes Flux's pods may start again on, and what it needs", async () => {
    expect(named(await delivery(), "flux").outputs.facts).toMatchObject({
        services: [
            {
                name: "flux",
                redundancy: { rule: "any-of" },
                members: { "flux-on-w0": "machine/w0", "flux-on-w1": "machine/w1" },
                needs: ["kubernetes-api", "cilium"],
            },
        ],
    });
});
