/** Remote commands on hosts of the world: the way there, the login, the script, and what it printed. */
import type { Operation } from "../world/behaviour";
import { CutOff, type LinuxHost } from "../world/hosts/linux-host";
import { Refusal } from "../world/refusal";
import { at, isProperties, number, type Properties, text, type Value } from "../world/value";
import type { World } from "../world/world";

const ssh = "pulumi/pulumi-command: provider/pkg/provider/remote/connection.go; golang.org/x/crypto/ssh";

/** Logs in at an address, as seen from another host or from this machine. */
function login(world: World, connection: Value | undefined, from: string | undefined): LinuxHost | undefined {
    const address = text(connection, "host") ?? "";
    const wrap = (words: string) =>
        `failed to connect to host: after ${number(connection, "dialErrorLimit") ?? 10} failed attempts: ${words}`;
    world.network.call(address, number(connection, "port") ?? 22, wrap, from);
    const host = world.hosts.at(address);
    const refused =
        host === undefined
            ? undefined
            : world.hosts.refuses(host, text(connection, "user") ?? "root", text(connection, "privateKey"));
    if (refused !== undefined) {
        throw new Refusal(wrap(refused), ssh);
    }
    return host;
}

/** Runs a script; where it is cut off, the client hears nothing of how it ended. */
function ran(world: World, host: LinuxHost, script: string) {
    try {
        return world.hosts.run(host, script);
    } catch (error) {
        throw error instanceof CutOff
            ? new Refusal("wait: remote command exited without exit status or exit signal", ssh)
            : error;
    }
}

/** What a remote command printed on a host of the world; undefined where the world has no host at that address. */
export async function runOnHost(
    world: World,
    inputs: Properties,
    command: string,
    operation: Operation,
): Promise<{ readonly where: string; readonly printed: Properties } | undefined> {
    const connection = inputs.connection;
    const address = text(connection, "host");
    const proxy = at(connection, "proxy");
    const known = [address, text(proxy, "host")].some(
        (each) => each !== undefined && world.hosts.at(each) !== undefined,
    );
    if (address === undefined || !known) {
        return undefined;
    }
    const bastion = isProperties(proxy) ? login(world, proxy, undefined) : undefined;
    const host = login(world, connection, bastion?.spec.addresses[0]);
    if (host === undefined) {
        return undefined;
    }
    const script = command === "bash -s" ? (text(inputs, "stdin") ?? "") : command;
    const { code, out, err, steps } = ran(world, host, script);
    for (const step of steps) {
        await operation.takes(step);
    }
    if (code !== 0) {
        throw new Refusal(
            `Process exited with status ${code}: running "${command}":\n${err}`,
            "pulumi/pulumi-command: provider/pkg/provider/remote/commandOutputs.go",
        );
    }
    // The provider cuts one line feed at the end (strings.TrimSuffix).
    return { where: address, printed: { stdout: out.replace(/\n$/, ""), stderr: err.replace(/\n$/, "") } };
}
