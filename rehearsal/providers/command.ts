/**
 * The package `command`. A rehearsal touches nothing: no command is run on this machine. A remote one runs in the
 * world's own host at that address, whose login and script count; where the world has no such host it is checked for
 * whether it could be reached. What those print is empty, unless their environment says it in `REHEARSED_STDOUT`.
 */
import { createHash } from "node:crypto";
import type {
    CheckFailure,
    FunctionBehaviour,
    Operation,
    PackageBehaviour,
    ResourceBehaviour,
} from "../world/behaviour";
import { number, type Properties, text } from "../world/value";
import type { World } from "../world/world";
import { runOnHost } from "./command-host";
import { difference } from "./properties";

/** One command that would have been run. */
export interface RecordedCommand {
    /** `local`, or the host it would have been run on. */
    readonly where: string;
    /** Logical name of the resource. */
    readonly name: string;
    readonly command: string;
}

function printed(inputs: Properties): Properties {
    return { stdout: text(inputs, "environment.REHEARSED_STDOUT") ?? "", stderr: "" };
}

/** The package. @param record Told of every command that would have been run. Default: nobody is. */
export function commandPackage(
    world: World,
    record: (command: RecordedCommand) => void = () => undefined,
): PackageBehaviour {
    const reach = (inputs: Properties): string => {
        const host = text(inputs, "connection.host");
        if (host === undefined) {
            return "local";
        }
        const proxy = text(inputs, "connection.proxy.host");
        const port = number(inputs, proxy === undefined ? "connection.port" : "connection.proxy.port") ?? 22;
        world.network.call(
            proxy ?? host,
            port,
            (words) => `failed to connect to host: after 10 failed attempts: ${words}`,
        );
        return host;
    };
    const command = (where: "local" | "remote"): ResourceBehaviour => {
        const run = async (
            inputs: Properties,
            step: "create" | "update" | "delete",
            operation: Operation,
        ): Promise<Properties> => {
            const asked = text(inputs, step) ?? (step === "update" ? text(inputs, "create") : undefined);
            if (asked === undefined) {
                return printed(inputs);
            }
            const rehearsed = await runOnHost(world, inputs, asked, operation);
            record({ where: rehearsed?.where ?? reach(inputs), name: operation.name, command: asked });
            return rehearsed?.printed ?? printed(inputs);
        };
        return {
            check: (inputs, _old, { name }) => ({
                inputs,
                failures: where === "remote" ? connectionFailures(inputs, name) : [],
            }),
            diff: (before, after) => difference(before, after, (key) => key === "triggers"),
            create: async (inputs, operation) => {
                const said = await run(inputs, "create", operation);
                const id = createHash("sha256").update(operation.urn).digest("hex").slice(0, 20);
                return { id, outputs: { ...inputs, ...said } };
            },
            read: async (id, state, inputs) => ({ id, outputs: state, inputs }),
            update: async (_id, _old, inputs, operation) => ({
                ...inputs,
                ...(await run(inputs, "update", operation)),
            }),
            delete: async (_id, state, operation) => void (await run(state, "delete", operation)),
        };
    };
    const copy: ResourceBehaviour = {
        check: (inputs, _old, { name }) => ({ inputs, failures: connectionFailures(inputs, name) }),
        diff: (before, after) => difference(before, after, (key) => key === "triggers"),
        create: async (inputs, operation) => {
            record({
                where: reach(inputs),
                name: operation.name,
                command: `copy to ${text(inputs, "remotePath") ?? ""}`,
            });
            const id = createHash("sha256").update(operation.urn).digest("hex").slice(0, 20);
            return { id, outputs: inputs };
        },
        read: async (id, state, inputs) => ({ id, outputs: state, inputs }),
        update: async (_id, _old, inputs) => {
            reach(inputs);
            return inputs;
        },
        delete: async () => undefined,
    };
    const resources: Readonly<Record<string, ResourceBehaviour>> = {
        "command:local:Command": command("local"),
        "command:remote:Command": command("remote"),
        "command:remote:CopyFile": copy,
        "command:remote:CopyToRemote": copy,
    };
    const run: FunctionBehaviour = async (args) => {
        record({ where: "local", name: "run", command: text(args, "command") ?? "" });
        return { ...args, ...printed(args) };
    };
    return {
        name: "command",
        resource: (type) => resources[type],
        function: (token) => (token === "command:local:run" ? run : undefined),
    };
}

function connectionFailures(inputs: Properties, name: string): CheckFailure[] {
    return inputs.connection === undefined || inputs.connection === null
        ? [
              {
                  property: "connection",
                  reason: `Missing required property 'connection'. Examine values at '${name}.connection'.`,
              },
          ]
        : [];
}
