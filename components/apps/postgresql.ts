import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { Facts } from "../../policy/facts";
import { type Home, inside, spread } from "../kubernetes/cluster";
import { through } from "../kubernetes/edge";
import { postgresqlPort } from "./postgresql-flows";

export interface PostgreSqlArgs {
    readonly home: Home;
    /** The operator, which brings the definition of a Cluster. */
    readonly operator: pulumi.Resource;
    /** Namespace, which carries the edges to its network policies. */
    readonly namespace: pulumi.Input<string>;
    /** The same name, plain: the database's address is made of it. */
    readonly namespaceName: string;
    /** Name of the cluster in its namespace; its Services and pods begin with it. */
    readonly cluster: string;
    /** Image of PostgreSQL with a full version, e.g. `ghcr.io/cloudnative-pg/postgresql:16.11-system-trixie`. */
    readonly image: string;
    /** Name of the database. Read once, when the first instance is made. */
    readonly database: string;
    /** Role that owns the database. Read once, when the first instance is made. */
    readonly owner: string;
    /** One primary and `instances - 1` replicas, each on another node. */
    readonly instances: number;
    /** GiB of each instance's claim. It grows, and never shrinks. */
    readonly storageGiB: number;
    /** StorageClass of the claims, which carries the edge to it. */
    readonly storageClass: pulumi.Input<string>;
    /** MiB an instance asks for and may not exceed. */
    readonly memoryMiB: number;
    /** Thousandths of a CPU an instance asks for. */
    readonly cpuMillis: number;
}

/** Initialisation, then one join after the other, each on a new volume. */
const timeouts = { create: "20m", update: "20m", delete: "10m" };

/**
 * A PostgreSQL cluster under CloudNativePG with one database and its owner.
 *
 * The operator's own pod templates meet the `restricted` level of pod security: no root, no capabilities, the runtime's
 * seccomp profile. The cluster is protected: its claims go with it. Changing `database`, `owner` or the class of the claims means another cluster and moving the data.
 */
export class PostgreSql extends pulumi.ComponentResource {
    static readonly type = "strata:apps:PostgreSql";

    /** Where clients inside the cluster reach the primary, e.g. `postgresql-rw.blockchain.svc.cluster.local:5432`. */
    readonly address: string;
    /** Password of the owner. Secret. */
    readonly password: pulumi.Output<string>;

    constructor(name: string, args: PostgreSqlArgs, opts?: pulumi.ComponentResourceOptions) {
        super(PostgreSql.type, name, {}, opts);

        const generated = new random.RandomPassword(
            `${name}-password`,
            { length: 32, special: false },
            { parent: this },
        );
        this.password = pulumi.secret(generated.result);

        const owner = `${args.cluster}-owner`;
        const credentials = new k8s.core.v1.Secret(
            `${name}-owner`,
            {
                metadata: {
                    name: owner,
                    namespace: args.namespace,
                    // The operator takes a changed password over only from a secret it watches.
                    labels: { "cnpg.io/reload": "true" },
                },
                type: "kubernetes.io/basic-auth",
                stringData: { username: args.owner, password: this.password },
            },
            inside(args.home, this),
        );

        new k8s.apiextensions.CustomResource(
            `${name}-cluster`,
            {
                apiVersion: "postgresql.cnpg.io/v1",
                kind: "Cluster",
                metadata: {
                    name: args.cluster,
                    namespace: args.namespace,
                    // Who makes it so, and who must be there first.
                    labels: { "app.kubernetes.io/managed-by": through(args.operator, "cloudnative-pg") },
                    annotations: { "pulumi.com/waitFor": "condition=Ready" },
                },
                spec: clusterSpec(args, through(credentials, owner)),
            },
            inside(args.home, this, { customTimeouts: timeouts, protect: true }),
        );

        this.address = `${args.cluster}-rw.${args.namespaceName}.svc.cluster.local:${postgresqlPort}`;
        this.registerOutputs({ address: this.address, facts: facts(args) });
    }
}

/** Fewest instances with which one may be lost while every confirmed write is on another. */
const synchronousFrom = 3;

/** The spec of CloudNativePG's Cluster. */
export function clusterSpec(
    args: Pick<
        PostgreSqlArgs,
        "instances" | "image" | "database" | "owner" | "storageGiB" | "storageClass" | "memoryMiB" | "cpuMillis"
    >,
    ownerSecret: pulumi.Input<string>,
) {
    return {
        instances: args.instances,
        imageName: args.image,
        primaryUpdateStrategy: "unsupervised",
        enableSuperuserAccess: false,
        seccompProfile: { type: "RuntimeDefault" },
        bootstrap: {
            initdb: { database: args.database, owner: args.owner, secret: { name: ownerSecret }, dataChecksums: true },
        },
        // A confirmed write is on two instances: losing the primary loses none. With two instances, losing the
        // replica would stop every write.
        ...(args.instances >= synchronousFrom ? { postgresql: { synchronous: { method: "any", number: 1 } } } : {}),
        storage: { size: `${args.storageGiB}Gi`, storageClass: args.storageClass },
        affinity: {
            enablePodAntiAffinity: true,
            podAntiAffinityType: "required",
            topologyKey: "kubernetes.io/hostname",
        },
        resources: {
            requests: { cpu: `${args.cpuMillis}m`, memory: `${args.memoryMiB}Mi` },
            limits: { memory: `${args.memoryMiB}Mi` },
        },
    };
}

/** CloudNativePG numbers instances from one and promotes any replica that is left. The data itself is Ceph's. */
function facts(args: PostgreSqlArgs): Facts {
    const instances = Array.from({ length: args.instances }, (_, turn) => `${args.cluster}-${turn + 1}`);
    return {
        services: [
            {
                name: "postgresql",
                title: "PostgreSQL",
                redundancy: { rule: "any-of" },
                members: spread(instances, args.home.nodes),
                needs: ["ceph-data"],
                ...(args.instances > 1 ? { mitigation: "The operator promotes a replica on another node." } : {}),
            },
        ],
    };
}
