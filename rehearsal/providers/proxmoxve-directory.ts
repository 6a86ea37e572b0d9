/** Datastores in a folder of the nodes: `proxmoxve:storage/directory:Directory`. */
import type { ResourceBehaviour } from "../world/behaviour";
import { httpError } from "../world/proxmox-http";
import { Datastore } from "../world/proxmox-storage";
import { Refusal } from "../world/refusal";
import { at, list, type Properties, text } from "../world/value";
import type { World } from "../world/world";
import { difference, withDefaults } from "./properties";
import { connect } from "./proxmoxve-connection";
import { inputFailures } from "./proxmoxve-inputs";

const defaults = {
    contents: ["images", "rootdir"],
    createBasePath: true,
    createSubdirs: true,
    disable: false,
    shared: false,
    nodes: [],
};

/** Room of a folder's datastore in GiB: that of the datastore `local`, whose file system it shares. */
function roomOf(datastores: readonly Datastore[]): number {
    return datastores.find((store) => store.id === "local")?.sizeGiB ?? 100;
}

function contentOf(inputs: Properties): string[] {
    return list(withDefaults(inputs, defaults), "contents").map(String);
}

/** Datastores of the type `dir`. */
export function directoryBehaviour(world: World): ResourceBehaviour {
    return {
        check: (inputs, _old, { name }) => ({
            inputs,
            failures: inputFailures("proxmoxve:storage/directory:Directory", name, inputs) ?? [],
        }),
        diff: (before, after) => difference(before, after, (key) => ["resourceId", "path"].includes(key)),
        deterministicId: (inputs) => text(inputs, "resourceId"),
        create: async (inputs, operation) => {
            const proxmox = connect(world, operation.provider);
            const id = text(inputs, "resourceId") ?? "";
            if (proxmox.datastores.some((store) => store.id === id)) {
                throw new Refusal(
                    `Error creating storage: ${httpError(500, `create storage failed: storage ID '${id}' already defined`)}`,
                    "proxmox/pve-storage: src/PVE/API2/Storage/Config.pm, create",
                );
            }
            const named = list(inputs, "nodes").map(String);
            const nodes = named.length === 0 ? Object.keys(proxmox.site.nodes) : named;
            for (const node of nodes) {
                proxmox.node(node);
            }
            const shared = at(inputs, "shared") === true;
            proxmox.datastores.push(
                new Datastore(id, contentOf(inputs), roomOf(proxmox.datastores), shared, nodes, true),
            );
            return { id, outputs: withDefaults(inputs, defaults) };
        },
        read: async (id, state, inputs, operation) => {
            const found = connect(world, operation.provider).datastores.find((store) => store.id === id);
            return found === undefined
                ? undefined
                : {
                      id,
                      inputs,
                      outputs: { ...withDefaults({ ...inputs, ...state }, defaults), contents: found.content },
                  };
        },
        update: async (id, _old, inputs, operation) => {
            const found = connect(world, operation.provider).datastores.find((store) => store.id === id);
            if (found === undefined) {
                throw new Refusal(
                    `Error updating storage: ${httpError(500, `update storage failed: storage '${id}' does not exist`)}`,
                    "proxmox/pve-storage: src/PVE/API2/Storage/Config.pm, update",
                );
            }
            found.content = contentOf(inputs);
            return withDefaults(inputs, defaults);
        },
        delete: async (id, _state, operation) => {
            const { datastores } = connect(world, operation.provider);
            const index = datastores.findIndex((store) => store.id === id && store.managed);
            if (index >= 0) {
                datastores.splice(index, 1);
            }
        },
    };
}
