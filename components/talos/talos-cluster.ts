/** A Kubernetes cluster of Talos machines: secrets, configuration, bootstrap, access. */
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { client, cluster, machine } from "@pulumiverse/talos";
import type { Facts } from "../../policy/facts";
import type { Home, Node } from "../kubernetes/cluster";
import { through, throughAll } from "../kubernetes/edge";
import type { Machine } from "../machines/machine";
import { type ClusterConfiguration, clusterSecrets, machineConfiguration } from "./machine-configuration";

/** What a cluster is made of. */
export interface TalosClusterArgs extends Omit<ClusterConfiguration, "endpoint"> {
    /** The machines; at least one control plane. */
    readonly machines: readonly Machine[];
    /** Talos version the secrets and configurations are made for at creation, e.g. `v1.10.5`. */
    readonly version: string;
    /** Secrets the machines have booted with. Default: the cluster makes its own. */
    readonly secrets?: machine.Secrets;
    /** Services every machine stands on, e.g. the storage of their disks. Default none. */
    readonly needs?: readonly string[];
}

function isController({ role }: Machine): boolean {
    return role === "controlplane";
}

/** etcd needs most of its members; the API needs one, or the one that has the endpoint where no address is shared. */
export function clusterFacts(
    machines: readonly Machine[],
    virtualIp: string | undefined,
    needs: readonly string[] = [],
): Facts {
    const controllers = machines.filter(isController);
    const domainOf = (list: readonly Machine[]) =>
        Object.fromEntries(list.map(({ name }) => [name, `machine/${name}`]));
    const mitigation = "Three control planes on three hosts, behind a shared address.";
    return {
        services: [
            {
                name: "etcd",
                title: "etcd",
                redundancy: { rule: "majority" },
                members: domainOf(controllers),
                ...(needs.length === 0 ? {} : { needs: [...needs] }),
                storesData: true,
                mitigation,
            },
            {
                name: "kubernetes-api",
                title: "Kubernetes API",
                redundancy: { rule: "any-of" },
                members: domainOf(virtualIp === undefined ? controllers.slice(0, 1) : controllers),
                needs: ["etcd"],
                mitigation,
            },
        ],
    };
}

/**
 * Talos on every machine, one Kubernetes cluster over them. Configuration goes to each machine by its own address;
 * the bootstrap happens once, on the first control plane by name.
 *
 * Neither the secrets nor the contract they were made for change with the Talos version: other secrets would be
 * another cluster. Health is asked at an update only, never at a preview, where there may be nothing to ask.
 */
export class TalosCluster extends pulumi.ComponentResource implements Home {
    static readonly type = "strata:talos:TalosCluster";
    /** Kubernetes API address. */
    readonly endpoint: string;
    /** The administrator's kubeconfig, secret; there once every machine is configured and etcd is healthy. */
    readonly kubeconfig: pulumi.Output<string>;
    /** The operators' talosconfig, secret. */
    readonly talosconfig: pulumi.Output<string>;
    readonly provider: k8s.Provider;
    /** The bootstrap: without it there is no cluster for anything to be in. */
    readonly owner: pulumi.Resource;
    readonly nodes: readonly Node[];
    readonly #secrets: machine.Secrets;
    readonly #controllers: readonly string[];
    readonly #workers: readonly string[];

