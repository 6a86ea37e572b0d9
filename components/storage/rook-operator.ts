import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type Home, inside } from "../kubernetes/cluster";
import { namespace } from "../kubernetes/namespace";

export interface RookOperatorArgs {
    readonly home: Home;
    /** The pod network the operator needs. */
    readonly cilium: pulumi.Resource;
    /** Namespace of operator and Ceph. */
    readonly namespace: string;
    /** Chart version, e.g. `v1.18.11`. */
    readonly version: string;
}

/** Where Rook's charts are published. */
const repository = "https://charts.rook.io/release";

/** Seconds for the operator's image to arrive and its pod to be ready. */
const timeoutSeconds = 600;

/**
 * Rook's operator and the definitions of its custom resources, in a namespace that lets Ceph's daemons be privileged:
 * the operator's own pods ask for nothing special, but OSDs and CSI drivers do, and Talos enforces `baseline` where a
 * namespace says nothing.
 *
 * It has to outlive every Ceph object: it alone takes their finalizers off.
 */
export class RookOperator extends pulumi.ComponentResource {
    static readonly type = "strata:storage:RookOperator";

    /** The operator's release: every object of Ceph's comes after it and goes before it. */
    readonly release: k8s.helm.v3.Release;
    /** The namespace's name, known at preview, which carries the edge to it. */
    readonly namespace: pulumi.Output<string>;

    constructor(name: string, args: RookOperatorArgs, opts?: pulumi.ComponentResourceOptions) {
        super(RookOperator.type, name, {}, opts);

        this.namespace = namespace(
            `${name}-namespace`,
            { home: args.home, namespace: args.namespace, podSecurity: "privileged" },
            this,
        );
        this.release = new k8s.helm.v3.Release(
            `${name}-chart`,
            {
                name: "rook-ceph",
                namespace: this.namespace,
                chart: "rook-ceph",
                version: args.version,
                repositoryOpts: { repo: repository },
                timeout: timeoutSeconds,
                values: {
                    crds: { enabled: true },
                    // Disks are named in the CephCluster: nothing has to look for others.
                    enableDiscoveryDaemon: false,
                    // Block storage is what the applications claim.
                    csi: { enableRbdDriver: true, enableCephfsDriver: false },
                },
            },
            inside(args.home, this, { dependsOn: [args.cilium] }),
        );

        this.registerOutputs({ namespace: this.namespace });
    }
}
