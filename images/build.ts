/** Builds images: each disk by its recipe, in Dagger or on a Debian host, packed for Oracle, and small enough together. */
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { packArchive } from "./archive";
import type { ImageSpec, Recipe } from "./catalog";
import { buildInDagger, type DaggerSession } from "./dagger-pipeline";
import { downloadTalosDisk } from "./image-factory";
import { imagesIn, oversize } from "./sizes";

/** Folder of the recipes. */
export const recipeFolder = path.join(__dirname, "recipe");

/** Where the recipes run. */
export type Way =
    | { readonly kind: "dagger"; readonly session: DaggerSession }
    /** Dagger is there, but this process is not inside of its session yet. */
    | { readonly kind: "enter-dagger" }
    | { readonly kind: "host" };

/** What there is to choose from. */
export interface Surroundings {
    readonly session: DaggerSession | undefined;
    /** Whether a command is on PATH. */
    readonly has: (command: string) => boolean;
    /** `process.platform`. */
    readonly platform: string;
    /** User id of the process; undefined where there are none. */
    readonly userId: number | undefined;
}

/** Whether a command is on PATH. */
export function onPath(command: string, environment: NodeJS.ProcessEnv = process.env): boolean {
    return (environment.PATH ?? "")
        .split(path.delimiter)
        .some((folder) => folder !== "" && fs.existsSync(path.join(folder, command)));
}

/**
 * Chooses: the session this process is in, else Dagger where it and a container engine are, else this machine where it
 * is a Debian with mmdebstrap and we are root.
 *
 * @throws Error saying what each way lacks, where neither is open.
 */
export function wayToBuild({ session, has, platform, userId }: Surroundings): Way {
    if (session !== undefined) {
        return { kind: "dagger", session };
    }
    const containers = has("docker") || has("podman");
    if (has("dagger") && containers) {
        return { kind: "enter-dagger" };
    }
    if (platform === "linux" && has("mmdebstrap") && userId === 0) {
        return { kind: "host" };
    }
    const dagger = has("dagger") ? "no container engine (docker or podman)" : "no `dagger`";
    const host = platform !== "linux" ? "no Linux" : has("mmdebstrap") ? "not root" : "no `mmdebstrap`";
    throw new Error(
        `Images cannot be built here: for Dagger there is ${dagger}, for a Debian host ${host}; install Dagger (docs.dagger.io/install), or run this as root on Debian with mmdebstrap.`,
    );
}

/** What is built, and where to. */
export interface BuildArgs {
    readonly images: readonly ImageSpec[];
    /** Folder of disks and archives; made where it is not there. */
    readonly out: string;
    /** Asked only where an image has a recipe. */
    readonly way: () => Way;
    /** For Talos. */
    readonly talos?: { readonly version: string; readonly schematic: string; readonly factory?: string };
    /** Object storage that costs nothing, GB: the images stay below it together. */
    readonly freeGb: number;
    readonly tell: (sentence: string) => void;
}

/** One archive that is ready to be uploaded. */
export interface Archive {
    readonly image: ImageSpec;
    readonly path: string;
    readonly bytes: number;
}

/** Where the archive of an image lies. */
export function archivePath(folder: string, { name, operatingSystemVersion }: ImageSpec): string {
    return path.join(folder, name === "talos" ? `talos-v${operatingSystemVersion}.oci` : `${name}.oci`);
}

/** The archives of images that were built, in the order given. */
export function archivesIn(folder: string, images: readonly ImageSpec[]): readonly Archive[] {
    return images.flatMap((image) => {
        const archive = archivePath(folder, image);
        return fs.existsSync(archive) ? [{ image, path: archive, bytes: fs.statSync(archive).size }] : [];
    });
}

/**
 * Builds the images one after the other and checks their sizes.
 *
 * @throws Error with what the recipe said, or naming each image where together they are too large.
 */
export async function buildImages({ images, out, way, talos, freeGb, tell }: BuildArgs): Promise<readonly Archive[]> {
    fs.mkdirSync(out, { recursive: true });
    for (const image of images) {
        const archive = archivePath(out, image);
        const disk = archive.replace(/\.oci$/, ".qcow2");
        tell(`${image.name}: ${image.purpose}`);
        if (image.recipe !== undefined) {
            await runRecipe(way(), image.recipe, disk, tell);
        } else if (talos !== undefined) {
            await downloadTalosDisk(talos, disk);
        }
        await packArchive(image, disk, archive);
        // The archive holds it; beside it, it would only be counted twice.
        fs.rmSync(disk);
    }
    const all = imagesIn(out, ".oci");
    const problem = oversize(all, freeGb);
    if (problem !== undefined) {
        throw new Error(problem);
    }
    return archivesIn(out, images);
}

async function runRecipe(way: Way, recipe: Recipe, disk: string, tell: (sentence: string) => void): Promise<void> {
    const { script, rootMiB } = recipe;
    switch (way.kind) {
        case "dagger":
            tell(`  ${script} in a container, by Dagger`);
            return buildInDagger(way.session, { folder: recipeFolder, script, rootMiB, out: disk });
        case "host":
            tell(`  ${script} on this machine`);
            return run("bash", [path.join(recipeFolder, script), path.resolve(disk), String(rootMiB)]);
        case "enter-dagger":
            throw new Error("The recipes run inside of `dagger run`: enter it first.");
    }
}

/** Runs a command that shows what it does. */
async function run(command: string, args: readonly string[]): Promise<void> {
    const code = await new Promise<number | null>((done, failed) => {
        const child = spawn(command, [...args], { stdio: "inherit" });
        child.on("error", failed);
        child.on("close", done);
    });
    if (code !== 0) {
        throw new Error(`${path.basename(args[0] ?? command)} failed (exit code ${code}): what it said stands above.`);
    }
}

/** Runs this very command again inside of `dagger run`; its exit code. */
export async function insideDagger(argv: readonly string[] = process.argv): Promise<number> {
    const child = spawn("dagger", ["run", process.execPath, ...process.execArgv, ...argv.slice(1)], {
        stdio: "inherit",
    });
    return new Promise((done, failed) => {
        child.on("error", failed);
        child.on("close", (code) => done(code ?? 1));
    });
}
