/** Mistakes a program could make, each in every resource of one type, for the real plugins to refuse. */
import * as pulumi from "@pulumi/pulumi";

/** One mistake, and the words a plugin refuses it with. */
export interface Mistake {
    /** Package whose plugin must refuse it. */
    readonly refusedBy: string;
    readonly type: string;
    /** The properties with the mistake in them. */
    readonly make: (props: Readonly<Record<string, unknown>>) => Record<string, unknown>;
    /** Words of the validators of the Terraform providers inside the plugins (bpg/proxmox, siderolabs/talos). */
    readonly words: RegExp;
}

const vm = "proxmoxve:index/vmLegacy:VmLegacy";

/** The mistakes, by the sentence that says them. */
export const mistakes: Readonly<Record<string, Mistake>> = {
    "a firmware that does not exist": {
        refusedBy: "proxmoxve",
        type: vm,
        make: (props) => ({ ...props, bios: "coreboot" }),
        words: /expected bios to be one of/,
    },
    "an unknown key inside a block": {
        refusedBy: "proxmoxve",
        type: vm,
        make: (props) => ({ ...props, cpu: { cores: 2, corez: 2 } }),
        words: /Invalid or unknown key/,
    },
    "a VM id below 100": {
        refusedBy: "proxmoxve",
        type: vm,
        make: (props) => ({ ...props, vmId: 99 }),
        words: /expected vm_id to be in the range \(100 - 2147483647\)/,
    },
    "an apply mode that does not exist": {
        refusedBy: "talos",
        type: "talos:machine/configurationApply:ConfigurationApply",
        make: (props) => ({ ...props, applyMode: "sometimes" }),
        words: /apply_mode value must be one of/,
    },
};

/** The program with the mistake in it. */
export function withMistake(
    program: () => Promise<Record<string, unknown>>,
    { type, make }: Mistake,
): () => Promise<Record<string, unknown>> {
    return () => {
        pulumi.runtime.registerStackTransformation((resource) =>
            resource.type === type ? { props: make(resource.props), opts: resource.opts } : undefined,
        );
        return program();
    };
}
