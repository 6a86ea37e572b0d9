import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type Home, inside } from "../kubernetes/cluster";
import { through } from "../kubernetes/edge";
import type { Flux } from "./flux";

export interface SopsKeyArgs {
    readonly home: Pick<Home, "provider" | "owner">;
    /** Whose namespace the key is put into. It waits for the namespace, not for the controllers. */
    readonly flux: Pick<Flux, "namespace">;
    /** The age identity the repository's secrets are encrypted for, one line that begins `AGE-SECRET-KEY-1`. */
    readonly ageKey: pulumi.Input<string>;
}

/** Name of the Secret. */
export const sopsKeySecret = "sops-age";

/** Flux reads every entry of the Secret that ends in `.agekey` (Flux, "Kustomization: decryption"). */
export const sopsKeyEntry = "age.agekey";

/** The key Flux decrypts the repository's secrets with: the only secret that does not come out of the repository. */
export class SopsKey extends pulumi.ComponentResource {
    static readonly type = "strata:delivery:SopsKey";

    /** The Secret's name, known at preview, which carries the edge to it: a sync that names it comes after it. */
    readonly secretName: pulumi.Output<string>;

    constructor(name: string, args: SopsKeyArgs, opts?: pulumi.ComponentResourceOptions) {
        super(SopsKey.type, name, {}, opts);

        const secret = new k8s.core.v1.Secret(
            `${name}-secret`,
            {
                metadata: { name: sopsKeySecret, namespace: args.flux.namespace },
                type: "Opaque",
                stringData: { [sopsKeyEntry]: pulumi.secret(args.ageKey) },
            },
            inside(args.home, this),
        );

        this.secretName = through(secret, sopsKeySecret);
        this.registerOutputs({ secretName: this.secretName });
    }
}
