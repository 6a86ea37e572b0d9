/** How the Kubernetes provider names objects the program left unnamed. */
import type { TokenKind } from "../world/kubernetes/kinds";
import { builtinKinds } from "../world/kubernetes/kinds";
import { annotationsOf } from "../world/kubernetes/objects";
import type { Random } from "../world/random";
import { at, isProperties, type Properties, UNKNOWN } from "../world/value";

const mark = "pulumi.com/autonamed";

/** True where the provider made the name up. */
export function autonamed(inputs: Properties): boolean {
    return annotationsOf(inputs)[mark] === "true";
}

/** The inputs with a name, drawn once and kept, and with the namespace the provider would use. */
export function named(
    inputs: Properties,
    old: Properties | undefined,
    logicalName: string,
    token: TokenKind,
    random: Random,
): Properties {
    if (inputs.metadata === UNKNOWN) {
        return inputs;
    }
    const metadata = isProperties(inputs.metadata) ? inputs.metadata : {};
    const kind = builtinKinds.get(`${token.apiVersion}/${token.kind}`);
    const place = metadata.namespace === undefined && kind?.namespaced === true ? { namespace: "default" } : {};
    if (metadata.name !== undefined || metadata.generateName !== undefined) {
        return { ...inputs, metadata: { ...metadata, ...place } };
    }
    const former = old !== undefined && autonamed(old) ? at(old, "metadata.name") : undefined;
    const suffix = Array.from({ length: 8 }, () => Math.floor(random.next() * 16).toString(16)).join("");
    const annotations = isProperties(metadata.annotations) ? metadata.annotations : {};
    return {
        ...inputs,
        metadata: {
            ...metadata,
            ...place,
            name: former ?? `${logicalName.toLowerCase()}-${suffix}`,
            annotations: { ...annotations, [mark]: "true" },
        },
    };
}
