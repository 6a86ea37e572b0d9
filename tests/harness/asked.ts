/** What a stack asks of its providers' functions while it comes up in the simulated world. */
import program from "../../index";
import { readStackConfig, rehearsedSecrets } from "../../operations/stack";
import { InProcessStack } from "../../rehearsal/engine/in-process";
import { packages } from "../../rehearsal/providers";
import { siteOf } from "../../rehearsal/sites";
import type { PackageBehaviour } from "../../rehearsal/world/behaviour";
import type { Properties } from "../../rehearsal/world/value";

/** One call of a function, and its answer. */
export interface AskedCall {
    readonly token: string;
    readonly args: Properties;
    readonly answer: Properties;
}

/** A stack that is up, and every call of a provider's function on the way. Throws where it does not come up. */
export async function stackWithCalls(
    stack: string,
): Promise<{ readonly stack: InProcessStack; readonly calls: readonly AskedCall[] }> {
    const site = siteOf(stack);
    const calls: AskedCall[] = [];
    const overheard = (each: PackageBehaviour): PackageBehaviour => ({
        ...each,
        resource: (type) => each.resource(type),
        function: (token) => {
            const behaviour = each.function(token);
            return behaviour === undefined
                ? undefined
                : async (args, provider) => {
                      const answer = await behaviour(args, provider);
                      calls.push({ token, args, answer });
                      return answer;
                  };
        },
    });
    const up = new InProcessStack({
        program,
        project: "strata",
        stack,
        config: { ...readStackConfig(stack), ...rehearsedSecrets(site) },
        site,
        packages: (world) => packages(world).map(overheard),
    });
    const { errors } = await up.up();
    if (errors.length > 0) {
        throw new Error(`${stack} does not come up without an engine: ${errors[0]?.message}`);
    }
    return { stack: up, calls };
}
