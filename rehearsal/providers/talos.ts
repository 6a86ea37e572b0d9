/** The package `talos`: what the provider of Talos answers (siderolabs/terraform-provider-talos 0.11, bridged as 0.8). */
import type { PackageBehaviour, ResourceBehaviour } from "../world/behaviour";
import type { World } from "../world/world";
import { applyBehaviour } from "./talos-apply";
import { bootstrapBehaviour, kubeconfigBehaviour } from "./talos-cluster";
import { talosFunctions } from "./talos-functions";
import { factoryFunctions, schematicBehaviour } from "./talos-image-factory";
import { secretsBehaviour } from "./talos-secrets";

/** The package. */
export function talosPackage(world: World): PackageBehaviour {
    const resources: Readonly<Record<string, ResourceBehaviour>> = {
        "talos:machine/secrets:Secrets": secretsBehaviour(),
        "talos:machine/configurationApply:ConfigurationApply": applyBehaviour(world),
        "talos:machine/bootstrap:Bootstrap": bootstrapBehaviour(world),
        "talos:cluster/kubeconfig:Kubeconfig": kubeconfigBehaviour(world),
        "talos:imageFactory/schematic:Schematic": schematicBehaviour(world),
    };
    const functions = { ...talosFunctions(world), ...factoryFunctions(world) };
    return {
        name: "talos",
        resource: (type) => resources[type],
        function: (token) => functions[token],
        secretResults: {
            "talos:machine/getConfiguration:getConfiguration": ["machineConfiguration"],
            "talos:client/getConfiguration:getConfiguration": ["talosConfig"],
            "talos:cluster/getKubeconfig:getKubeconfig": ["kubeconfigRaw", "kubernetesClientConfiguration"],
        },
    };
}
