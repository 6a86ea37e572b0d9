/** An Oracle stack after an `up` without an engine: its resources, its graph, its world, its bill. */
import { type Pipeline, pipelineOf } from "../../../operations/pipeline";
import { readStackConfig } from "../../../operations/stack";
import { allowanceFor, freeTierMeters, monthlyCost, type PlainResource } from "../../../policy/report";
import type { Deployment } from "../../../rehearsal/engine/deployment";
import type { InProcessRun, InProcessStack } from "../../../rehearsal/engine/in-process";
import type { InProcessResource } from "../../../rehearsal/engine/in-process-steps";
import { type Timeline, timelineOf } from "../../../rehearsal/engine/timeline";
import { at, type Value } from "../../../rehearsal/world/value";
import type { World } from "../../../rehearsal/world/world";
import { stackInProcess } from "../../harness/rehearsed";

/** A stack that stands. */
export class Built {
    private constructor(
        readonly name: string,
        private readonly stack: InProcessStack,
        private readonly run: InProcessRun,
    ) {}

    /** Brings a stack up in a world of its own. Throws the first thing that goes wrong. */
    static async of(name: string): Promise<Built> {
        const stack = stackInProcess(name);
        const run = await stack.up();
        if (run.errors[0] !== undefined) {
            throw new Error(`${name} does not come up: ${run.errors[0].message}`);
        }
        return new Built(name, stack, run);
    }

    get world(): World {
        return this.stack.world;
    }

    get outputs(): Readonly<Record<string, unknown>> {
        return this.run.outputs;
    }

    /** Everything but the stack itself. */
    get resources(): readonly InProcessResource[] {
        return [...this.stack.state.values()].filter(({ type }) => type !== "pulumi:pulumi:Stack");
    }

    /** The one custom resource of a name. */
    resource(name: string): InProcessResource {
        const [found, second] = this.resources.filter((each) => each.custom && each.name === name);
        if (found === undefined || second !== undefined) {
            throw new Error(`Expected one resource '${name}', found ${second === undefined ? "none" : "more"}.`);
        }
        return found;
    }

    input(name: string, path: string): Value | undefined {
        return at(this.resource(name).inputs, path);
    }

    /** Names of everything a resource waits for, directly or through others. */
    waitsFor(name: string): ReadonlySet<string> {
        const seen = new Set<string>();
        const visit = (resource: InProcessResource): void => {
            const { dependencies, propertyDependencies, providerReference } = resource;
            for (const urn of [
                ...dependencies,
                ...Object.values(propertyDependencies).flat(),
                // The engine's reference is the URN and the id.
                providerReference.replace(/::[^:]*$/, ""),
            ]) {
                const next = this.stack.state.get(urn);
                if (next !== undefined && !seen.has(urn)) {
                    seen.add(urn);
                    visit(next);
                }
            }
        };
        visit(this.resource(name));
        return new Set([...seen].map((urn) => this.stack.state.get(urn)?.name ?? ""));
    }

    get timeline(): Timeline {
        const resources = this.resources.map((resource) => ({ ...resource, provider: resource.providerReference }));
        const deployment: Deployment = { version: 3, deployment: { resources } };
        return timelineOf(deployment, this.world.ledger.entries);
    }

    /** The world's one Proxmox cluster. Throws where there is none or more. */
    get proxmox() {
        const [cluster, second] = this.world.hosts.clusters;
        if (cluster === undefined || second !== undefined) {
            throw new Error("Expected one Proxmox cluster.");
        }
        return cluster;
    }

    /** The world's one Kubernetes cluster. Throws where there is none or more. */
    get kubernetes() {
        const [cluster, second] = this.world.kubernetes.alive;
        if (cluster === undefined || second !== undefined) {
            throw new Error("Expected one Kubernetes cluster.");
        }
        return cluster;
    }

    /** The document's whole pipeline around the deployment as it was built. */
    get pipeline(): Pipeline {
        const { criticalMinutes } = this.timeline;
        return pipelineOf("oracle-proxmox", { withUpload: criticalMinutes, preBuilt: criticalMinutes, uploads: false });
    }

    /** Meters under the allowance the stack declares. */
    get meters() {
        return freeTierMeters(this.#plain(), this.#allowance());
    }

    /** US dollars a month under the allowance the stack declares, and under the one in force on a day. */
    cost(day?: string) {
        return monthlyCost(this.#plain(), day === undefined ? this.#allowance() : allowanceFor(undefined, day));
    }

    /** The allowance the stack declares. Its document speaks of an account that cannot be charged. */
    #allowance() {
        const declared = readStackConfig(this.name)["strata:allowance"]?.value;
        if (typeof declared !== "string") {
            throw new Error(`${this.name} declares no allowance.`);
        }
        return allowanceFor(declared, "2026-11-21", "always-free");
    }

    #plain(): PlainResource[] {
        return this.resources.map(
            ({ urn, type, name, inputs, outputs, dependencies, propertyDependencies, protect, parent }) => ({
                urn,
                type,
                name,
                props: outputs,
                inputs,
                dependencies,
                protect,
                propertyDependencies: Object.fromEntries(
                    Object.entries(propertyDependencies).map(([key, urns]) => [key, [...urns]]),
                ),
                ...(parent === "" ? {} : { parent }),
            }),
        );
    }
}
