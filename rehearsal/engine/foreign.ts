/** Somebody else's Pulumi Node program as it lies in its folder: its name, its options, its stack's configuration. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import type { ConfigEntry, StackConfig } from "./rehearsal";

/** What a program's own files say. */
export interface ForeignProgram {
    /** Absolute path of the folder that holds `Pulumi.yaml`. */
    readonly directory: string;
    /** Absolute path of what is run: a file, or a folder that is loaded as Node loads one. */
    readonly entry: string;
    /** The project's name; undefined where there is no `Pulumi.yaml`. */
    readonly project?: string;
    readonly config: StackConfig;
    /** Keys whose values are encrypted there, and which got a stand-in. */
    readonly standIns: readonly string[];
    /** Arguments for Node itself. */
    readonly nodeArguments: readonly string[];
    /** Whether TypeScript is compiled on the way, as Pulumi does unless the project says no. */
    readonly typescript: boolean;
}

/** The part of `Pulumi.yaml` that decides how a program is run. */
interface ProjectFile {
    readonly name?: string;
    readonly main?: string;
    readonly runtime?:
        | string
        | { readonly name?: string; readonly options?: { readonly nodeargs?: string; readonly typescript?: boolean } };
}

/** Reads a program's folder. Throws one sentence where it holds no Node program. */
export function readForeign(folder: string, stack: string): ForeignProgram {
    const directory = resolve(folder);
    if (!existsSync(directory) || !statSync(directory).isDirectory()) {
        throw new Error(`'${folder}' is not a folder: name the folder of a Pulumi program.`);
    }
    const project = (readYaml(join(directory, "Pulumi.yaml")) ?? {}) as ProjectFile;
    const runtime = typeof project.runtime === "string" ? { name: project.runtime } : (project.runtime ?? {});
    if (runtime.name !== undefined && runtime.name !== "nodejs") {
        throw new Error(`'${folder}' is a program in ${runtime.name}: only programs for nodejs can be rehearsed.`);
    }
    const options = "options" in runtime ? (runtime.options ?? {}) : {};
    const { config, standIns } = readConfig(join(directory, `Pulumi.${stack}.yaml`), project.name ?? "");
    return {
        directory,
        entry: resolve(directory, project.main ?? "."),
        ...(project.name === undefined ? {} : { project: project.name }),
        config,
        standIns,
        nodeArguments: options.nodeargs?.split(/\s+/).filter((argument) => argument !== "") ?? [],
        typescript: options.typescript ?? true,
    };
}

function readYaml(path: string): unknown {
    return existsSync(path) ? parse(readFileSync(path, "utf8")) : undefined;
}

/** The stack's configuration. What is encrypted cannot be read here and gets a stand-in of the same kind: a text. */
function readConfig(path: string, project: string): Pick<ForeignProgram, "config" | "standIns"> {
    const { config = {} } = (readYaml(path) ?? {}) as { readonly config?: Readonly<Record<string, unknown>> };
    const standIns: string[] = [];
    const entries = Object.entries(config).map(([name, value]): [string, ConfigEntry] => {
        const key = name.includes(":") ? name : `${project}:${name}`;
        if (!hasSecure(value)) {
            return [key, { value }];
        }
        standIns.push(key);
        return [key, { value: withStandIns(value, key), secret: true }];
    });
    return { config: Object.fromEntries(entries), standIns };
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSecure(value: unknown): boolean {
    return isMap(value) && typeof value.secure === "string" && Object.keys(value).length === 1;
}

function hasSecure(value: unknown): boolean {
    if (isSecure(value)) {
        return true;
    }
    return typeof value === "object" && value !== null && Object.values(value).some(hasSecure);
}

function withStandIns(value: unknown, key: string): unknown {
    if (isSecure(value)) {
        return `Stand-in for the secret ${key}`;
    }
    if (Array.isArray(value)) {
        return value.map((one: unknown, index) => withStandIns(one, `${key}[${index}]`));
    }
    return isMap(value)
        ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withStandIns(one, `${key}.${name}`)]))
        : value;
}
