/** What `ignoreChanges` means: the inputs named keep the values of the last run, whatever the program says now. */
import { isProperties, type Properties, type Value } from "../world/value";

/** The steps of a path such as `disks[0].importFrom`. */
function stepsOf(path: string): readonly string[] {
    return path.match(/[^.[\]]+/g) ?? [];
}

function child(value: Value | undefined, step: string): Value | undefined {
    return Array.isArray(value) ? value[Number(step)] : isProperties(value) ? value[step] : undefined;
}

/** A value with what is at a path taken from another one; where that has nothing there, nothing is left there. */
function kept(value: Value | undefined, old: Value | undefined, [step, ...rest]: readonly string[]): Value | undefined {
    if (step === undefined) {
        return old;
    }
    const inner = kept(child(value, step), child(old, step), rest);
    if (Array.isArray(value)) {
        return value.map((each, index) => (index === Number(step) && inner !== undefined ? inner : each));
    }
    if (!isProperties(value)) {
        return value;
    }
    const others = Object.entries(value).filter(([key]) => key !== step);
    return Object.fromEntries(inner === undefined ? others : [...others, [step, inner]]);
}

/**
 * The inputs as the engine gives them to a provider where some changes are ignored.
 *
 * @param paths Property paths as `ignoreChanges` takes them, e.g. `disks[0].importFrom`.
 */
export function withIgnored(inputs: Properties, old: Properties, paths: readonly string[]): Properties {
    return paths.reduce<Properties>((so, path) => {
        const next = kept(so, old, stepsOf(path));
        return isProperties(next) ? next : so;
    }, inputs);
}
