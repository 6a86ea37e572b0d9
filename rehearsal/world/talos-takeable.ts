/** Whether a machine takes a configuration it is sent, and whether it has to boot for it. */
import { Refusal } from "./refusal";
import { imageVersion } from "./talos-cluster";
import { type ConfigDocument, documentKind, valueAt } from "./talos-config";
import type { TalosNode } from "./talos-node";
import { configProblems, multipleErrors, validateKubernetesVersion } from "./talos-validate";

/** How a configuration is to be applied. */
export type ApplyMode = "auto" | "reboot" | "no_reboot" | "staged" | "staged_if_needing_reboot";

/** An error of a gRPC call as Go prints it. */
export function rpc(code: string, words: string): string {
    return `rpc error: code = ${code} desc = ${words}`;
}

/** The v1alpha1 document of what a machine is sent. Refuses what the machine would. */
export function takeable(
    node: TalosNode,
    documents: readonly ConfigDocument[],
    mode: ApplyMode,
    kubernetesByTalos: Readonly<Record<string, readonly string[]>>,
): ConfigDocument {
    const config = documents.find((document) => documentKind(document) === "v1alpha1");
    if (config === undefined) {
        throw new Refusal(
            rpc(
                "InvalidArgument",
                "the applied machine configuration doesn't contain v1alpha1 config, did you mean to patch the machine config instead?",
            ),
            "siderolabs/talos: internal/app/machined/internal/server/v1alpha1/v1alpha1_server.go, ApplyConfiguration",
        );
    }
    if (node.config === undefined && (mode === "staged" || mode === "no_reboot")) {
        throw new Refusal(
            rpc("Unimplemented", `apply configuration --mode='${mode}' is not supported in maintenance mode`),
            "siderolabs/talos: internal/app/maintenance/server.go",
        );
    }
    const problems = configProblems(config);
    if (problems.length > 0) {
        throw new Refusal(
            rpc("InvalidArgument", `configuration validation failed: ${multipleErrors(problems)}`),
            "siderolabs/talos: pkg/machinery/config/types/v1alpha1/v1alpha1_validation.go",
        );
    }
    validateKubernetesVersion(imageVersion(config), node.version, kubernetesByTalos);
    return config;
}

/** Parts of a configuration that take effect only with a boot (v1alpha1_runtime.go, CanApplyImmediate, turned round). */
const bootParts = [
    "machine.install",
    "machine.kernel",
    "machine.sysctls",
    "machine.systemDiskEncryption",
    "machine.ca",
];

/** True where a configuration takes effect only with a boot. @param before What the machine has; undefined: nothing yet. */
export function needsBoot(before: ConfigDocument | undefined, after: ConfigDocument): boolean {
    const changed = (path: string) =>
        JSON.stringify(valueAt(before, path) ?? null) !== JSON.stringify(valueAt(after, path) ?? null);
    return before === undefined || bootParts.some(changed);
}
