/** A machine's configuration: `talos:machine/configurationApply:ConfigurationApply`. */
import { createHash } from "node:crypto";
import type { CheckFailure, Operation, ResourceBehaviour } from "../world/behaviour";
import { applyPatches, readDocuments, writeDocuments } from "../world/talos-config";
import type { ApplyMode } from "../world/talos-takeable";
import { at, list, type Properties, text, UNKNOWN } from "../world/value";
import type { World } from "../world/world";
import { difference } from "./properties";
import { callOf, under } from "./talos-client";

const modes = ["auto", "reboot", "no_reboot", "staged", "staged_if_needing_reboot"];

function failures(inputs: Properties, name: string): CheckFailure[] {
    const found: CheckFailure[] = [];
    const mode = inputs.applyMode;
    if (typeof mode === "string" && !modes.includes(mode)) {
        const choice = modes.map((one) => `"${one}"`).join(" ");
        found.push({
            property: "applyMode",
            reason: `Invalid Attribute Value Match. Attribute apply_mode value must be one of: [${choice}], got: "${mode}". Examine values at '${name}.applyMode'.`,
        });
    }
    for (const key of ["reset", "graceful", "reboot"]) {
        const value = at(inputs, `onDestroy.${key}`);
        if (value !== undefined && value !== null && value !== UNKNOWN && typeof value !== "boolean") {
            found.push({
                property: `onDestroy.${key}`,
                reason: `Incorrect attribute value type. Inappropriate value for attribute "on_destroy": attribute "${key}": a bool is required. Examine values at '${name}.onDestroy.${key}'.`,
            });
        }
    }
    const exactlyOne = (plain: string, writeOnly: string, what: string, words: string) => {
        const set = [plain, writeOnly].filter((key) => inputs[key] !== undefined && inputs[key] !== null);
        if (set.length === 0) {
            found.push({ property: plain, reason: `Missing ${what}. Exactly one of ${words} must be set` });
        } else if (set.length === 2) {
            found.push({ property: plain, reason: `Conflicting ${what}. Only one of ${words} can be set, not both` });
        }
    };
    exactlyOne(
        "machineConfigurationInput",
        "machineConfigurationInputWo",
        "machine configuration input",
        "machine_configuration_input or machine_configuration_input_wo",
    );
    exactlyOne(
        "clientConfiguration",
        "clientConfigurationWo",
        "client configuration",
        "client_configuration or client_configuration_wo",
    );
    if (inputs.node === undefined || inputs.node === null) {
        found.push({ property: "node", reason: `Missing required argument. The argument "node" is required.` });
    }
    return found;
}

/** The configuration resource: it has no eyes (its read is a no-op), and its delete resets only where it is told to. */
export function applyBehaviour(world: World): ResourceBehaviour {
    const apply = async (inputs: Properties, operation: Operation): Promise<Properties> => {
        const call = callOf(inputs);
        const given = text(inputs, "machineConfigurationInput") ?? text(inputs, "machineConfigurationInputWo") ?? "";
        const patches = list(inputs, "configPatches").map(String);
        const documents = await under("Error computing machine configuration: error applying config patches", () =>
            applyPatches(readDocuments(given), patches),
        );
        const mode = text(inputs, "applyMode") ?? "auto";
        const resolved = await under("Error applying configuration", () =>
            world.talos.apply(call, documents, mode as ApplyMode, () => operation.takes("talos/apply")),
        );
        const written = patches.length === 0 ? given : writeDocuments(documents);
        return {
            ...inputs,
            applyMode: mode,
            resolvedApplyMode: mode === "staged_if_needing_reboot" ? resolved : mode,
            endpoint: call.endpoint,
            machineConfiguration: written,
            machineConfigurationHash: createHash("sha256").update(written).digest("hex"),
        };
    };
    return {
        secretOutputs: ["machineConfiguration", "machineConfigurationInput", "clientConfigurationWo"],
        check: (inputs, _old, { name }) => ({ inputs, failures: failures(inputs, name) }),
        diff: (before, after) => difference(before, after, () => false),
        create: async (inputs, operation) => ({
            id: "machine_configuration_apply",
            outputs: await apply(inputs, operation),
        }),
        read: async (id, state, inputs) => ({ id, outputs: state, inputs }),
        update: async (_id, _old, inputs, operation) => apply(inputs, operation),
        delete: async (_id, state) => {
            if (at(state, "onDestroy.reset") !== true) {
                return;
            }
            await under("Error resetting machine", () =>
                world.talos.reset(
                    callOf(state),
                    at(state, "onDestroy.graceful") !== false,
                    at(state, "onDestroy.reboot") === true,
                ),
            );
        },
    };
}
