import { expect, test } from "vitest";
import { commandPackage, type RecordedCommand } from "../../../rehearsal/providers/command";
import { homelab } from "../../../rehearsal/sites/homelab";
import type { Operation } from "../../../rehearsal/world/behaviour";
import type { Properties } from "../../../rehearsal/world/value";
import { World } from "../../../rehearsal/world/world";

function stage() {
    const said: RecordedCommand[] = [];
    const command = commandPackage(new World({ site: homelab }), (one) => said.push(one));
    const operation = (type: string): Operation => ({
        urn: `urn:${type}::x`,
        type,
        name: "x",
        provider: { package: "command", config: {} },
        takes: async () => {},
    });
    const behaviour = (type: string) => {
        const found = command.resource(type);
        if (found === undefined) {
            throw new Error(`There is no behaviour of '${type}'.`);
        }
        return found;
    };
    const create = (type: string, inputs: Properties) => behaviour(type).create(inputs, operation(type));
    return { said, command, behaviour, create, operation };
}

test("a local command is recorded, not run, and prints what its environment says it would", async () => {
    const { said, create } = stage();
    const create1 = await create("command:local:Command", { create: "touch /tmp/must-not-exist; false" });
    expect(create1.outputs).toMatchObject({ stdout: "", stderr: "" });
    const told = await create("command:local:Command", { create: "date", environment: { REHEARSED_STDOUT: "today" } });
    expect(told.outputs.stdout).toBe("today");
    expect(said.map(({ where, command }) => [where, command])).toEqual([
        ["local", "touch /tmp/must-not-exist; false"],
        ["local", "date"],
    ]);
});

test("a remote command needs a host that answers", async () => {
    const { said, create } = stage();
    const type = "command:remote:Command";
    await create(type, { connection: { host: "10.10.0.10" }, create: "pvecm status" });
    expect(said).toEqual([{ where: "10.10.0.10", name: "x", command: "pvecm status" }]);
    await expect(create(type, { connection: { host: "10.10.0.99" }, create: "true" })).rejects.toThrow(
        "failed to connect to host: after 10 failed attempts: dial tcp 10.10.0.99:22: connect: no route to host",
    );
    await expect(create(type, { connection: { host: "10.10.0.10", port: 2222 }, create: "true" })).rejects.toThrow(
        "dial tcp 10.10.0.10:2222: connect: connection refused",
    );
    await create(type, { connection: { host: "inside.lan", proxy: { host: "10.10.0.10" } }, create: "true" });
});

test.each(["command:remote:Command", "command:remote:CopyFile", "command:remote:CopyToRemote"])(
    "%s needs a connection",
    (type) => {
        const { behaviour, operation } = stage();
        expect(behaviour(type).check?.({}, undefined, operation(type)).failures[0]?.reason).toContain(
            "Missing required property 'connection'",
        );
    },
);

test("copying needs a host that answers, too", async () => {
    const { create } = stage();
    const to = (host: string) => ({ connection: { host }, remotePath: "/etc/motd", localPath: "motd" });
    await create("command:remote:CopyFile", to("10.10.0.10"));
    await expect(create("command:remote:CopyToRemote", to("10.10.0.99"))).rejects.toThrow("no route to host");
});

test("other triggers replace, another command updates; deletion runs what it is told", async () => {
    const { said, behaviour, operation } = stage();
    const type = "command:local:Command";
    const inputs = { create: "a", triggers: [1] };
    expect(behaviour(type).diff?.(inputs, { ...inputs, triggers: [2] }, {}).replaces).toEqual(["triggers"]);
    expect(behaviour(type).diff?.(inputs, { ...inputs, create: "b" }, {})).toEqual({
        changes: ["create"],
        replaces: [],
    });
    await behaviour(type).update("id", {}, { create: "b" }, operation(type));
    await behaviour(type).delete("id", { delete: "c" }, operation(type));
    await behaviour(type).delete("id", {}, operation(type));
    expect(said.map(({ command }) => command)).toEqual(["b", "c"]);
});

test("a function that runs a command runs nothing", async () => {
    const { said, command } = stage();
    const run = command.function("command:local:run");
    expect(await run?.({ command: "uname" }, { package: "command", config: {} })).toMatchObject({ stdout: "" });
    expect(said).toHaveLength(1);
});
