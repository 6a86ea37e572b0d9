/** Relabelling, as Alloy takes it over from Prometheus. Source: grafana/alloy, internal/component/common/relabel. */
import { list, text } from "../value";
import type { AlloyBlock } from "./alloy-syntax";

/** Labels of a target or a series, by name. A label that is empty is none. */
export type Labels = Readonly<Record<string, string>>;

/**
 * What the rules of a component leave of a target or a series; undefined where one drops it.
 *
 * @throws Error for an action nobody modelled, rather than leaving it out in silence.
 */
export function relabelled(labels: Labels, component: AlloyBlock): Labels | undefined {
    let left: Labels | undefined = labels;
    for (const rule of component.blocks.filter(({ kind }) => kind === "rule")) {
        if (left === undefined) {
            return undefined;
        }
        left = withRule(left, rule);
    }
    return left;
}

function withRule(labels: Labels, { arguments: rule }: AlloyBlock): Labels | undefined {
    const action = text(rule, "action") ?? "replace";
    // Anchored on both sides, and a dot is any character.
    const regex = new RegExp(`^(?:${text(rule, "regex") ?? "(.*)"})$`, "s");
    const source = list(rule, "source_labels")
        .map((name) => labels[String(name)] ?? "")
        .join(text(rule, "separator") ?? ";");
    switch (action) {
        case "keep":
            return regex.test(source) ? labels : undefined;
        case "drop":
            return regex.test(source) ? undefined : labels;
        case "labeldrop":
            return Object.fromEntries(Object.entries(labels).filter(([name]) => !regex.test(name)));
        case "replace": {
            const match = regex.exec(source);
            const name = text(rule, "target_label") ?? "";
            if (match === null) {
                return labels;
            }
            const value = (text(rule, "replacement") ?? "$1").replace(
                /\$(?:\{(\d+)\}|(\d+))/g,
                (_, braced?: string, bare?: string) => match[Number(braced ?? bare)] ?? "",
            );
            return Object.fromEntries(Object.entries({ ...labels, [name]: value }).filter(([, each]) => each !== ""));
        }
        default:
            throw new Error(`the rehearsed world reads no relabelling rule with action "${action}"`);
    }
}
