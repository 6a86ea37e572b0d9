/** The little languages of Kubernetes: names, labels, quantities. */
import { isProperties, type Properties, type Value } from "../value";

const dnsLabel = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const dnsSubdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const labelValue = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const labelName = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

/** True for an RFC 1123 label: what namespaces, containers and services may be called. */
export function isDnsLabel(name: string): boolean {
    return name.length <= 63 && dnsLabel.test(name);
}

/** True for an RFC 1123 subdomain: what most objects may be called. */
export function isDnsSubdomain(name: string): boolean {
    return name.length <= 253 && dnsSubdomain.test(name);
}

/** True for the value of a label. */
export function isLabelValue(value: string): boolean {
    return value.length <= 63 && labelValue.test(value);
}

/** True for the key of a label or annotation, with its optional prefix. */
export function isQualifiedName(key: string): boolean {
    const slash = key.indexOf("/");
    const name = slash < 0 ? key : key.slice(slash + 1);
    return name.length <= 63 && labelName.test(name) && (slash < 0 || isDnsSubdomain(key.slice(0, slash)));
}

const factors: Readonly<Record<string, number>> = {
    "": 1,
    m: 1e-3,
    k: 1e3,
    M: 1e6,
    G: 1e9,
    T: 1e12,
    Ki: 1024,
    Mi: 1024 ** 2,
    Gi: 1024 ** 3,
    Ti: 1024 ** 4,
};

/** A quantity such as `512Mi` or `250m` in units (bytes, cores); undefined where it is none. */
export function quantity(value: Value | undefined): number | undefined {
    if (typeof value === "number") {
        return value;
    }
    const match = typeof value === "string" ? /^([+-]?\d+(?:\.\d+)?)(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/.exec(value) : null;
    return match === null ? undefined : Number(match[1]) * (factors[match[2] ?? ""] ?? 1);
}

/** A map of texts, such as labels; entries of another type are left out. */
export function texts(value: Value | undefined): Readonly<Record<string, string>> {
    return isProperties(value)
        ? Object.fromEntries(
              Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
          )
        : {};
}

/**
 * Whether a label selector (`matchLabels`, `matchExpressions`) selects what carries the labels. An empty selector
 * selects everything.
 *
 * @param rename How selector keys read as labels; Cilium's carry a source, e.g. `k8s:app`.
 */
export function selects(
    selector: Properties,
    labels: Readonly<Record<string, string>>,
    rename: (key: string) => string = (key) => key,
): boolean {
    const wanted = Object.entries(texts(selector.matchLabels));
    if (!wanted.every(([key, value]) => labels[rename(key)] === value)) {
        return false;
    }
    const expressions = Array.isArray(selector.matchExpressions) ? selector.matchExpressions : [];
    return expressions.every(
        (expression: Value) => isProperties(expression) && expressionHolds(expression, labels, rename),
    );
}

/** Whether one entry of `matchExpressions` holds for the labels. */
export function expressionHolds(
    expression: Properties,
    labels: Readonly<Record<string, string>>,
    rename: (key: string) => string = (key) => key,
): boolean {
    const value = typeof expression.key === "string" ? labels[rename(expression.key)] : undefined;
    const values: readonly Value[] = Array.isArray(expression.values) ? expression.values : [];
    switch (expression.operator) {
        case "In":
            return value !== undefined && values.includes(value);
        case "NotIn":
            return value === undefined || !values.includes(value);
        case "Exists":
            return value !== undefined;
        case "DoesNotExist":
            return value === undefined;
        default:
            return false;
    }
}
