/**
 * The only place that knows CrossGuard: turns rules into policies. Properties arrive behind a proxy that throws at an
 * unknown value; they are copied out leaf by leaf, so that one unknown never turns a whole mandatory rule advisory.
 */

import type {
    Policies,
    PolicyResource,
    ReportViolation,
    ResourceValidationArgs,
    StackValidationArgs,
} from "@pulumi/policy";
import { type Graph, graphOf, type Resource } from "./graph";
import { plainOf, secretPathsOf } from "./plain";
import { defaultsOf, type Finding, optionsOf, type Rule, type Settings } from "./rule";
import type { SharedSettings } from "./settings";

/** Resources as the resource rules of this run have seen them, by URN. */
class Observations {
    private readonly seen = new Map<string, { resource: Resource; by: Set<string> }>();
    private readonly secrets = new Map<string, ReadonlySet<string>>();

    /** The resource behind the arguments, copied once for all rules of one analysis. */
    resource(rule: string, args: ResourceValidationArgs): Resource {
        const earlier = this.seen.get(args.urn);
        if (earlier !== undefined && !earlier.by.has(rule)) {
            earlier.by.add(rule);
            return earlier.resource;
        }
        const resource: Resource = {
            urn: args.urn,
            type: args.type,
            name: args.name,
            inputs: plainOf(args.props),
            outputs: {},
            parent: args.opts.parent,
            dependencies: [],
            propertyDependencies: {},
            protect: args.opts.protect,
            secretPaths: this.secrets.get(args.urn),
        };
        this.seen.set(args.urn, { resource, by: new Set([rule]) });
        return resource;
    }

    /** Remembers which inputs of a resource are secret, which only a remediation is told. */
    secretsOf(urn: string, paths: ReadonlySet<string>): void {
        this.secrets.set(urn, paths);
    }

    /** A resource of the whole stack, with the inputs seen before. */
    merged(resource: PolicyResource): Resource {
        const seen = this.seen.get(resource.urn)?.resource;
        return {
            urn: resource.urn,
            type: resource.type,
            name: resource.name,
            inputs: seen?.inputs ?? {},
            outputs: plainOf(resource.props),
            parent: resource.parent?.urn ?? resource.opts.parent,
            dependencies: resource.dependencies.map((dependency) => dependency.urn),
            propertyDependencies: Object.fromEntries(
                Object.entries(resource.propertyDependencies).map(([key, sources]) => [
                    key,
                    sources.map((source) => source.urn),
                ]),
            ),
            protect: resource.opts.protect,
            secretPaths: seen?.secretPaths,
        };
    }
}

/** Id of the advisory policy that lists what rules could not know and were told only to warn about. */
export const UNKNOWN_VALUES = "unknown-values";

/**
 * The policies of a list of rules.
 *
 * @param rules What to judge, in the order in which violations are listed.
 * @param shared What the stack declares; asked once for each judgement.
 */
export function policiesOf(rules: readonly Rule[], shared: () => SharedSettings): Policies {
    const observations = new Observations();
    const warnings: Finding[] = [];
    let latest: { readonly graph: Graph; readonly by: Set<string> } | undefined;

    const policies: Policies = rules.map((rule) => {
        const described = describe(rule);
        const settings = (config: object): Settings => ({ ...shared(), options: { ...defaultsOf(rule), ...config } });
        if (rule.scope === "resource") {
            return {
                ...described,
                ...(rule.level === "remediate"
                    ? {
                          remediateResource: (args: ResourceValidationArgs) => {
                              observations.secretsOf(args.urn, secretPathsOf(args.props));
                              return undefined;
                          },
                      }
                    : {}),
                validateResource: (args: ResourceValidationArgs, report: ReportViolation) => {
                    const resource = observations.resource(rule.id, args);
                    if (rule.appliesTo(args.type)) {
                        const options = settings(args.getConfig());
                        say(rule.judge(resource, options), options, report, warnings);
                    }
                },
            };
        }
        return {
            ...described,
            validateStack: (args: StackValidationArgs, report: ReportViolation) => {
                const stack = graphFor(rule.id, args.resources);
                const options = settings(args.getConfig());
                say(rule.judge(stack, options), options, report, warnings);
            },
        };
    });
    policies.push({
        name: UNKNOWN_VALUES,
        description: "What rules could not judge because a value is not known yet, where they are told only to warn.",
        displayName: "Values that are not known yet",
        enforcementLevel: "advisory",
        severity: "low",
        remediationSteps: "Give the property a plain value, or set `onUnknown: fail` for the rule to insist on it.",
        // Stack rules are handed no inputs: this policy looks on while resources are judged, whichever rules are disabled.
        validateResource: (args: ResourceValidationArgs) => {
            observations.resource(UNKNOWN_VALUES, args);
        },
        validateStack: (_: StackValidationArgs, report: ReportViolation) => {
            for (const warning of warnings.splice(0)) {
                report(warning.message, warning.urn);
            }
        },
    });
    return policies;

    /**
     * Every rule is handed its own copies of the same resources; the graph made for the first rule serves the others,
     * until a rule comes back with the resources of the next analysis.
     */
    function graphFor(rule: string, resources: readonly PolicyResource[]): Graph {
        if (latest === undefined || latest.by.has(rule) || latest.graph.resources.length !== resources.length) {
            latest = { graph: graphOf(resources.map((resource) => observations.merged(resource))), by: new Set() };
        }
        latest.by.add(rule);
        return latest.graph;
    }
}

/** The part of a policy that is data. */
function describe(rule: Rule) {
    return {
        name: rule.id,
        displayName: rule.title,
        description: `${rule.why} ${rule.limit}`,
        enforcementLevel: rule.level,
        severity: rule.severity,
        tags: [rule.family],
        remediationSteps: rule.fix,
        configSchema: {
            properties: Object.fromEntries(
                Object.entries(optionsOf(rule)).map(([name, option]) => [
                    name,
                    {
                        type: option.type,
                        description: option.description,
                        ...(option.default === undefined ? {} : { default: option.default }),
                        ...(option.enum === undefined ? {} : { enum: [...option.enum] }),
                        ...(option.items === undefined ? {} : { items: { type: option.items.type } }),
                    },
                ]),
            ),
        },
    };
}

function say(findings: readonly Finding[], settings: Settings, report: ReportViolation, warnings: Finding[]): void {
    const onUnknown = settings.options.onUnknown;
    for (const finding of findings) {
        if (finding.kind !== "unknown" || onUnknown === "fail") {
            report(finding.message, finding.urn);
        } else if (onUnknown === "warn") {
            warnings.push(finding);
        }
    }
}
