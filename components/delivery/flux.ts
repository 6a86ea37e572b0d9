import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Facts } from "../../policy/facts";
import { type Home, inside, machineDomain, schedulable } from "../kubernetes/cluster";
import { namespace } from "../kubernetes/namespace";

export interface FluxArgs {
    readonly home: Home;
    /** The pod network the controllers need. */
    readonly cilium: pulumi.Resource;
    /** Chart version, e.g. `2.18.3`, which is Flux 2.8.5. */
    readonly version: string;
}

/** Namespace of Flux, its sources and its keys, as its documentation and its own commands expect it. */
export const fluxNamespace = "flux-system";

/** Where the chart of Flux is published. */
const repository = "https://fluxcd-community.github.io/helm-charts";

/** Seconds for the controllers' images to arrive and their pods to be ready. */
const timeoutSeconds = 600;

/**
 * Flux: the controllers that fetch a repository, build and decrypt what is in it, and keep the cluster as it says.
 *
 * Only the three controllers this needs run: those that watch image registries or send notifications cost memory on
 * small machines and do nothing here.
 */
export class Flux extends pulumi.ComponentResource {
    static readonly type = "strata:delivery:Flux";

    /** The release, which brings the definitions of sources, Kustomizations and HelmReleases. */
    readonly release: k8s.helm.v3.Release;
    /** The namespace's name, known at preview, which carries the edge to it. */
    readonly namespace: pulumi.Output<string>;

    constructor(name: string, args: FluxArgs, opts?: pulumi.ComponentResourceOptions) {
        super(Flux.type, name, {}, opts);

        // The chart's pods run as a stranger to root, with no capability and the runtime's seccomp profile.
        this.namespace = namespace(
            `${name}-namespace`,
            { home: args.home, namespace: fluxNamespace, podSecurity: "restricted" },
            this,
        );
        this.release = new k8s.helm.v3.Release(
            `${name}-chart`,
            {
                name: "flux",
                namespace: this.namespace,
                chart: "flux2",
                version: args.version,
                repositoryOpts: { repo: repository },
                timeout: timeoutSeconds,
                values: {
                    installCRDs: true,
                    // Each of the three controllers reaches the others, and nothing else in the cluster reaches them.
                    policies: { create: true },
                    notificationController: { create: false },
                    imageAutomationController: { create: false },
                    imageReflectionController: { create: false },
                },
            },
            inside(args.home, this, { dependsOn: [args.cilium] }),
        );

        this.registerOutputs({ release: this.release.name, facts: facts(args.home) });
    }
}

/** One pod a controller, started again on any node that takes workloads. */
function facts(home: Home): Facts {
    return {
        services: [
            {
                name: "flux",
                title: "Flux",
                redundancy: { rule: "any-of" },
                members: Object.fromEntries(
                    schedulable(home.nodes).map((node) => [`flux-on-${node.name}`, machineDomain(node.name)]),
                ),
                needs: ["kubernetes-api", "cilium"],
                mitigation: "Its pods start again on another node, and what they applied goes on running without them.",
            },
        ],
    };
}
