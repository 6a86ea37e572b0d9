/** What a host does at its first boot with the user data it was given. */
import { parse } from "yaml";
import { isProperties, list, text, type Value } from "../value";
import type { LinuxHost } from "./linux-host";
import { runScript } from "./shell";

/** Runs a command given as cloud-init takes it: a line for a shell, or a list of arguments. */
function command(given: Value): string {
    return Array.isArray(given)
        ? given.map((each: Value) => `'${String(each).replaceAll("'", "'\\''")}'`).join(" ")
        : String(given);
}

/** Starts a unit of systemd: once, and again where it is to be restarted until it works. */
export function startUnit(host: LinuxHost, unit: string): boolean {
    const content = host.read(`/etc/systemd/system/${unit}`);
    const start = /^ExecStart=(.+)$/m.exec(content ?? "")?.[1];
    if (start === undefined) {
        return false;
    }
    const { tailnet } = host.around;
    let trying = false;
    const attempt = () => {
        if (trying) {
            return;
        }
        trying = true;
        if (!host.on || runScript(host, start).code === 0 || !/^Restart=on-failure$/m.test(content ?? "")) {
            tailnet.pending.delete(attempt);
        } else {
            tailnet.pending.add(attempt);
        }
        trying = false;
    };
    attempt();
    return true;
}

/** Does what the user data says. Data that is no `#cloud-config` document is left alone, as cloud-init leaves it. */
export function runCloudInit(host: LinuxHost): void {
    const { userData } = host.spec;
    if (userData?.startsWith("#cloud-config\n") !== true) {
        return;
    }
    const document: unknown = parse(userData);
    const config = document as Value;
    if (!isProperties(config)) {
        return;
    }
    host.hostname = text(config, "hostname") ?? host.hostname;
    host.rootLogin ||= config.disable_root === false;
    for (const file of list(config, "write_files")) {
        const path = text(file, "path") ?? "";
        // cloud-init makes the folders a file needs (cc_write_files).
        for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
            host.folders.add(path.slice(0, end));
        }
        host.write(path, text(file, "content") ?? "");
    }
    for (const each of list(config, "runcmd")) {
        runScript(host, command(each));
    }
}
