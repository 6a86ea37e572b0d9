/** The shell steps that form a Proxmox VE cluster, as text for `bash -s`: nothing of them shows in a process list. */
import * as fs from "node:fs";
import * as path from "node:path";

/** The steps, in the order they run. Each is idempotent: run twice, it changes nothing. */
export type Step =
    | "prepare-host"
    | "create-cluster"
    | "join-cluster"
    | "check-quorum"
    | "install-ceph"
    | "create-monitor"
    | "create-osd"
    | "create-pool"
    | "check-ceph"
    | "create-token"
    | "create-network"
    | "route-machines"
    | "forward-ingress"
    | "create-tailscale-container"
    | "test-migration";

const directory = path.join(__dirname, "scripts");

function quote(value: string): string {
    return `'${value.replaceAll("'", "'\\''")}'`;
}

/**
 * The text of a step with its variables set in front. The step is a function that reads nothing: a bash that has its
 * script from standard input reads it line by line, and a command that reads standard input too, as `ssh` does, takes
 * the rest of the script away; bash then ends without a word, and with the code of that command. A function is read whole
 * before it runs.
 *
 * @param step Which step.
 * @param variables What the step's first lines say it needs; values are quoted for the shell here.
 */
export function script(step: Step, variables: Readonly<Record<string, string>>): string {
    const assignments = Object.entries(variables).map(([name, value]) => `${name}=${quote(value)}`);
    const read = (name: string) => fs.readFileSync(path.join(directory, `${name}.sh`), "utf8");
    return [...assignments, read("lib"), "main() {", read(step), "}", "main </dev/null", ""].join("\n");
}
