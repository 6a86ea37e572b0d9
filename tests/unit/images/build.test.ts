import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { imageMetadata, packArchive } from "../../../images/archive";
import { archivesIn, buildImages, type Surroundings, wayToBuild } from "../../../images/build";
import { bootImage, imagesOf, talosImage } from "../../../images/catalog";
import { buildInDagger } from "../../../images/dagger-pipeline";

let folder: string;
const servers: http.Server[] = [];

beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "strata-build-"));
});

afterEach(async () => {
    fs.rmSync(folder, { recursive: true, force: true });
    for (const server of servers.splice(0)) {
        await new Promise((resolve) => server.close(resolve));
    }
});

/** A server on this machine; its port. */
async function serve(answer: (request: http.IncomingMessage, body: string) => [number, string | Buffer]) {
    const server = http.createServer((request, response) => {
        const chunks: Buffer[] = [];
        request.on("data", (chunk: Buffer) => chunks.push(chunk));
        request.on("end", () => {
            const [status, body] = answer(request, Buffer.concat(chunks).toString());
            response.writeHead(status, { connection: "close" }).end(body);
        });
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
}

const talos = talosImage("v1.10.5");
const qcow2 = Buffer.concat([Buffer.from("QFI\xfb", "latin1"), Buffer.alloc(3000, 7)]);

test("the archive is a gzipped tar of the disk and of what Oracle must know to boot it by UEFI on A1", async () => {
    const disk = path.join(folder, "talos.qcow2");
    const archive = path.join(folder, "talos.oci");
    fs.writeFileSync(disk, qcow2);
    await packArchive(talos, disk, archive);
    const tar = (...args: string[]) => execFileSync("tar", args, { maxBuffer: 1 << 24 });
    expect(tar("-tzf", archive).toString().trim().split("\n")).toEqual(["image_metadata.json", "talos.qcow2"]);
    expect(tar("-xzOf", archive, "talos.qcow2").equals(qcow2)).toBe(true);
    const metadata = JSON.parse(tar("-xzOf", archive, "image_metadata.json").toString());
    expect(metadata).toMatchObject({
        externalLaunchOptions: { firmware: "UEFI_64", networkType: "PARAVIRTUALIZED" },
        operatingSystem: "Talos",
        operatingSystemVersion: "1.10.5",
        additionalMetadata: { shapeCompatibilities: [{ internalShapeName: "VM.Standard.A1.Flex" }] },
    });
    expect(imageMetadata(talos)).toBe(tar("-xzOf", archive, "image_metadata.json").toString());
});

test("the same disk makes the same bytes, so that nothing is uploaded twice", async () => {
    const disk = path.join(folder, "talos.qcow2");
    fs.writeFileSync(disk, qcow2);
    const packed = async (name: string) => {
        await packArchive(talos, disk, path.join(folder, name));
        fs.utimesSync(disk, new Date(0), new Date(0));
        return fs.readFileSync(path.join(folder, name));
    };
    expect((await packed("a.oci")).equals(await packed("b.oci"))).toBe(true);
});

test("each platform has its images, and its instances boot the last", () => {
    const names = (platform: string) => imagesOf(platform, "v1.10.5").map(({ name }) => name);
    expect(names("oracle-proxmox")).toEqual(["debian-base", "proxmox"]);
    expect(names("oracle-talos")).toEqual(["talos"]);
    expect(names("proxmox")).toEqual([]);
    expect(bootImage(imagesOf("oracle-proxmox", "v1.10.5"))?.name).toBe("proxmox");
});

const machine = (commands: readonly string[], change: Partial<Surroundings> = {}): Surroundings => ({
    session: undefined,
    has: (command) => commands.includes(command),
    platform: "linux",
    userId: 0,
    ...change,
});

test("images are built in Dagger where it and a container engine are, else on a Debian host by root", () => {
    const session = { port: 1, token: "t" };
    expect(wayToBuild(machine([], { session }))).toEqual({ kind: "dagger", session });
    expect(wayToBuild(machine(["dagger", "podman", "mmdebstrap"]))).toEqual({ kind: "enter-dagger" });
    expect(wayToBuild(machine(["dagger", "mmdebstrap"]))).toEqual({ kind: "host" });
});

test.each([
    [machine([]), "no `dagger`, for a Debian host no `mmdebstrap`"],
    [machine(["dagger"]), "no container engine (docker or podman), for a Debian host no `mmdebstrap`"],
    [machine(["mmdebstrap"], { userId: 1000 }), "no `dagger`, for a Debian host not root"],
    [machine(["mmdebstrap"], { platform: "darwin", userId: 0 }), "no `dagger`, for a Debian host no Linux"],
])("fails saying what each way lacks (%#)", (surroundings, lacks) => {
    expect(() => wayToBuild(surroundings)).toThrow(`for Dagger there is ${lacks}; install Dagger`);
});

test("Dagger runs the recipe on Debian with root's capabilities and hands the disk out", async () => {
    const queries: string[] = [];
    const port = await serve((request, body) => {
        if (request.url !== "/query" || request.headers.authorization !== `Basic ${btoa("secret:")}`) {
            return [401, ""];
        }
        const { query } = JSON.parse(body);
        queries.push(query);
        const data = query.includes("host {") ? { host: { directory: { id: "recipe-id" } } } : { container: {} };
        return [200, JSON.stringify({ data })];
    });
    const out = path.join(folder, "debian-base.qcow2");
    await buildInDagger(
        { port, token: "secret" },
        { folder: "images/recipe", script: "debian-base.sh", rootMiB: 2560, out },
    );
    expect(queries[0]).toContain(`directory(path: ${JSON.stringify(path.resolve("images/recipe"))})`);
    expect(queries[1]).toContain('from(address: "debian:13-slim")');
    expect(queries[1]).toContain('source: "recipe-id"');
    expect(queries[1]).toContain(
        'args: ["bash","/recipe/debian-base.sh","/disk.qcow2","2560"], insecureRootCapabilities: true',
    );
    expect(queries[1]).toContain(`export(path: ${JSON.stringify(out)})`);
});

test("the recipe's packages in Dagger are those the recipe asks for", () => {
    const asked = fs.readFileSync("images/recipe/lib.sh", "utf8").match(/apt-get install ([a-z0-9 -]+)"/)?.[1] ?? "";
    const source = fs.readFileSync("images/dagger-pipeline.ts", "utf8");
    expect(asked.split(" ")).toContain("mmdebstrap");
    expect(asked.split(" ").filter((name) => !source.includes(`"${name}"`))).toEqual([]);
});

test("fails with Dagger's own words", async () => {
    const port = await serve(() => [200, JSON.stringify({ errors: [{ message: "process exited with 1: no space" }] })]);
    const build = { folder: "images/recipe", script: "debian-base.sh", rootMiB: 2560, out: "x" };
    await expect(buildInDagger({ port, token: "t" }, build)).rejects.toThrow(
        "Dagger refused: process exited with 1: no space",
    );
});

/** The Image Factory on this machine, with one version. */
async function factory(served: Buffer = qcow2): Promise<string> {
    const port = await serve((request, body) => {
        if (request.method === "POST" && request.url === "/schematics") {
            return body === "customization: {}\n" ? [201, '{"id":"3765"}'] : [400, "yaml: unmarshal errors"];
        }
        return request.url === "/image/3765/v1.10.5/oracle-arm64.qcow2" ? [200, served] : [404, "no such version"];
    });
    return `http://127.0.0.1:${port}`;
}

const way = () => {
    throw new Error("no recipe runs");
};

test("the Talos image is the factory's disk for Oracle, packed, and needs no recipe", async () => {
    const told: string[] = [];
    const disk = { version: "v1.10.5", schematic: "customization: {}\n", factory: await factory() };
    const built = await buildImages({
        images: [talos],
        out: folder,
        way,
        talos: disk,
        freeGb: 20,
        tell: (sentence) => told.push(sentence),
    });
    expect(built.map(({ path: file }) => path.basename(file))).toEqual(["talos-v1.10.5.oci"]);
    expect(fs.readdirSync(folder)).toEqual(["talos-v1.10.5.oci"]);
    expect(archivesIn(folder, [talos])).toEqual(built);
    expect(told).toEqual(["talos: Talos v1.10.5 for Oracle, as the Image Factory makes it"]);
});

test.each([
    [{ version: "v1.99.0", schematic: "customization: {}\n" }, qcow2, /answered 404 to .*v1\.99\.0.*: no such version/],
    [{ version: "v1.10.5", schematic: "nonsense" }, qcow2, /answered 400 to .*schematics: yaml: unmarshal errors/],
    [{ version: "v1.10.5", schematic: "customization: {}\n" }, Buffer.from("<html>"), /is no qcow2 disk/],
])("fails with what the factory says, and leaves no half image (%#)", async (disk, served, said) => {
    const address = await factory(served);
    const build = buildImages({
        images: [talos],
        out: folder,
        way,
        talos: { ...disk, factory: address },
        freeGb: 20,
        tell: () => {},
    });
    await expect(build).rejects.toThrow(said);
    expect(fs.readdirSync(folder).filter((name) => /\.(oci|qcow2)$/.test(name))).toEqual([]);
});

test("fails naming each image where together they reach 20 GB", async () => {
    // A file with a hole takes no room here and counts in full.
    fs.writeFileSync(path.join(folder, "proxmox.oci"), "");
    fs.truncateSync(path.join(folder, "proxmox.oci"), 20e9);
    const disk = { version: "v1.10.5", schematic: "customization: {}\n", factory: await factory() };
    const build = buildImages({ images: [talos], out: folder, way, talos: disk, freeGb: 20, tell: () => {} });
    await expect(build).rejects.toThrow(/The images take 20\.00 GB \(proxmox\.oci 20\.00 GB, talos-v1\.10\.5\.oci/);
});
