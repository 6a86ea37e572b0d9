/** `strata images build` and `strata images upload`. */
import * as fs from "node:fs";
import * as path from "node:path";
import { oracleSchematicYaml } from "../../components/talos/boot-configuration";
import type { Fleet } from "../../config";
import type { CloudConfig, ImageConfig } from "../../config/cloud";
import {
    type Archive,
    archivePath,
    archivesIn,
    buildImages,
    insideDagger,
    onPath,
    type Surroundings,
    wayToBuild,
} from "../../images/build";
import { bootImage, type ImageSpec, imagesOf } from "../../images/catalog";
import { sessionIn } from "../../images/dagger-pipeline";
import { oversize } from "../../images/sizes";
import { allowanceFor } from "../../policy/report";
import { today } from "../judgement";
import { oracleCredentials } from "../oracle/credentials";
import { type OracleServices, oracleServices, saidBy } from "../oracle/services";
import { projectFolder } from "../stack";
import { fleetOf, plainValues } from "../stack-fleet";
import { importImage } from "./custom-images";
import { ensureBucket, namespaceOf, putFile, type Tell } from "./object-store";

/** Where archives are built to. */
export const outFolder = path.join(projectFolder, "images", "out");

/** Bucket of uploaded archives. */
export const imageBucket = "strata-images";

type OracleFleet = Exclude<Fleet, { readonly platform: "proxmox" }>;

function oracleFleet(stack: string, folder: string): OracleFleet {
    const fleet = fleetOf(stack, folder);
    if (fleet.platform === "proxmox") {
        throw new Error(`${stack} needs no images of its own: Proxmox VE downloads what its machines boot.`);
    }
    return fleet;
}

function specsOf({ platform, talos }: OracleFleet): readonly ImageSpec[] {
    return imagesOf(platform, talos.version);
}

function surroundings(): Surroundings {
    return {
        session: sessionIn(process.env),
        has: (command) => onPath(command),
        platform: process.platform,
        userId: process.getuid?.(),
    };
}

/** Object storage that costs a stack's account nothing, GB. */
function freeGb({ allowance, accountType }: ReturnType<typeof oracleFleet>): number {
    return allowanceFor(allowance, today(), accountType).objectStorageGb;
}

/** Builds a stack's images. Enters Dagger first where recipes are to run in it. */
export async function buildCommand(stack: string, folder = projectFolder, tell: Tell = console.log): Promise<void> {
    const fleet = oracleFleet(stack, folder);
    const images = specsOf(fleet);
    const recipes = images.some(({ recipe }) => recipe !== undefined);
    if (recipes && wayToBuild(surroundings()).kind === "enter-dagger") {
        const code = await insideDagger();
        if (code !== 0) {
            throw new Error("The build inside of `dagger run` failed, as said above.");
        }
        return;
    }
    const built = await buildImages({
        images,
        out: outFolder,
        way: () => wayToBuild(surroundings()),
        talos: { version: fleet.talos.version, schematic: oracleSchematicYaml(fleet.talos.extensions) },
        freeGb: freeGb(fleet),
        tell,
    });
    for (const archive of built) {
        place(archive, archive.image === bootImage(images) ? fleet.cloud.images.instance : undefined, folder, tell);
    }
}

/** Puts an archive where the stack uploads it from, if it does, and says how large it is. */
export function place(
    { path: built, bytes }: Archive,
    wanted: ImageConfig | undefined,
    folder: string,
    tell: Tell,
): void {
    const gigabytes = (bytes / 1e9).toFixed(2);
    if (wanted === undefined || !("path" in wanted)) {
        tell(`${path.relative(folder, built)}: ${gigabytes} GB`);
        return;
    }
    const target = path.resolve(folder, wanted.path);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.renameSync(built, target);
    // The free 20 GB are counted with what the stack says, before anything is sent.
    const wrong = bytes / 1e9 > wanted.sizeGb ? `; write ${gigabytes} under strata:cloud.images.instance.sizeGb` : "";
    tell(`${wanted.path}: ${gigabytes} GB${wrong}`);
}

