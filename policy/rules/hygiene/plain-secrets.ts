import type { Properties, Resource } from "../../graph";
import type { Finding, ResourceRule } from "../../rule";

/** Secrets are marked as secrets. */
export const plainSecrets: ResourceRule = {
    id: "hygiene-plain-secrets",
    title: "No secrets in plain text",
    family: "hygiene",
    level: "remediate",
    severity: "critical",
    scope: "resource",
    why: "A property that is not marked as secret is written to the state file, to logs and to previews as it is.",
    limit: "Values of Kubernetes secrets, properties whose names end in password, token, private key or the like, and values that look like key material arrive as Pulumi secrets. A value that cannot be known yet comes from a resource and is judged there.",
    fix: "Take the value from `config.requireSecret`, from a generated resource, or wrap it in `pulumi.secret`. The rule's level is `remediate` because CrossGuard shows secretness to remediations only; it changes nothing, and a violation counts as mandatory. At another level it can only say that it cannot know.",
    onUnknown: "warn",
    options: {
        allow: {
            type: "array",
            items: { type: "string" },
            default: [],
            description: "Dotted paths of properties to let pass, e.g. `connection.token`.",
        },
    },
    appliesTo: (type) => type !== "pulumi:pulumi:Stack",
    judge: (resource, settings) => {
        const allow = Array.isArray(settings.options.allow) ? settings.options.allow : [];
        const paths = suspicious(resource.inputs, "", resource.type).filter(
            (path) => !allow.includes(path) && !isSecret(resource, path),
        );
        return paths.map((path): Finding => {
            const about = { urn: resource.urn };
            return resource.secretPaths === undefined
                ? {
                      ...about,
                      kind: "unknown",
                      message: `${resource.name}: cannot know whether ${path} is marked as secret; set this rule's level to remediate, at which it can see it.`,
                  }
                : {
                      ...about,
                      message: `${resource.name}: ${path} holds a secret in plain text; mark it with pulumi.secret or take it from secret config.`,
                  };
        });
    },
};

/** Names of properties that hold a secret. Names that only refer to one (existingSecret, secretName) do not match. */
const secretName =
    /(?:password|passwd|passphrase|(?:api|auth|access|join|bot)_?token|^token|secret_?key|private_?key|api_?key|client_?secret)$/i;

/** Text that is key material whatever it is called. */
const keyMaterial =
    /-----BEGIN [A-Z ]*PRIVATE KEY-----|AGE-SECRET-KEY-1|client-key-data:|\bAKIA[0-9A-Z]{16}\b|\bghp_[A-Za-z0-9]{36}\b/;

function suspicious(properties: Properties, path: string, type: string): string[] {
    return Object.entries(properties).flatMap(([key, value]): string[] => {
        const here = path === "" ? key : `${path}.${key}`;
        if (typeof value === "object" && value !== null) {
            return suspicious(value as Properties, here, type);
        }
        if (typeof value !== "string" || value === "") {
            return [];
        }
        const ofSecret = type === "kubernetes:core/v1:Secret" && /^(?:data|stringData)\./.test(here);
        return ofSecret || secretName.test(key) || keyMaterial.test(value) ? [here] : [];
    });
}

/** Whether the value at a path, or anything it is part of, arrived as a secret. */
function isSecret(resource: Resource, path: string): boolean {
    const keys = path.split(".");
    return keys.some((_, index) => resource.secretPaths?.has(keys.slice(0, index + 1).join(".")) === true);
}
