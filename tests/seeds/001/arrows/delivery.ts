/** Arrows of the bootstrap sequence and of the applications: from three machines to what follows a branch on them. */
import { expect } from "vitest";
import { at, text } from "../../../../rehearsal/world/value";
import type { Built } from "../built";
import { type Claim, claim } from "./arrow";

const section = "Bootstrap Sequence";
const machines = ["cp-1", "cp-2", "cp-3"] as const;

/** What Flux fetches: the branch the stack names. */
function checkout(stack: Built) {
    const source = (path: string) => String(stack.input("flux-system-source", path));
    const found = stack.world.git.fetch(source("spec.url"), source("spec.ref.branch"));
    if ("problem" in found) {
        throw new Error(found.problem);
    }
    return found;
}

/** The stack's encrypted files, by their path in the repository. */
function encrypted(stack: Built): readonly (readonly [path: string, content: string])[] {
    const folder = String(stack.input("flux-system-kustomization", "spec.path")).replace("./", "");
    return [...checkout(stack).files].filter(
        ([path]) => path.startsWith(`${folder}/secrets/`) && path.endsWith(".enc.yaml"),
    );
}

/** What Talos is told of a network and of manifests to fetch. */
const configOf = ({ world }: Built, index: number) => world.talos.find(`10.20.0.1${index + 1}`)?.config ?? {};

const installed = (release: string, chart: string, repository: string) => (stack: Built) => {
    expect(stack.resource(release).type).toBe("kubernetes:helm.sh/v3:Release");
    expect(stack.input(release, "chart")).toBe(chart);
    expect(stack.input(release, "repositoryOpts.repo")).toBe(repository);
    for (const index of machines.keys()) {
        expect(at(configOf(stack, index), "cluster.network.cni.name")).toBe("none");
        expect(at(configOf(stack, index), "cluster.inlineManifests") ?? []).toEqual([]);
        expect(at(configOf(stack, index), "cluster.extraManifests") ?? []).toEqual([]);
    }
    expect([...stack.waitsFor(release)]).toContain("talos-bootstrap");
};

/** The document's applications, and where each is in the cluster. */
const applications = [
    ["Tailscale", "tailscale", "operator-"],
    ["Cert", "cert-manager", "cert-manager-"],
    ["Alloy", "monitoring", "alloy-"],
] as const;

