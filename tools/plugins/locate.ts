/**
 * Where the real provider plugins are on this machine, for the tests that ask them. Pulumi's own ways bring them
 * (`pulumi plugin install`); nothing here fetches or builds one.
 */
import { accessSync, constants, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** A provider plugin that can be run. */
export interface Plugin {
    /** Package name, e.g. `proxmoxve`. */
    readonly name: string;
    /** e.g. `8.6.0`. */
    readonly version: string;
    /** Absolute path of the binary. */
    readonly path: string;
}

/** Where plugins are looked for. */
export interface LocatePluginsOptions {
    /** `STRATA_PLUGINS` and `PULUMI_HOME` are read from it. Default: this process's. */
    readonly environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * The newest plugin of each name, from `STRATA_PLUGINS` (a folder laid out as the engine's own: one folder
 * `resource-NAME-vVERSION` each) where it is set, else from the engine's folder. Names that are not there are left out.
 */
export function locatePlugins(names: readonly string[], options: LocatePluginsOptions = {}): readonly Plugin[] {
    const environment = options.environment ?? process.env;
    const home = environment.PULUMI_HOME ?? join(homedir(), ".pulumi");
    const folder = environment.STRATA_PLUGINS ?? join(home, "plugins");
    const found = foldersIn(folder).flatMap((entry): Plugin[] => {
        const [, name, version] = /^resource-(.+)-v(\d+\.\d+\.\d+\S*)$/.exec(entry) ?? [];
        if (name === undefined || version === undefined || !names.includes(name)) {
            return [];
        }
        const path = join(folder, entry, `pulumi-resource-${name}`);
        return isExecutable(path) ? [{ name, version, path }] : [];
    });
    return names.flatMap((name) => {
        const versions = found.filter((plugin) => plugin.name === name);
        return versions.sort((a, b) => compareVersions(b.version, a.version)).slice(0, 1);
    });
}

/** Newer is greater; what follows major, minor and patch is left out. */
function compareVersions(a: string, b: string): number {
    const [left, right] = [a, b].map((version) => version.split(/[.+-]/).slice(0, 3).map(Number));
    const differences = [0, 1, 2].map((index) => (left?.[index] ?? 0) - (right?.[index] ?? 0));
    return differences.find((difference) => difference !== 0) ?? 0;
}

function foldersIn(folder: string): readonly string[] {
    try {
        return readdirSync(folder);
    } catch {
        return [];
    }
}

function isExecutable(path: string): boolean {
    try {
        accessSync(path, constants.X_OK);
        return true;
    } catch {
        return false;
    }
}
