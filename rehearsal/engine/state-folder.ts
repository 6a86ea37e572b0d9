/** A folder in which the engine keeps the state of stacks (`pulumi login --local`), and what an engine killed over it leaves. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/** A stack in such a folder. */
export interface KeptStack {
    readonly project: string;
    readonly stack: string;
}

/**
 * The folder a backend is, by its URL as `pulumi whoami` tells it; undefined where it is something else, e.g. a bucket.
 *
 * @param from Where the engine runs: `file://./state` is a place beside it.
 */
export function stateFolder(backend: string, from: string): string | undefined {
    const [, place] = /^file:\/\/([^?]*)/.exec(backend) ?? [];
    return place === undefined ? undefined : path.resolve(from, decodeURIComponent(place).replace(/^~/, os.homedir()));
}

/** Where a stack's locks lie, one file for each engine at work. */
export function locksFolder(folder: string, { project, stack }: KeptStack): string {
    return path.join(folder, ".pulumi", "locks", "organization", project, stack);
}

/**
 * Removes the attributes of a stack's files that were not written to their end: with them, every command of the engine
 * answers "failed to load checkpoint: EOF". The state itself is replaced as a whole, and is there; its attributes, its
 * content type and a checksum, are written before it and in place (gocloud.dev: blob/fileblob/attrs.go), and the engine
 * does without them. So nothing is lost, even where an engine is just writing them.
 */
export function removeTornAttributes(folder: string, kept: KeptStack): void {
    const { project, stack } = kept;
    const places = [
        { place: path.join(folder, ".pulumi", "stacks", project), prefix: `${stack}.` },
        { place: path.join(folder, ".pulumi", "history", project, stack), prefix: "" },
        { place: locksFolder(folder, kept), prefix: "" },
    ];
    for (const { place, prefix } of places.filter((each) => fs.existsSync(each.place))) {
        const names = fs.readdirSync(place).filter((name) => name.startsWith(prefix) && name.endsWith(".attrs"));
        for (const file of names.map((name) => path.join(place, name)).filter((each) => !isJson(each))) {
            fs.rmSync(file, { force: true });
        }
    }
}

function isJson(file: string): boolean {
    try {
        JSON.parse(fs.readFileSync(file, "utf8"));
        return true;
    } catch {
        return false;
    }
}