/** What is uploaded, for whom. */
export interface UploadArgs {
    readonly services: OracleServices;
    readonly cloud: Pick<CloudConfig, "compartment" | "images">;
    readonly images: readonly ImageSpec[];
    /** Folder of the archives. */
    readonly from: string;
    /** See `BuildArgs`. */
    readonly freeGb: number;
    readonly tell: Tell;
    /** See `importImage`. */
    readonly pauseSeconds?: number;
    /** See `putFile`. */
    readonly partBytes?: number;
}

function archives({ from, images, freeGb }: UploadArgs): readonly Archive[] {
    const found = archivesIn(from, images);
    const missing = images.filter((image) => !found.some((archive) => archive.image === image));
    if (missing.length > 0) {
        const files = missing.map((image) => archivePath(from, image)).join(", ");
        throw new Error(`Not built yet: ${files}; run \`npm run strata -- images build STACK\` first.`);
    }
    const problem = oversize(
        found.map(({ path: file, bytes }) => ({ name: path.basename(file), bytes })),
        freeGb,
    );
    if (problem !== undefined) {
        throw new Error(problem);
    }
    return found;
}

/**
 * Uploads a stack's archives and imports the image its instances boot, under the name its config looks up.
 *
 * @throws Error where an archive is not built, where the compartment is not there yet, or with Oracle's own words.
 */
export async function uploadImages(args: UploadArgs): Promise<void> {
    const { services, cloud, images, tell } = args;
    const wanted = cloud.images.instance;
    if ("operatingSystem" in wanted) {
        tell(`Nothing to upload: the instances boot ${wanted.operatingSystem} ${wanted.version}, which Oracle has.`);
        return;
    }
    if ("bucket" in wanted) {
        if (!fs.existsSync(wanted.path)) {
            throw new Error(`${wanted.path} is not there: run \`npm run strata -- images build STACK\` first.`);
        }
        tell(
            `Nothing to upload: the stack puts ${wanted.path} into ${wanted.bucket} and imports it itself, at \`up\`.`,
        );
        return;
    }
    const { compartment } = cloud;
    if (!("id" in compartment)) {
        throw new Error(
            `Images need a compartment that is there already, and the stack makes ${compartment.name} only at \`up\`: make it first and name its id under strata:cloud.compartment, or let the stack upload the image (strata:cloud.images.instance with bucket, object and path).`,
        );
    }
    const found = archives(args);
    const at = { namespaceName: await namespaceOf(services.objects), bucketName: imageBucket };
    if ((await ensureBucket(services.objects, at, compartment.id)) === "made") {
        tell(`Bucket ${imageBucket} made.`);
    }
    const words = { there: "is there already, nothing sent", sent: "sent", resumed: "sent from where it was cut" };
    for (const { image, path: file } of found) {
        const objectName = path.basename(file);
        const { outcome, partsSent } = await putFile(services.objects, at, objectName, file, {
            tell,
            ...(args.partBytes === undefined ? {} : { partBytes: args.partBytes }),
        });
        tell(`${objectName}: ${words[outcome]}`);
        if (image !== bootImage(images)) {
            continue;
        }
        const imported = await importImage(services.compute, {
            compartmentId: compartment.id,
            displayName: wanted.lookUp,
            from: { ...at, objectName },
            tell,
            ...(args.pauseSeconds === undefined ? {} : { pauseSeconds: args.pauseSeconds }),
        });
        tell(
            imported.outcome === "there" && partsSent > 0
                ? `${wanted.lookUp} exists and keeps its old content: Oracle imports an image once; give the new one another name in strata:cloud.images.instance.lookUp.`
                : `${wanted.lookUp}: ${imported.outcome} (${imported.id})`,
        );
    }
}

/** Uploads a stack's images with the credentials it has. */
export async function uploadCommand(stack: string, folder = projectFolder, tell: Tell = console.log): Promise<void> {
    const fleet = oracleFleet(stack, folder);
    const { provider } = oracleCredentials(plainValues(stack, folder));
    try {
        await uploadImages({
            services: oracleServices({ provider, region: fleet.cloud.region }),
            cloud: fleet.cloud,
            images: specsOf(fleet),
            from: outFolder,
            freeGb: freeGb(fleet),
            tell,
        });
    } catch (error) {
        throw new Error(saidBy(error), { cause: error });
    }
}
