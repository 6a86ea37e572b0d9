/** Arrows of phase 1: what is built, weighed, uploaded and imported. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { expect, vi } from "vitest";
import { type Archive, archivePath, buildImages } from "../../../../images/build";
import { imagesOf } from "../../../../images/catalog";
import { uploadImages } from "../../../../operations/images/command";
import { oracleServices } from "../../../../operations/oracle/services";
import { fleetOf } from "../../../../operations/stack-fleet";
import { OracleServer } from "../../../harness/oracle-server";
import { type Claim, claim } from "./arrow";

const section = "Phase 1: Build Images";
const free = 20e9;
const images = imagesOf("oracle-proxmox", "v1.10.5");

/** Builds nothing, in a folder that holds archives of these sizes (holes, not bytes). */
async function weighed(sizes: Readonly<Record<string, number>>): Promise<readonly Archive[]> {
    return inFolder(async (out) => {
        for (const [name, bytes] of Object.entries(sizes)) {
            fs.writeFileSync(path.join(out, `${name}.oci`), "");
            fs.truncateSync(path.join(out, `${name}.oci`), bytes);
        }
        const way = () => {
            throw new Error("nothing is to be built");
        };
        return buildImages({ images: [], out, way, freeGb: 20, tell: () => {} });
    });
}

async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "strata-phase-1-"));
    try {
        return await use(folder);
    } finally {
        fs.rmSync(folder, { recursive: true, force: true });
    }
}

/** Uploads archives of these sizes to an Oracle on this machine, or to one that answers nobody. */
async function uploaded(
    sizes: readonly number[],
    answers = true,
): Promise<{ oracle: OracleServer; failure: string | undefined }> {
    vi.spyOn(console, "warn").mockImplementation(() => {});
    const oracle = await OracleServer.start();
    try {
        const services = oracleServices(oracle.access);
        if (!answers) {
            await oracle.stop();
        }
        return await inFolder(async (from) => {
            for (const [index, image] of images.entries()) {
                fs.writeFileSync(archivePath(from, image), image.name);
                fs.truncateSync(archivePath(from, image), sizes[index] ?? 0);
            }
            const { cloud } = oracleFleet();
            const failure = await uploadImages({
                services,
                cloud,
                images,
                from,
                freeGb: 20,
                tell: () => {},
                pauseSeconds: 0,
            }).then(
                () => undefined,
                (error: unknown) => String(error),
            );
            return { oracle, failure };
        });
    } finally {
        if (answers) {
            await oracle.stop();
        }
        vi.restoreAllMocks();
    }
}

function oracleFleet() {
    const fleet = fleetOf("oci-free");
    if (fleet.platform !== "oracle-proxmox") {
        throw new Error("Expected the document's platform.");
    }
    return fleet;
}

/** Builds one image alone: the script that is asked for, and whether it is given the other image. */
async function begun(index: number): Promise<readonly string[]> {
    const told: string[] = [];
    const image = images[index];
    if (image === undefined) {
        throw new Error("Expected two images.");
    }
    await inFolder((out) =>
        buildImages({
            images: [image],
            out,
            way: () => {
                told.push(`${image.recipe?.script} in ${JSON.stringify(fs.readdirSync(out))}`);
                throw new Error("enough");
            },
            freeGb: 20,
            tell: () => {},
        }).catch(() => undefined),
    );
    return told;
}

const alone = (index: number, script: string) => async () => {
    expect(await begun(index)).toEqual([`${script} in []`]);
};
const counted = (name: string) => async () => {
    const others = { "debian-base": free / 2, proxmox: free / 2 };
    await expect(weighed(others)).rejects.toThrow(`${name}.oci 10.00 GB`);
    await expect(weighed({ ...others, [name]: free / 2 - 1 })).resolves.toEqual([]);
};

/** Arrows that are true of `strata images build` and `strata images upload`. */
export const imageFacts: readonly Claim[] = [
    claim(section, ["Start --> Base"], "the base image needs no other", alone(0, "debian-base.sh")),
    claim(section, ["Start --> Proxmox"], "the Proxmox image needs no other", alone(1, "proxmox.sh")),
    claim(section, ["Base --> Check"], "the base image is weighed with what else is there", counted("debian-base")),
    claim(section, ["Proxmox --> Check"], "the Proxmox image is weighed with what else is there", counted("proxmox")),
    claim(section, ["Check -->|Yes| Upload"], "what is small enough is uploaded", async () => {
        const { oracle, failure } = await uploaded([1000, 2000]);
        expect(failure).toBeUndefined();
        const sent = [...(oracle.buckets.get("strata-images") ?? [])].map(([name, { bytes }]) => [name, bytes]);
        expect(sent).toEqual([
            ["debian-base.oci", 1000],
            ["proxmox.oci", 2000],
        ]);
    }),
    claim(section, ["Check -->|No| Fail"], "20 GB fail, before anything is sent", async () => {
        // Nobody answers: what would be sent in spite of its size is not sent for minutes.
        const { failure } = await uploaded([1000, free - 1000], false);
        expect(failure).toContain("The images take 20.00 GB");
    }),
    claim(section, ["Upload --> Images"], "the custom image is made of what was uploaded", async () => {
        const { oracle } = await uploaded([1000, 2000]);
        const made = oracle.calls.findIndex((call) => /^POST .*\/images$/.test(call));
        const sent = oracle.calls.findIndex((call) => /^PUT .*proxmox\.oci/.test(call));
        expect(sent).toBeGreaterThan(-1);
        expect(made).toBeGreaterThan(sent);
    }),
    claim(
        section,
        ["Images --> Done"],
        "at the end it can be launched, under the name the stack looks up",
        async () => {
            const { oracle } = await uploaded([1000, 2000]);
            const { instance } = oracleFleet().cloud.images;
            expect(oracle.images).toMatchObject([
                { displayName: "lookUp" in instance ? instance.lookUp : "", lifecycleState: "AVAILABLE" },
            ]);
        },
    ),
];
