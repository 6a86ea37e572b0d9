/** A stack of this project as it stands after its rehearsal: in the engine's state, and in a world one can look into. */
import program from "../../index";
import { rehearseStack } from "../../operations/rehearse-stack";
import { rehearsedConfig } from "../../operations/stack";
import { type DeployedResource, nameOf, resourcesOf } from "../../rehearsal/engine/deployment";
import { InProcessStack } from "../../rehearsal/engine/in-process";
import type { Rehearsal } from "../../rehearsal/engine/rehearsal";
import { packages } from "../../rehearsal/providers";
import { siteOf } from "../../rehearsal/sites";
import { at, type Properties, type Value } from "../../rehearsal/world/value";
import type { World } from "../../rehearsal/world/world";

/** A stack without an engine, in a world of its own. */
export function stackInProcess(stack: string, seed?: number): InProcessStack {
    const site = siteOf(stack);
    return new InProcessStack({
        program,
        project: "strata",
        stack,
        config: rehearsedConfig(stack, site),
        site,
        packages,
        ...(seed === undefined ? {} : { seed }),
    });
}

/** A stack of this project, rehearsed. */
export class Rehearsed {
    readonly #byUrn: ReadonlyMap<string, DeployedResource>;
    readonly #inputs: ReadonlyMap<string, Properties>;

    private constructor(
        readonly rehearsal: Rehearsal,
        /** The world of the same program after an `up` without an engine: one can look into it. */
        readonly world: World,
        stack: InProcessStack,
    ) {
        const resources = rehearsal.deployment === undefined ? [] : resourcesOf(rehearsal.deployment);
        this.#byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
        this.#inputs = new Map([...stack.state.values()].map(({ name, inputs }) => [name, inputs]));
    }

    /** Rehearses a stack on the real engine, and deploys it once more without one. */
    static async of(name: string): Promise<Rehearsed> {
        const rehearsal = await rehearseStack(name, { faults: [], onEvent: () => {} });
        const stack = stackInProcess(name);
        const { errors } = await stack.up();
        if (errors.length > 0) {
            throw new Error(`${name} does not come up without an engine: ${errors[0]?.message}`);
        }
        return new Rehearsed(rehearsal, stack.world, stack);
    }

    /** Everything the engine's state holds but the stack itself and default providers. */
    get resources(): readonly DeployedResource[] {
        return [...this.#byUrn.values()].filter(
            ({ type, urn }) => type !== "pulumi:pulumi:Stack" && !nameOf(urn).startsWith("default_"),
        );
    }

    /** One input of a resource by path, secrets included. Throws where there is no such resource. */
    input(name: string, path: string): Value | undefined {
        const inputs = this.#inputs.get(name);
        if (inputs === undefined) {
            throw new Error(`There is no resource '${name}'.`);
        }
        return at(inputs, path);
    }

    /** The one resource of a name, as the engine's state holds it. */
    resource(name: string): DeployedResource {
        const [found, second] = this.resources.filter(({ urn, custom }) => custom && nameOf(urn) === name);
        if (found === undefined || second !== undefined) {
            throw new Error(`Expected one resource '${name}', found ${second === undefined ? "none" : "more"}.`);
        }
        return found;
    }

    /** Names of everything a resource waits for, directly or through others, in the engine's own graph. */
    waitsFor(name: string): ReadonlySet<string> {
        const seen = new Set<string>();
        const visit = ({ dependencies = [], propertyDependencies = {}, provider }: DeployedResource): void => {
            const sources = Object.values(propertyDependencies).flatMap((urns) => urns ?? []);
            const from =
                provider === undefined || provider === "" ? [] : [provider.slice(0, provider.lastIndexOf("::"))];
            for (const urn of [...dependencies, ...sources, ...from]) {
                const next = this.#byUrn.get(urn);
                if (next !== undefined && !seen.has(urn)) {
                    seen.add(urn);
                    visit(next);
                }
            }
        };
        visit(this.resource(name));
        return new Set([...seen].map(nameOf));
    }
}
