/**
 * The recipe in a container, by Dagger's API. The engine is spoken to as its documentation describes for other
 * clients: GraphQL over HTTP inside of `dagger run`, which names port and token in the environment.
 */
import * as http from "node:http";
import * as path from "node:path";
import type { Recipe } from "./catalog";

/** The Debian the recipes run on: it has what `images/recipe/lib.sh` asks for, and boots nothing itself. */
export const recipeHost = "debian:13-slim";

/** Packages of the recipe's host, as `images/recipe/lib.sh` names them. */
export const recipePackages = [
    "mmdebstrap",
    "qemu-utils",
    "qemu-user-static",
    "mtools",
    "dosfstools",
    "gdisk",
    "e2fsprogs",
    "ca-certificates",
    "curl",
] as const;

/** What one run makes. */
export interface DaggerBuild extends Recipe {
    /** Folder of the recipes on this machine. */
    readonly folder: string;
    /** Where the disk goes on this machine. */
    readonly out: string;
}

/** How the engine is reached. */
export interface DaggerSession {
    readonly port: number;
    readonly token: string;
}

/** The session `dagger run` opened for this process, undefined outside of it. */
export function sessionIn(environment: NodeJS.ProcessEnv): DaggerSession | undefined {
    const { DAGGER_SESSION_PORT: port, DAGGER_SESSION_TOKEN: token } = environment;
    return port === undefined || token === undefined ? undefined : { port: Number(port), token };
}

// Values stand in the query itself, since GraphQL's strings are JSON's and the names of Dagger's id types changed.
const quoted = (value: unknown): string => JSON.stringify(value);

const recipeFolder = (folder: string): string => `{ host { directory(path: ${quoted(folder)}) { id } } }`;

function disk(source: string, { script, rootMiB, out }: DaggerBuild): string {
    const packages = recipePackages.join(" ");
    const install = ["sh", "-c", `apt-get update -q && apt-get install -qy --no-install-recommends ${packages}`];
    const build = ["bash", `/recipe/${script}`, "/disk.qcow2", String(rootMiB)];
    return `{
    container {
        from(address: ${quoted(recipeHost)}) {
            withExec(args: ${quoted(install)}) {
                withMountedDirectory(path: "/recipe", source: ${quoted(source)}) {
                    withExec(args: ${quoted(build)}, insecureRootCapabilities: true) {
                        file(path: "/disk.qcow2") { export(path: ${quoted(path.resolve(out))}) }
                    }
                }
            }
        }
    }
}`;
}

/** Answered when the build ends: `fetch` would give up after five minutes without a header. */
function post({ port, token }: DaggerSession, body: string): Promise<string> {
    const headers = {
        authorization: `Basic ${Buffer.from(`${token}:`).toString("base64")}`,
        "content-type": "application/json",
    };
    return new Promise((done, failed) => {
        const request = http.request(
            { host: "127.0.0.1", port, path: "/query", method: "POST", headers },
            (response) => {
                const chunks: Buffer[] = [];
                response.on("data", (chunk: Buffer) => chunks.push(chunk));
                response.on("error", failed);
                response.on("end", () => done(Buffer.concat(chunks).toString("utf8")));
            },
        );
        request.on("error", failed);
        request.end(body);
    });
}

async function ask(session: DaggerSession, query: string): Promise<unknown> {
    const answer = await post(session, JSON.stringify({ query }));
    const { data, errors } = JSON.parse(answer) as {
        readonly data?: unknown;
        readonly errors?: readonly { readonly message: string }[];
    };
    if (errors !== undefined && errors.length > 0) {
        throw new Error(`Dagger refused: ${errors.map(({ message }) => message).join("; ")}`);
    }
    return data;
}

/**
 * Runs a recipe in a container and takes the disk out of it. The packages are a step of their own, which Dagger keeps:
 * a second run begins at the recipe. Root's capabilities are for mmdebstrap, which mounts.
 *
 * @throws Error with what Dagger says, the recipe's last words included.
 */
export async function buildInDagger(session: DaggerSession, build: DaggerBuild): Promise<void> {
    const found = (await ask(session, recipeFolder(path.resolve(build.folder)))) as {
        readonly host: { readonly directory: { readonly id: string } };
    };
    await ask(session, disk(found.host.directory.id, build));
}
