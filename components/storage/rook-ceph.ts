import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { LanService } from "../cni/lan-service";
import type { LoadBalancerAddresses } from "../cni/load-balancer-addresses";
import { type Home, inside } from "../kubernetes/cluster";
import { through } from "../kubernetes/edge";
import { blockPoolSpec, cephClusterSpec } from "./ceph-cluster";
import type { StorageDisk } from "./devices";
import { cephFacts } from "./facts";
import type { RookOperator } from "./rook-operator";
import { rbdStorageClass } from "./storage-class";
import { toolbox } from "./toolbox";

export interface RookCephArgs {
    readonly home: Home;
    /** The operator, which brings the definitions and does the work. */
    readonly operator: RookOperator;
    /** Image of Ceph, e.g. `quay.io/ceph/ceph:v19.2.3`. */
    readonly image: string;
    /** Nodes that carry a monitor, one each. */
    readonly monitors: readonly string[];
    /** How many managers; one is active. */
    readonly managers: number;
    /** One OSD each. Names are for life: taking a disk out of the list does not take its OSD out of Ceph. */
    readonly disks: readonly StorageDisk[];
    /** Link a disk is selected by, with `{serial}` in the place of its serial. */
    readonly deviceLink: string;
    /** Copies of every object, each on another host. */
    readonly size: number;
    /** Copies that must be there for reads and writes. */
    readonly minSize: number;
    /** Name of the default StorageClass, e.g. `ceph-block`. */
    readonly storageClass: string;
    /** True for a pod with the `ceph` command. */
    readonly toolbox: boolean;
    /** Fixed address of the dashboard; left out, it is reached by a port-forward. */
    readonly dashboard?: { readonly addresses: LoadBalancerAddresses; readonly address: string };
    /** Lets a removal of the CephCluster wipe the disks. */
    readonly confirmDestroy?: "yes-really-destroy-data";
}

/**
 * Monitors, managers and OSDs come one after the other, each with an image of over a gigabyte to pull: longer than the
 * ten minutes the Kubernetes provider gives by default.
 */
const clusterTimeouts = { create: "30m", update: "30m", delete: "30m" };

/**
 * Ceph as Rook runs it: the cluster on the named disks, a replicated pool and the default StorageClass.
 *
 * Teardown follows the edges backwards: claims, StorageClass, pool, cluster, operator. Rook holds the cluster's
 * finalizer while a pool is left, and the operator takes the finalizers off, so any other order hangs. To wipe the disks
 * as well, set `confirmDestroy` and run an update before the removal; the disks keep their data otherwise.
 */
export class RookCeph extends pulumi.ComponentResource {
    static readonly type = "strata:storage:RookCeph";

    /** Name of the StorageClass, known at preview; a claim made with it comes after the pool. */
    readonly storageClass: pulumi.Output<string>;
    /** Where the dashboard is: a URL on the local network, or the command that brings it to this machine. */
    readonly dashboard: string;

    constructor(name: string, args: RookCephArgs, opts?: pulumi.ComponentResourceOptions) {
        super(RookCeph.type, name, {}, opts);

        const cluster = new k8s.apiextensions.CustomResource(
            `${name}-cluster`,
            {
                apiVersion: "ceph.rook.io/v1",
                kind: "CephCluster",
                metadata: {
                    name: "rook-ceph",
                    namespace: args.operator.namespace,
                    annotations: {
                        // Rook says Ready even where it found no disk at all; Ceph's own health does not.
                        "pulumi.com/waitFor": JSON.stringify([
                            "jsonpath={.status.phase}=Ready",
                            "jsonpath={.status.ceph.health}=HEALTH_OK",
                        ]),
                    },
                },
                spec: cephClusterSpec({
                    ...args,
                    tainted: args.home.nodes.filter((node) => !node.schedulable).map((node) => node.name),
                }),
            },
            inside(args.home, this, {
                dependsOn: [args.operator.release],
                customTimeouts: clusterTimeouts,
                protect: true,
            }),
        );

        const pool = new k8s.apiextensions.CustomResource(
            `${name}-pool`,
            {
                apiVersion: "ceph.rook.io/v1",
                kind: "CephBlockPool",
                metadata: {
                    name: args.storageClass,
                    namespace: args.operator.namespace,
                    annotations: { "pulumi.com/waitFor": "jsonpath={.status.phase}=Ready" },
                },
                spec: blockPoolSpec(args),
            },
            inside(args.home, this, { dependsOn: [cluster], protect: true }),
        );

        const storageClass = rbdStorageClass(
            `${name}-storage-class`,
            {
                home: args.home,
                storageClass: args.storageClass,
                clusterNamespace: "rook-ceph",
                pool: through(pool, args.storageClass),
            },
            this,
        );

        if (args.toolbox) {
            toolbox(
                `${name}-toolbox`,
                { home: args.home, namespace: args.operator.namespace, cluster, image: args.image },
                this,
            );
        }

        this.storageClass = through(storageClass, args.storageClass);
        this.dashboard = args.dashboard
            ? new LanService(
                  `${name}-dashboard`,
                  {
                      home: args.home,
                      ...args.dashboard,
                      namespace: args.operator.namespace,
                      service: "ceph-dashboard-lan",
                      pods: cluster,
                      selector: { app: "rook-ceph-mgr", rook_cluster: "rook-ceph", mgr_role: "active" },
                      scheme: "https",
                      port: 443,
                      targetPort: 8443,
                  },
                  { parent: this },
              ).url
            : "kubectl -n rook-ceph port-forward service/rook-ceph-mgr-dashboard 8443:8443, then https://127.0.0.1:8443/";

        this.registerOutputs({
            storageClass: this.storageClass,
            dashboard: this.dashboard,
            facts: cephFacts(args),
        });
    }
}
