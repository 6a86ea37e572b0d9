/** A place of its own for one rehearsal: backend, home of the engine, programs on its PATH. Nothing outside is touched. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { installAnalyzer } from "./analyzer";
import type { Engine } from "./locate";
import { removeTemporary, temporaryFolder } from "./temporary";

/** A scratch folder and what the engine needs to know of it. */
export interface Scratch {
    readonly root: string;
    /** The folder of the project and its stack files. */
    readonly project: string;
    /** The folder of the file backend. */
    readonly state: string;
    /** The engine's environment, without the providers' ports. */
    readonly environment: Readonly<Record<string, string>>;
    /** Process id of the engine that runs, or ran last; undefined before the first. */
    enginePid(): number | undefined;
    /** Removes everything. */
    remove(): void;
}

/** The passphrase of a scratch stack: its secrets are stand-ins, so it protects nothing. */
const passphrase = "rehearsal";

/** Makes a scratch folder for an engine. */
export function makeScratch(engine: Engine): Scratch {
    const root = temporaryFolder("strata-rehearsal-");
    const folders = { project: join(root, "project"), state: join(root, "state"), home: join(root, "home") };
    const bin = join(root, "bin");
    for (const folder of [...Object.values(folders), bin]) {
        mkdirSync(folder);
    }
    const pidFile = join(root, "engine.pid");
    // The Automation API does not tell the process id of the engine; this does, and is gone by `exec`.
    writeExecutable(join(bin, "pulumi"), `#!/bin/sh\necho $$ > '${pidFile}'\nexec '${engine.path}' "$@"\n`);
    installAnalyzer(bin);
    return {
        root,
        project: folders.project,
        state: folders.state,
        environment: {
            PATH: [bin, dirname(engine.path), process.env.PATH ?? ""].join(delimiter),
            PULUMI_HOME: folders.home,
            PULUMI_BACKEND_URL: `file://${folders.state}`,
            PULUMI_CONFIG_PASSPHRASE: passphrase,
            PULUMI_CONFIG_PASSPHRASE_FILE: "",
            PULUMI_ACCESS_TOKEN: "",
            PULUMI_SKIP_UPDATE_CHECK: "true",
            // Without it each command on existing state looks on the network for the real plugins, with retries.
            PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        },
        enginePid: () => (existsSync(pidFile) ? Number(readFileSync(pidFile, "utf8")) : undefined),
        remove: () => removeTemporary(root),
    };
}

/** Writes a program. */
export function writeExecutable(path: string, text: string): void {
    writeFileSync(path, text);
    chmodSync(path, 0o755);
}
