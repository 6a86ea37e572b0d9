/** Three machines of the homelab in maintenance, and the secrets of the cluster they are to be. */
import type { Cluster } from "../../../../rehearsal/world/kubernetes/cluster";
import { Refusal } from "../../../../rehearsal/world/refusal";
import { isProperties, type Properties, text } from "../../../../rehearsal/world/value";
import { Actor, machinePatch } from "../homelab-world";

/** The resource that applies a configuration to a machine. */
export const applyType = "talos:machine/configurationApply:ConfigurationApply";

/** The resource that holds a cluster's kubeconfig. */
export const kubeconfigType = "talos:cluster/kubeconfig:Kubeconfig";

const ids = { c0: 140, w0: 150, w1: 151 } as const;

/** Name of a machine of the stage. */
export type Machine = keyof typeof ids;

/** Where a machine answers. */
export function address(name: Machine): string {
    return `10.10.0.${ids[name]}`;
}

/** A world with three booted machines. */
export class Stage {
    private constructor(
        readonly actor: Actor,
        /** Secrets of the cluster. */
        readonly secrets: Properties,
    ) {}

    /** Boots the machines and makes the secrets. */
    static async open(): Promise<Stage> {
        const actor = new Actor();
        const image = await actor.image();
        for (const [name, id] of Object.entries(ids)) {
            await actor.vm(name, id, image);
        }
        return new Stage(actor, await actor.secrets());
    }

    /** The client credentials of the secrets, as resources take them. */
    get client(): Properties {
        const found = this.secrets.clientConfiguration;
        return isProperties(found) ? found : {};
    }

    /** Configures a machine with its ordinary patch and more. */
    async configure(name: Machine, patches: readonly string[] = [], overrides: Properties = {}): Promise<void> {
        const own = machinePatch(name, ids[name]);
        const config = await this.actor.config(this.secrets, name, [own, ...patches], overrides);
        await this.actor.apply(this.secrets, address(name), config);
    }

    /** Bootstraps c0, and makes a second control plane of the machine that is w0 else. */
    async twoControlPlanes(): Promise<void> {
        await this.configure("c0");
        await this.actor.bootstrap(this.secrets, address("c0"));
        const config = await this.actor.config(this.secrets, "c1", [machinePatch("w0", ids.w0)]);
        await this.actor.apply(this.secrets, address("w0"), config);
    }

    /** Configures all three and bootstraps. */
    async standUp(): Promise<Cluster> {
        await this.configure("c0");
        await this.configure("w0");
        await this.configure("w1");
        await this.actor.bootstrap(this.secrets, address("c0"));
        const { outputs } = await this.actor.kubeconfig(this.secrets, address("c0"));
        const cluster = this.actor.world.kubernetes.clusterOf(text(outputs, "kubeconfigRaw") ?? "");
        if (cluster instanceof Refusal) {
            throw cluster;
        }
        return cluster;
    }
}
