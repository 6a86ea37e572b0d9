import { freeIf, isFreeType, isOracle } from "../../free-tier/free-types";
import type { Resource } from "../../graph";
import { read } from "../../reading";
import { cannotKnow, type Finding, type ResourceRule, type Settings } from "../../rule";
import { judgesFree } from "./scope";

/** Deny by default: what is not known to be free is refused. */
export const resourceTypes: ResourceRule = {
    id: "free-tier-resource-types",
    title: "Only resource types that can be free",
    family: "free-tier",
    level: "mandatory",
    severity: "high",
    scope: "resource",
    why: "Oracle has hundreds of resource types and few are free; a list of forbidden ones would always be too short.",
    limit: "Every `oci:*` resource is on the list in policy/free-tier/free-types.ts (Oracle, Always Free Resources; OCI price list).",
    fix: "Remove the resource, or name its type in `allow` if you know that it costs nothing for you.",
    onUnknown: "fail",
    options: {
        allow: {
            type: "array",
            items: { type: "string" },
            default: [],
            description: "Further type tokens to let pass.",
        },
    },
    appliesTo: isOracle,
    judge,
};

function judge(resource: Resource, settings: Settings): Finding[] {
    const allow = settings.options.allow;
    if (!judgesFree(settings) || isFreeType(resource.type) || (Array.isArray(allow) && allow.includes(resource.type))) {
        return [];
    }
    const condition = freeIf.get(resource.type);
    if (condition === undefined) {
        return [
            {
                urn: resource.urn,
                message: `${resource.name}: ${resource.type} is not on the list of resource types that are free; remove it, or add it to \`allow\`.`,
            },
        ];
    }
    const found = read(resource, condition.property);
    if (found.state === "unknown") {
        return [cannotKnow(resource, condition.property, "whether it is free")];
    }
    return found.state === "known" && found.value === condition.value
        ? []
        : [{ urn: resource.urn, message: `${resource.name}: ${resource.type} is free only with ${condition.says}.` }];
}
