/** The nested types of the Talos provider. */
import type * as pulumi from "@pulumi/pulumi";

/** Client credentials of the Talos API. */
export interface ClientConfiguration {
    readonly caCertificate: string;
    readonly clientCertificate: string;
    /** Secret. */
    readonly clientKey: string;
}

/** A certificate and its key, PEM in base64. */
export interface Certificate {
    readonly cert: string;
    /** Secret. */
    readonly key: string;
}

/** Everything a cluster's identity is made of. */
export interface MachineSecrets {
    readonly certs: {
        readonly etcd: Certificate;
        readonly k8s: Certificate;
        readonly k8sAggregator: Certificate;
        readonly k8sServiceaccount: { readonly key: string };
        readonly os: Certificate;
    };
    readonly cluster: { readonly id: string; readonly secret: string };
    readonly secrets: {
        readonly bootstrapToken: string;
        readonly secretboxEncryptionSecret: string;
        readonly aescbcEncryptionSecret?: string;
    };
    readonly trustdinfo: { readonly token: string };
}

/** What a machine does when its configuration is destroyed. Pass literals: unknown values are refused. */
export interface OnDestroy {
    /** Leave etcd before the reset. Default true. */
    readonly graceful?: pulumi.Input<boolean>;
    /** Reboot afterwards. Default false. */
    readonly reboot?: pulumi.Input<boolean>;
    /** Wipe the machine. Default false. */
    readonly reset?: pulumi.Input<boolean>;
}
