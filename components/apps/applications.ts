/** The applications of a homelab: PostgreSQL and RabbitMQ, in namespaces of which nothing goes in or out unasked. */
import * as pulumi from "@pulumi/pulumi";
import type { AppsConfig } from "../../config/apps";
import { NetworkPolicies } from "../cni/network-policies";
import type { Home } from "../kubernetes/cluster";
import { CloudNativePg } from "./cloudnative-pg";
import { AppNamespaces } from "./namespaces";
import { PostgreSql } from "./postgresql";
import { postgresqlFlows } from "./postgresql-flows";
import { RabbitMq } from "./rabbitmq";
import { rabbitmqFlows } from "./rabbitmq-flows";

/** What the applications need. */
export interface ApplicationsArgs extends AppsConfig {
    readonly home: Home;
    /** The pod network. */
    readonly cilium: pulumi.Resource;
    /** StorageClass of their claims, which carries the edge to it. */
    readonly storageClass: pulumi.Input<string>;
}

/** The database and the broker. Operator, namespaces and policies do not wait for storage. */
export class Applications extends pulumi.ComponentResource {
    static readonly type = "strata:apps:Applications";
    /** Where clients inside the cluster reach each application. */
    readonly addresses: { readonly postgresql: string; readonly rabbitmq: string };
    /** Generated passwords by application, secret. */
    readonly passwords: {
        readonly postgresql: pulumi.Output<string>;
        readonly rabbitmq: pulumi.Output<string>;
    };

    constructor(name: string, args: ApplicationsArgs, opts?: pulumi.ComponentResourceOptions) {
        super(Applications.type, name, {}, opts);
        const own = { parent: this };
        const { home, cilium, storageClass, postgresql, rabbitmq } = args;

        const operator = new CloudNativePg(
            "cloudnative-pg",
            { home, cilium, version: postgresql.operatorVersion },
            own,
        );
        const namespaces = new AppNamespaces(
            "namespace",
            { home, namespaces: [postgresql.namespace, rabbitmq.namespace] },
            own,
        );
        const policies = new NetworkPolicies(
            "flow",
            {
                home,
                cilium,
                isolated: namespaces.names,
                flows: [...postgresqlFlows(postgresql), ...rabbitmqFlows(rabbitmq)],
            },
            own,
        );

        const database = new PostgreSql(
            "postgresql",
            {
                ...postgresql,
                home,
                operator: operator.release,
                namespace: policies.enforced(postgresql.namespace),
                namespaceName: postgresql.namespace,
                storageClass,
            },
            own,
        );
        const broker = new RabbitMq(
            "rabbitmq",
            {
                ...rabbitmq,
                home,
                namespace: policies.enforced(rabbitmq.namespace),
                namespaceName: rabbitmq.namespace,
                storageClass,
            },
            own,
        );

        this.addresses = { postgresql: database.address, rabbitmq: broker.address };
        this.passwords = { postgresql: database.password, rabbitmq: broker.password };
        this.registerOutputs({ addresses: this.addresses });
    }
}
