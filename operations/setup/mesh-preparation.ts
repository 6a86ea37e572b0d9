/** What a person does in Tailscale's admin console before the stack has a client there, as `strata setup` says it. */
import { type MeshShape, operatorTags, policyText } from "../../components/mesh/policy";

/** A mesh as far as its owner prepares it. */
export interface PreparedMesh extends MeshShape {
    /** True where the stack replaces whatever policy the tailnet has. */
    readonly replacesPolicy: boolean;
}

const pages = {
    policy: "https://login.tailscale.com/admin/acls/file",
    clients: "https://login.tailscale.com/admin/settings/trust-credentials",
} as const;

/**
 * Scopes of the stack's own client: keys for its devices, the list of devices in which it looks for its router, the
 * approval of that one's routes, and the policy where it is the stack's (Tailscale, trust credentials: scopes).
 */
function ownScopes(ownsPolicy: boolean): string {
    return [
        "Keys / Auth Keys (write)",
        "Devices / Core (read)",
        "Devices / Routes (write)",
        ...(ownsPolicy ? ["General / Policy File (write)"] : []),
    ].join(", ");
}

/** Scopes of the client of the cluster's operator (https://tailscale.com/docs/kubernetes-operator/install-operator). */
const operatorScopes = "General / Services (write), Devices / Core (write), Keys / Auth Keys (write)";

function afterwards({ ownsPolicy, replacesPolicy }: PreparedMesh): string {
    if (!ownsPolicy) {
        return "The stack leaves the policy alone (strata:mesh.ownsPolicy): add these parts to yours and keep the rest.";
    }
    return replacesPolicy
        ? "The first up puts the same text in force, in the place of whatever is there (strata:mesh.replacesPolicy), and a destroy Tailscale's default. Rules of your own do not survive it: devices that are not the stack's reach each other no more."
        : "With this text in force the first up is refused: it is not Tailscale's default any more. Set strata:mesh.replacesPolicy true if the stack may replace it, or strata:mesh.ownsPolicy false if it is to stay yours.";
}

/**
 * The policy to put in force, and the two clients to make after it. A client carries a tag, and a tag has to be in the
 * policy first; without it the console does not offer the tag (https://tailscale.com/docs/features/oauth-clients).
 */
export function meshPreparation(mesh: PreparedMesh): string {
    // Addresses are given by tags of single devices, which keys have only where the policy is the stack's.
    const shape = mesh.ownsPolicy ? mesh : { ...mesh, devices: {} };
    return [
        `1. Put this policy in force (${pages.policy}). ${afterwards(mesh)}`,
        "",
        policyText(shape),
        "",
        `2. Make an OAuth client for the stack (${pages.clients}): tag ${mesh.tag}, scopes ${ownScopes(mesh.ownsPolicy)}.`,
        `3. Make another for the cluster's operator, asked for later as operator-oauth: tag ${operatorTags.operator}, scopes ${operatorScopes}.`,
    ].join("\n");
}
