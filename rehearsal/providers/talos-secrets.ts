/** Secrets of a Talos cluster: `talos:machine/secrets:Secrets`. */
import type { ResourceBehaviour } from "../world/behaviour";
import { Refusal } from "../world/refusal";
import { providerDefaults, versionContract } from "../world/talos-generate";
import { machineSecrets } from "../world/talos-pki";
import { type Properties, text, UNKNOWN } from "../world/value";
import { difference } from "./properties";

function contractOf(inputs: Properties): string {
    return text(inputs, "talosVersion") ?? providerDefaults.contract;
}

/** The words about a version that is none, undefined where it is one or is not known yet. */
export function versionProblem(inputs: Properties): string | undefined {
    const version = inputs.talosVersion;
    if (version === UNKNOWN || version === undefined || version === null) {
        return undefined;
    }
    try {
        versionContract(String(version));
        return undefined;
    } catch (error) {
        if (error instanceof Refusal) {
            return `Invalid version. ${error.message}`;
        }
        throw error;
    }
}

/** True where one version is older than another. */
function older(version: string, than: string): boolean {
    const parts = (text: string) => text.replace(/^v/, "").split(".").map(Number);
    const [one, other] = [parts(version), parts(than)];
    for (let index = 0; index < 3; index++) {
        const [a, b] = [one[index] ?? 0, other[index] ?? 0];
        if (a !== b) {
            return a < b;
        }
    }
    return false;
}

/** The secrets resource: it calls nobody, and nobody can read back what it made. */
export function secretsBehaviour(): ResourceBehaviour {
    return {
        secretOutputs: ["machineSecrets", "clientConfiguration"],
        check: (inputs, _old, { name }) => {
            const problem = versionProblem(inputs);
            return {
                inputs,
                failures:
                    problem === undefined
                        ? []
                        : [
                              {
                                  property: "talosVersion",
                                  reason: `${problem}. Examine values at '${name}.talosVersion'.`,
                              },
                          ],
            };
        },
        // A lower contract makes the secrets anew, and with them the cluster; a higher one is only noted.
        diff: (before, after, state) =>
            difference(before, after, (key) => {
                const asked = text(after, "talosVersion");
                return key === "talosVersion" && (asked === undefined || older(asked, text(state, key) ?? asked));
            }),
        create: async (inputs) => ({
            id: "machine_secrets",
            outputs: { ...machineSecrets(), talosVersion: contractOf(inputs) },
        }),
        read: async (id, state, inputs) => ({ id, outputs: state, inputs }),
        update: async (_id, old, inputs) => ({ ...old, talosVersion: contractOf(inputs) }),
        delete: async () => undefined,
    };
}
