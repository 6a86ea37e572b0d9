import { type Condition, freeIf, isFreeType, isOracle } from "../../free-tier/free-types";
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
    limit: "Every `oci:*` resource is on the list in policy/free-tier/free-types.ts, some of them with certain properties only: an Autonomous Database, a vault, a key (Oracle, Always Free Resources; OCI price list).",
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
    const conditions = freeIf.get(resource.type);
    if (conditions === undefined) {
        return [
            {
                urn: resource.urn,
                message: `${resource.name}: ${resource.type} is not on the list of resource types that are free; remove it, or add it to \`allow\`.`,
            },
        ];
    }
    // One is enough to say: what is refused or cannot be known first decides what the others mean.
    return conditions.flatMap((condition) => judgeCondition(resource, condition)).slice(0, 1);
}

function judgeCondition(resource: Resource, { property, values, says, unless }: Condition): Finding[] {
    const found = read(resource, property);
    const apart = unless === undefined ? undefined : read(resource, unless.property);
    if (apart?.state === "known" && apart.value === unless?.value) {
        return [];
    }
    if (found.state === "unknown") {
        return [cannotKnow(resource, property, "whether it is free")];
    }
    return values.includes(found.state === "known" ? found.value : undefined)
        ? []
        : [{ urn: resource.urn, message: `${resource.name}: ${resource.type} is free only with ${says}.` }];
}
