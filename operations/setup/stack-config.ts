/** A stack's config as setup reads and writes it. Values reach the engine through a pipe, never on a command line. */
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { parseDocument } from "yaml";
import { locateEngine } from "../../rehearsal/engine/locate";
import { lacksPassphrase, refusal } from "../engine-refusal";
import { projectName } from "../stack";
import type { Prompter } from "./prompter";

/** A stack's config, in clear. */
export interface StackConfigStore {
    /** Values by key; structured ones as JSON. */
    read(): Promise<Readonly<Record<string, string>>>;
    /** Sets a value by its whole key. */
    write(key: string, value: string, secret: boolean): Promise<void>;
    /** Changes plain values of the sections, all at once: a stack's file is never between two states. */
    change(changes: readonly Change[]): Promise<void>;
}

/** A new plain value of a section. */
export interface Change {
    /** From the key down, e.g. `["strata:cloud", "recipients", 0]`. */
    readonly path: readonly [key: string, ...steps: (string | number)[]];
    readonly value: string | readonly string[];
}

/** A path as messages write it: `strata:cloud.recipients[0]`. */
export function pathText([key, ...steps]: Change["path"]): string {
    return key + steps.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`)).join("");
}

/** Changes a stack's file, whose comments stay. */
function changeFile(file: string, changes: readonly Change[]): void {
    const document = parseDocument(fs.readFileSync(file, "utf8"));
    for (const {
        path: [key, ...steps],
        value,
    } of changes) {
        // The project's own keys may stand without a namespace.
        const short = key.replace(`${projectName}:`, "");
        document.setIn(["config", document.hasIn(["config", short]) ? short : key, ...steps], value);
    }
    const half = `${file}.part`;
    fs.writeFileSync(half, document.toString({ lineWidth: 0 }));
    fs.renameSync(half, file);
}

/** Where a stack is, and what runs it. */
export interface EngineArgs {
    readonly stack: string;
    /** The project's folder. */
    readonly folder: string;
    readonly environment: NodeJS.ProcessEnv;
    /** Asked for the passphrase where the stack's secrets need one and nobody said it. */
    readonly prompter: Prompter;
}

class Engine {
    constructor(
        private readonly binary: string,
        private readonly args: EngineArgs,
        private readonly environment: NodeJS.ProcessEnv,
    ) {}

    /** Runs the engine with a text on its standard input; its standard output. */
    async run(options: readonly string[], input = ""): Promise<string> {
        const { code, out, err } = await this.#spawn(options, input);
        if (code === 0) {
            return out;
        }
        if (lacksPassphrase(err) && this.environment.PULUMI_CONFIG_PASSPHRASE === undefined) {
            const message = `Passphrase that encrypts the secrets of ${this.args.stack}`;
            this.environment.PULUMI_CONFIG_PASSPHRASE = await this.args.prompter({ message, secret: true });
            return this.run(options, input);
        }
        throw new Error(refusal(err));
    }

    #spawn(options: readonly string[], input: string): Promise<{ code: number | null; out: string; err: string }> {
        return new Promise((done, failed) => {
            const child = spawn(this.binary, [...options, "--stack", this.args.stack, "--non-interactive"], {
                cwd: this.args.folder,
                env: this.environment,
            });
            let out = "";
            let err = "";
            child.stdout.on("data", (chunk: Buffer) => {
                out += chunk.toString("utf8");
            });
            child.stderr.on("data", (chunk: Buffer) => {
                err += chunk.toString("utf8");
            });
            child.stdin.on("error", () => undefined);
            child.on("error", failed);
            child.on("close", (code) => done({ code, out, err }));
            child.stdin.end(input);
        });
    }
}

/** Opens a stack's config; makes the stack where the engine does not know it yet. */
export async function openStackConfig(args: EngineArgs): Promise<StackConfigStore> {
    const { path: binary } = await locateEngine({ onProgress: console.error });
    const environment: NodeJS.ProcessEnv = {
        ...args.environment,
        PATH: [path.dirname(binary), args.environment.PATH ?? ""].join(path.delimiter),
        PULUMI_SKIP_UPDATE_CHECK: "true",
    };
    const engine = new Engine(binary, args, environment);
    try {
        await engine.run(["stack", "init"]);
    } catch (error) {
        if (!(error instanceof Error && /already exists/.test(error.message))) {
            throw error;
        }
    }
    return {
        read: async () => {
            const values = JSON.parse(await engine.run(["config", "--show-secrets", "--json"])) as Record<
                string,
                { readonly value?: string }
            >;
            return Object.fromEntries(Object.entries(values).map(([key, { value = "" }]) => [key, value]));
        },
        write: async (key, value, secret) => {
            await engine.run(["config", "set", key, secret ? "--secret" : "--plaintext"], value);
        },
        change: async (changes) => changeFile(path.join(args.folder, `Pulumi.${args.stack}.yaml`), changes),
    };
}