    constructor(name: string, args: TalosClusterArgs, opts?: pulumi.ComponentResourceOptions) {
        super(TalosCluster.type, name, {}, opts);
        const own = { parent: this };
        const controllers = args.machines.filter(isController);
        const [first] = controllers;
        if (first === undefined) {
            throw new pulumi.ResourceError("machines must hold at least one control plane, got none", this, true);
        }
        this.#controllers = controllers.map(({ address }) => address);
        this.#workers = args.machines.filter((each) => !isController(each)).map(({ address }) => address);
        this.endpoint = `https://${args.virtualIp ?? first.address}:6443`;
        this.nodes = args.machines.map((each) => ({
            name: each.name,
            role: each.role,
            schedulable: !isController(each) || args.schedulingOnControlPlanes,
        }));

        this.#secrets = args.secrets ?? clusterSecrets(name, args.version, this);
        const applied = new Map(
            args.machines.map((each) => [each.name, this.#apply(`${name}-${each.name}`, each, args)] as const),
        );
        const bootstrap = new machine.Bootstrap(
            `${name}-bootstrap`,
            {
                clientConfiguration: this.#secrets.clientConfiguration,
                node: through(applied.get(first.name) ?? this, first.address),
            },
            // A control plane that is added later may come first by name; there is nothing left to bootstrap then.
            { ...own, ignoreChanges: ["node", "endpoint"] },
        );
        const kubeconfig = new cluster.Kubeconfig(
            `${name}-kubeconfig`,
            {
                clientConfiguration: this.#secrets.clientConfiguration,
                node: through(bootstrap, first.address),
            },
            own,
        );
        const joined = pulumi.all([...applied.values(), bootstrap].map((each) => each.urn));
        this.kubeconfig = pulumi.secret(
            pulumi
                .all([kubeconfig.kubeconfigRaw, this.#healthy(joined, { beforeNetwork: true })])
                .apply(([raw]) => raw),
        );
        this.talosconfig = pulumi.secret(
            client.getConfigurationOutput(
                {
                    clusterName: args.clusterName,
                    clientConfiguration: this.#secrets.clientConfiguration,
                    endpoints: [...this.#controllers],
                    nodes: [...this.#controllers, ...this.#workers],
                },
                own,
            ).talosConfig,
        );
        this.provider = new k8s.Provider(
            `${name}-kubernetes`,
            {
                kubeconfig: this.kubeconfig,
                // A renewed kubeconfig is still the same cluster.
                clusterIdentifier: args.clusterName,
                // Not `deleteUnreachable`: an API that is out of reach for a minute must not cost the state its
                // objects. A destroy does not need it, since objects go with the bootstrap.
            },
            own,
        );
        this.owner = bootstrap;
        this.registerOutputs({
            endpoint: this.endpoint,
            kubeconfig: this.kubeconfig,
            talosconfig: this.talosconfig,
            facts: clusterFacts(args.machines, args.virtualIp, args.needs),
        });
    }

    /**
     * Whether the cluster is healthy, nodes Ready included, once a resource is there; at a preview, nothing is asked.
     *
     * @param after What makes the nodes Ready: the pod network.
     */
    healthyAfter(after: pulumi.Resource): pulumi.Output<boolean> {
        return this.#healthy(after.urn, { beforeNetwork: false });
    }

    #healthy(
        after: pulumi.Output<unknown>,
        { beforeNetwork }: { readonly beforeNetwork: boolean },
    ): pulumi.Output<boolean> {
        if (pulumi.runtime.isDryRun()) {
            return pulumi.output(true);
        }
        const health = cluster.getHealthOutput(
            {
                clientConfiguration: this.#secrets.clientConfiguration,
                controlPlaneNodes: after.apply(() => [...this.#controllers]),
                endpoints: [...this.#controllers],
                workerNodes: [...this.#workers],
                skipKubernetesChecks: beforeNetwork,
            },
            { parent: this },
        );
        // The credentials that asked are secret; that the cluster is healthy is not.
        return pulumi.unsecret(health.apply(() => true));
    }

    #apply(resourceName: string, each: Machine, args: TalosClusterArgs): machine.ConfigurationApply {
        const endpoint = this.endpoint;
        const configuration = machineConfiguration(this.#secrets, each, { ...args, endpoint }, this);
        return new machine.ConfigurationApply(
            resourceName,
            {
                clientConfiguration: this.#secrets.clientConfiguration,
                machineConfigurationInput: configuration,
                node: throughAll([each.resource, ...(each.alsoAfter ?? [])], each.address),
            },
            { parent: this },
        );
    }
}
