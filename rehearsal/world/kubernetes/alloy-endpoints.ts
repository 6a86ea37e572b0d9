/**
 * Where Alloy sends what it collects. Both writers post to the address as they are given it; what answers 404 is
 * dropped and not tried again. Sources: grafana/alloy 1.17, internal/component/loki/write; Prometheus, storage/remote.
 */
import { at, isProperties, list, text, type Value } from "../value";
import type { AlloyBlock } from "./alloy-syntax";
import type { Cluster } from "./cluster";
import type { ReleasePlace } from "./helm-charts";

const writers = ["prometheus.remote_write", "loki.write"];

/** Variables of Alloy's container, from the Secrets it names; undefined where one is missing, since none starts then. */
function environmentOf({ namespace, values }: ReleasePlace, cluster: Cluster): ReadonlyMap<string, string> | undefined {
    const secrets = list(values, "alloy.envFrom")
        .flatMap((each) => text(each, "secretRef.name") ?? [])
        .map((name) => cluster.objects.find("v1", "Secret", namespace, name));
    if (secrets.includes(undefined)) {
        return undefined;
    }
    return new Map(
        secrets.flatMap((secret) => {
            const data = at(secret?.manifest, "data");
            return Object.entries(isProperties(data) ? data : {}).map(([key, value]): [string, string] => [
                key,
                Buffer.from(String(value), "base64").toString("utf8"),
            ]);
        }),
    );
}

/** The text an expression gives: itself, or a variable's. */
function spoken(value: Value | undefined, environment: ReadonlyMap<string, string>): string {
    if (typeof value === "string") {
        return value;
    }
    return text(value, "call") === "sys.env" ? (environment.get(String(list(value, "given")[0])) ?? "") : "";
}

/** Why what is sent arrives nowhere, once for each address. */
export function lostAtEndpoints(
    components: readonly AlloyBlock[],
    place: ReleasePlace,
    cluster: Cluster,
): readonly string[] {
    const environment = environmentOf(place, cluster);
    if (environment === undefined) {
        return [];
    }
    return components
        .filter(({ kind }) => writers.includes(kind))
        .flatMap(({ kind, label = "", blocks }) =>
            blocks
                .filter((block) => block.kind === "endpoint")
                .flatMap((block) => {
                    const url = spoken(block.arguments.url, environment);
                    const lost = (words: string) => [`${kind}.${label}: Post "${url}": ${words}`];
                    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
                        return lost("unsupported protocol scheme");
                    }
                    return new URL(url).pathname.endsWith("/push")
                        ? []
                        : lost("server returned HTTP status 404 Not Found: what was sent is dropped");
                }),
        );
}
