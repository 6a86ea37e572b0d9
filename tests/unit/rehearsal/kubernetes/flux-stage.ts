/** A cluster with Flux in it, and a repository it can fetch. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { stringify } from "yaml";
import { ciliumValues } from "../../../../components/cni/values";
import { Git } from "../../../../rehearsal/world/git";
import type { Cluster } from "../../../../rehearsal/world/kubernetes/cluster";
import type { KubeObject } from "../../../../rehearsal/world/kubernetes/objects";
import { Outages } from "../../../../rehearsal/world/outages";
import type { SiteRepository } from "../../../../rehearsal/world/site";
import { ageKey } from "../../../../rehearsal/world/sops/age";
import type { Properties } from "../../../../rehearsal/world/value";
import { projectFolder } from "../../../harness/stack-config";
import { releaseType, Stage, type StageOptions } from "./stage";

export const url = "https://github.com/me/strata";
export const ownKey = ageKey(new Uint8Array(32).fill(1));
export const otherKey = ageKey(new Uint8Array(32).fill(2));

const gitRepository = "kubernetes:source.toolkit.fluxcd.io/v1:GitRepository";
const kustomization = "kubernetes:kustomize.toolkit.fluxcd.io/v1:Kustomization";
const ready = { "pulumi.com/waitFor": "condition=Ready" };

/** A folder that is gone once the test is over. */
function scratch(): string {
    const folder = mkdtempSync(join(tmpdir(), "repository-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    return folder;
}

/** A copy of this project's repository, to be changed freely. */
export function ownRepository(stack = "oci-free"): SiteRepository {
    const checkout = scratch();
    cpSync(join(projectFolder, "gitops"), join(checkout, "gitops"), { recursive: true });
    return {
        url,
        branches: ["main"],
        checkout,
        folders: ["gitops"],
        encrypted: {
            templates: "gitops/base/secrets",
            folder: `gitops/${stack}/secrets`,
            recipient: ownKey.recipient,
        },
    };
}

/** A repository of the given files, which go below `gitops`. */
export function repositoryOf(files: Readonly<Record<string, string>>): SiteRepository {
    const checkout = scratch();
    const repository = { url, branches: ["main"], checkout, folders: ["gitops"] };
    write(repository, files);
    return repository;
}

/** Commits files to a repository. */
export function write(repository: SiteRepository, files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
        const file = join(repository.checkout, "gitops", path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, text);
    }
}

/** A kustomization that lists resources. */
export const list = (...resources: readonly string[]) =>
    stringify({ apiVersion: "kustomize.config.k8s.io/v1beta1", kind: "Kustomization", resources });

/** A ConfigMap in the namespace `default`. */
export const map = (name: string, value = "1") =>
    stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "default" }, data: { value } });

/** A stage with Flux's steps. */
export class FluxStage extends Stage {
    constructor(
        readonly repository: SiteRepository,
        options: StageOptions = {},
        readonly outages = new Outages(),
        readonly git = new Git([repository], outages),
    ) {
        super({ git, ...options });
    }

    get cluster(): Cluster {
        const [cluster] = this.kubernetes.alive;
        if (cluster === undefined) {
            throw new Error("there is no cluster");
        }
        return cluster;
    }

    async flux(more: Properties = {}) {
        return this.create(releaseType, {
            name: "flux",
            namespace: "flux-system",
            chart: "flux2",
            version: "2.18.3",
            repositoryOpts: { repo: "https://fluxcd-community.github.io/helm-charts" },
            values: { notificationController: { create: false } },
            ...more,
        });
    }

    /** Cilium with the program's own values or with others, the namespace, Flux and the key. */
    async prepared(
        identity: string | undefined = ownKey.identity,
        values: Properties = { ...ciliumValues({ kubePrismPort: 7445, nodes: 3, addresses: 1 }) },
    ): Promise<this> {
        await this.cilium(values);
        await this.namespace("flux-system", "restricted");
        await this.flux();
        if (identity !== undefined) {
            await this.key(identity);
        }
        return this;
    }

    key(identity: string) {
        return this.create("kubernetes:core/v1:Secret", {
            apiVersion: "v1",
            kind: "Secret",
            metadata: { name: "sops-age", namespace: "flux-system" },
            stringData: { "age.agekey": `# created\n${identity}\n` },
        });
    }

    source(spec: Properties = {}) {
        return this.create(gitRepository, {
            apiVersion: "source.toolkit.fluxcd.io/v1",
            kind: "GitRepository",
            metadata: { name: "flux-system", namespace: "flux-system", annotations: ready },
            spec: { url, ref: { branch: "main" }, interval: "60s", ...spec },
        });
    }

    sync(path: string, spec: Properties = {}) {
        return this.create(kustomization, {
            apiVersion: "kustomize.toolkit.fluxcd.io/v1",
            kind: "Kustomization",
            metadata: { name: "flux-system", namespace: "flux-system", annotations: ready },
            spec: {
                sourceRef: { kind: "GitRepository", name: "flux-system" },
                path: `./gitops/${path}`,
                interval: "10m",
                timeout: "25m",
                prune: true,
                wait: true,
                decryption: { provider: "sops", secretRef: { name: "sops-age" } },
                ...spec,
            },
        });
    }

    /** The message of an object's Ready condition. */
    says(kind: string, name: string): string {
        const api = kind === "GitRepository" ? "source.toolkit.fluxcd.io/v1" : "kustomize.toolkit.fluxcd.io/v1";
        const found = this.cluster.objects.find(api, kind, "flux-system", name);
        const conditions = (found?.status as { conditions?: { message?: string }[] } | undefined)?.conditions ?? [];
        return conditions[0]?.message ?? "";
    }

    object(apiVersion: string, kind: string, id: string): KubeObject | undefined {
        const [namespace = "", name = ""] = id.includes("/") ? id.split("/") : ["", id];
        return this.cluster.objects.find(apiVersion, kind, namespace, name);
    }

    /** Lets minutes pass, and every controller look. */
    later(minutes: number): readonly string[] {
        this.now += minutes;
        return this.kubernetes.audit();
    }
}
