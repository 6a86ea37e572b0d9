/** What answers for a type or a package nobody described: it echoes what it is given, and says that it was a stranger. */
import { createHash } from "node:crypto";
import type { PackageBehaviour, ResourceBehaviour } from "../world/behaviour";
import type { World } from "../world/world";

/** A behaviour that accepts everything, remembers it, and marks the type as one the world does not know. */
export function genericResource(world: World, type: string): ResourceBehaviour {
    const drawId = () => createHash("sha256").update(`${type} ${world.random.next()}`).digest("hex").slice(0, 16);
    return {
        generic: true,
        create: async (inputs) => {
            world.strangers.add(type);
            return { id: drawId(), outputs: inputs };
        },
        read: async (id, state, inputs) => {
            world.strangers.add(type);
            return { id, outputs: Object.keys(state).length > 0 ? state : inputs, inputs };
        },
        update: async (_id, old, inputs) => {
            world.strangers.add(type);
            return { ...old, ...inputs };
        },
        delete: async () => undefined,
    };
}

/** A whole package nobody described. */
export function genericPackage(name: string, world: World): PackageBehaviour {
    return {
        name,
        resource: (type) => genericResource(world, type),
        function: (token) => async (args) => {
            world.strangers.add(token);
            return args;
        },
    };
}