/** Arrows that are true of the stack or its world. */
export const deliveryFacts: readonly Claim[] = [
    ...applications.flatMap(([application, namespace, prefix]) =>
        machines.map((machine, index) =>
            claim(
                "Architecture Overview",
                [`CP${index + 1} --> ${application}`],
                `${application} waits for ${machine}, which pods may run on`,
                (stack) => {
                    const { kubernetes } = stack;
                    expect([...stack.waitsFor("flux-system-kustomization")]).toContain(`talos-${machine}`);
                    const own = kubernetes.pods.filter((pod) => pod.namespace === namespace);
                    expect(own.filter(({ name }) => name.startsWith(prefix)).length).toBeGreaterThan(0);
                    expect(own.filter(({ node }) => !/^cp-[123]$/.test(node ?? ""))).toEqual([]);
                    expect(kubernetes.readyNodes().map(({ name }) => name)).toContain(machine);
                    expect(at(configOf(stack, index), "cluster.allowSchedulingOnControlPlanes")).toBe(true);
                },
            ),
        ),
    ),
    claim(section, ["TF->>PVE: Create 3 VMs"], "the program asks Proxmox VE for three machines", (stack) => {
        const asked = stack.resources.filter(({ type }) => type === "proxmoxve:index/vmLegacy:VmLegacy");
        expect(asked.map(({ name }) => name).sort()).toEqual(machines.map((name) => `machine-${name}`));
        for (const { name } of asked) {
            expect([...stack.waitsFor(name)]).toContain("proxmox-api");
        }
    }),
    claim(section, ["PVE-->>T: Boot Talos"], "each boots the Talos that is asked for", (stack) => {
        for (const [index, name] of machines.entries()) {
            expect([...stack.waitsFor(`talos-${name}`)]).toContain(`machine-${name}-boot`);
            expect(stack.world.talos.find(`10.20.0.1${index + 1}`)?.version).toBe("v1.10.5");
        }
    }),
    claim(section, ["TF->>K8s: Inject SOPS Key"], "the program puts the stack's age key into the cluster", (stack) => {
        expect([...stack.waitsFor("sops-key-secret")]).toContain("talos-kubernetes");
        const key = stack.kubernetes.objects.find("v1", "Secret", "flux-system", "sops-age");
        expect(at(key?.manifest, "stringData")).toEqual({ "age.agekey": expect.stringMatching(/^AGE-SECRET-KEY-1/) });
    }),
    claim(section, ["K8s->>GH: Poll for changes"], "Flux polls the stack's repository", (stack) => {
        expect(stack.input("flux-system-source", "spec.url")).toMatch(/^https:\/\/github\.com\//);
        expect(stack.input("flux-system-source", "spec.interval")).toBe("60s");
        const source = stack.kubernetes.objects.find(
            "source.toolkit.fluxcd.io/v1",
            "GitRepository",
            "flux-system",
            "flux-system",
        );
        expect(at(source?.status, "artifact.revision")).toBe(checkout(stack).revision);
    }),
    claim(section, ["GH-->>K8s: Encrypted manifests"], "every secret of the repository is encrypted", (stack) => {
        const files = encrypted(stack);
        expect(files.map(([path]) => path.split("/").at(-1)).sort()).toEqual([
            "grafana-cloud.enc.yaml",
            "operator-oauth.enc.yaml",
        ]);
        for (const [path, content] of files) {
            expect([path, content]).toEqual([path, expect.stringMatching(/ENC\[AES256_GCM,/)]);
            expect(content).not.toMatch(/rehearsed[ .]/);
        }
    }),
    claim(section, ["K8s->>K8s: Decrypt with SOPS"], "and is in clear in the cluster", (stack) => {
        const { kubernetes } = stack;
        const namespaces = { "grafana-cloud": "monitoring", "operator-oauth": "tailscale" };
        for (const [name, namespace] of Object.entries(namespaces)) {
            const values = at(kubernetes.objects.find("v1", "Secret", namespace, name)?.manifest, "stringData") ?? {};
            expect(Object.values(values).length).toBeGreaterThan(1);
            expect(
                Object.values(values).filter((value) => !/^(rehearsed |https:\/\/rehearsed\.)/.test(String(value))),
            ).toEqual([]);
        }
        expect(stack.input("flux-system-kustomization", "spec.decryption")).toEqual({
            provider: "sops",
            secretRef: { name: text(stack.input("sops-key-secret", "metadata"), "name") },
        });
    }),
    claim(section, ["K8s->>K8s: Apply manifests"], "what the branch holds is what is applied", (stack) => {
        const { objects } = stack.kubernetes;
        const all = objects.list("kustomize.toolkit.fluxcd.io/v1", "Kustomization");
        expect(all.map(({ name }) => name)).toEqual(expect.arrayContaining(["flux-system", "secrets", "alloy"]));
        for (const { name, status } of all) {
            expect([name, at(status, "lastAppliedRevision")]).toEqual([name, checkout(stack).revision]);
            const entries = at(status, "inventory.entries");
            expect(Array.isArray(entries) && entries.length > 0).toBe(true);
            for (const entry of Array.isArray(entries) ? entries : []) {
                const field = (path: string) => text(entry, path) ?? "";
                const found = objects.find(field("apiVersion"), field("kind"), field("namespace"), field("name"));
                expect([entry, found?.name]).toEqual([entry, field("name")]);
            }
        }
    }),
];

/** Arrows we draw otherwise. */
export const deliveryDeviations: readonly Claim[] = [
    claim(
        section,
        ["T->>GH: Fetch Cilium", "GH-->>T: cilium.yaml", "T->>K8s: Deploy CNI"],
        "the program installs Cilium's chart, which it can upgrade; Talos fetches no manifest and brings no network",
        installed("cilium-chart", "cilium", "https://helm.cilium.io/"),
    ),
    claim(
        section,
        ["T->>GH: Fetch Flux", "GH-->>T: install.yaml", "T->>K8s: Deploy GitOps"],
        "the program installs Flux's chart, once there is a network; Talos fetches no manifest",
        (stack) => {
            installed("flux-chart", "flux2", "https://fluxcd-community.github.io/helm-charts")(stack);
            expect([...stack.waitsFor("flux-chart")]).toContain("cilium-chart");
        },
    ),
];
