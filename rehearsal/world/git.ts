/** Git repositories as clusters fetch them: over the internet, by URL and branch. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { Outages } from "./outages";
import type { SiteRepository } from "./site";
import { readYaml, sopsEncrypt } from "./sops/sops";
import type { Properties, Value } from "./value";

/** What a branch holds: texts by path from the repository's root. */
export type Files = ReadonlyMap<string, string>;

/** A branch as it was fetched. */
export interface Checkout {
    /** As Flux names it, e.g. `main@sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709`. */
    readonly revision: string;
    readonly files: Files;
}

/** All repositories of a site. */
export class Git {
    readonly #secrets = new Map<string, Files>();

    constructor(
        private readonly repositories: readonly SiteRepository[],
        private readonly outages: Outages = new Outages(),
    ) {}

    /** Fetches a branch; the words of Flux's Git client where that fails. */
    fetch(url: string, branch: string): Checkout | { readonly problem: string } {
        const host = hostOf(url);
        if (host === undefined) {
            return { problem: `unable to clone '${url}': invalid auth strategy: no valid Git URL` };
        }
        const known = this.repositories.filter((each) => hostOf(each.url) === host);
        if (known.length === 0 || this.outages.loses(host)) {
            return { problem: `unable to clone '${url}': dial tcp: lookup ${host}: no such host` };
        }
        const repository = known.find((each) => bare(each.url) === bare(url));
        if (repository === undefined) {
            // A host tells a stranger nothing about private repositories.
            return { problem: `unable to clone '${url}': authentication required: Repository not found.` };
        }
        if (!repository.branches.includes(branch)) {
            return { problem: `unable to clone '${url}': couldn't find remote ref "refs/heads/${branch}"` };
        }
        const files = new Map([...committed(repository), ...this.#secretsOf(repository)]);
        const sum = createHash("sha1");
        for (const [path, text] of files) {
            sum.update(`${path}\0${text}\0`);
        }
        return { revision: `${branch}@sha1:${sum.digest("hex")}`, files };
    }

    /** Encrypted once: each encryption of the same text is another one, and would be another commit. */
    #secretsOf(repository: SiteRepository): Files {
        const known = this.#secrets.get(repository.url) ?? encryptedSecrets(repository);
        this.#secrets.set(repository.url, known);
        return known;
    }
}

function hostOf(url: string): string | undefined {
    return URL.canParse(url) ? new URL(url).hostname : undefined;
}

function bare(url: string): string {
    return url.replace(/(\.git)?\/?$/, "");
}

/** Everything in the named folders, hidden files included. */
function committed(repository: SiteRepository): Files {
    return new Map(
        repository.folders.flatMap((folder) =>
            readdirSync(join(repository.checkout, folder), { recursive: true, withFileTypes: true })
                .filter((entry) => entry.isFile())
                .map((entry): [string, string] => {
                    const path = join(entry.parentPath, entry.name);
                    return [path.slice(repository.checkout.length + 1), readFileSync(path, "utf8")];
                })
                .sort(([a], [b]) => (a < b ? -1 : 1)),
        ),
    );
}

/**
 * What the owner of the repository committed beside it: every template of a Secret, filled with a value of the
 * rehearsal's own and encrypted for the owner's key, and the kustomization that lists them.
 */
function encryptedSecrets({ checkout, encrypted }: SiteRepository): Files {
    if (encrypted === undefined) {
        return new Map();
    }
    const templates = readdirSync(join(checkout, encrypted.templates)).filter((file) => file.endsWith(".secret.yaml"));
    const names = templates.map((file) => file.replace(/\.secret\.yaml$/, ".enc.yaml")).sort();
    const list = {
        apiVersion: "kustomize.config.k8s.io/v1beta1",
        kind: "Kustomization",
        resources: names,
    };
    return new Map([
        ...templates.map((file): [string, string] => {
            const template = readYaml(readFileSync(join(checkout, encrypted.templates, file), "utf8"));
            const secret = sopsEncrypt(withValues(template), encrypted.recipient, "^(data|stringData)$");
            return [join(encrypted.folder, file.replace(/\.secret\.yaml$/, ".enc.yaml")), stringify(secret)];
        }),
        [join(encrypted.folder, "kustomization.yaml"), stringify(list)],
    ]);
}

function withValues(template: Properties): Properties {
    const fill = (value: Value | undefined): Value =>
        Object.fromEntries(
            Object.keys((value as Properties | undefined) ?? {}).map((key) => [
                key,
                // An address is one that can be posted to.
                key.endsWith("_URL") ? "https://rehearsed.example/push" : `rehearsed ${key}`,
            ]),
        );
    return { ...template, stringData: fill(template.stringData) };
}
