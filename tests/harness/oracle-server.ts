/**
 * Oracle's REST services as far as this project calls them, on this machine: they take only what is signed, answer
 * errors in Oracle's form, and can lose a connection.
 */
import { createHash, createVerify, generateKeyPairSync, randomUUID } from "node:crypto";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { NoRetryConfigurationDetails, Region, SimpleAuthenticationDetailsProvider } from "oci-common";
import type { OracleAccess } from "../../operations/oracle/services";
import { imageRoutes } from "./oracle-images";

/** One object of a bucket. */
export interface StoredObject {
    readonly bytes: number;
    readonly multipartMd5: string;
    readonly body: Buffer;
}

interface Transfer {
    readonly object: string;
    readonly parts: Map<number, { readonly etag: string; readonly body: Buffer }>;
}

/** An answer: its body is JSON. */
export interface Answer {
    readonly status: number;
    readonly body?: unknown;
    readonly headers?: Readonly<Record<string, string>>;
}

/** A call as a route sees it. */
export interface Call {
    readonly url: URL;
    readonly body: Buffer;
    readonly headers: http.IncomingHttpHeaders;
}

/** What answers a call: `found` is what the path's groups caught. */
export type Route = readonly [method: string, path: RegExp, answer: (call: Call, ...found: string[]) => Answer];

/** A refusal in Oracle's form. */
export const refused = (status: number, code: string, message: string): Answer => ({ status, body: { code, message } });
const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const tenancy = "ocid1.tenancy.oc1..aaaatest";
const keyId = `${tenancy}/ocid1.user.oc1..aaaatest/20:3b:97:13:55:1c`;

/** Oracle on this machine. */
export class OracleServer {
    static readonly tenancyId = tenancy;
    static readonly namespace = "axtest";
    readonly buckets = new Map<string, Map<string, StoredObject>>();
    readonly transfers = new Map<string, Map<string, Transfer>>();
    readonly images: { id: string; displayName: string; lifecycleState: string; shapes: string[] }[] = [];
    /** Calls that were answered, e.g. `PUT /n/axtest/b/images/o/x`. */
    readonly calls: string[] = [];
    /** Loses the connection at a call: the n-th from now of what matches. */
    cut: { readonly path: RegExp; times: number; after: number } | undefined;
    /** Looks at an image that is being imported until it is there; negative: until Oracle gives up. */
    looksUntilAvailable = 2;
    /** Further services by method and path; the first that fits answers. */
    readonly routes: Route[] = [];
    readonly #server: http.Server;

    private constructor() {
        this.#server = http.createServer((request, response) => {
            const chunks: Buffer[] = [];
            request.on("data", (chunk: Buffer) => chunks.push(chunk));
            request.on("end", () => this.#answer(request, Buffer.concat(chunks), response));
        });
    }

    static async start(): Promise<OracleServer> {
        const server = new OracleServer();
        await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
        return server;
    }

    get address(): string {
        return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    }

    /** How Oracle's clients reach it, with credentials it takes. */
    get access(): OracleAccess {
        const [, user = "", fingerprint = ""] = keyId.split("/");
        const pem = privateKey.export({ type: "pkcs1", format: "pem" }).toString();
        return {
            provider: new SimpleAuthenticationDetailsProvider(
                tenancy,
                user,
                fingerprint,
                pem,
                null,
                Region.EU_FRANKFURT_1,
            ),
            region: "eu-frankfurt-1",
            endpoint: this.address,
            retries: NoRetryConfigurationDetails,
        };
    }

    async stop(): Promise<void> {
        this.#server.closeAllConnections();
        await new Promise((resolve) => this.#server.close(resolve));
    }

    #answer(request: http.IncomingMessage, body: Buffer, response: http.ServerResponse): void {
        const url = new URL(request.url ?? "/", this.address);
        const call = `${request.method} ${url.pathname}`;
        if (this.cut?.path.test(call) === true) {
            if (this.cut.after > 0) {
                this.cut.after -= 1;
            } else if (this.cut.times > 0) {
                this.cut.times -= 1;
                request.socket.destroy();
                return;
            }
        }
        this.calls.push(call);
        const answer = this.#signed(request)
            ? this.#route(request.method ?? "", { url, body, headers: request.headers })
            : refused(401, "NotAuthenticated", "The required information to complete authentication was not provided.");
        const text = answer.body === undefined ? "" : JSON.stringify(answer.body);
        response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers });
        response.end(request.method === "HEAD" ? undefined : text);
    }

    /** Oracle's rule for every call: an RSA signature over the listed headers by a key it knows. */
    #signed(request: http.IncomingMessage): boolean {
        const authorization = request.headers.authorization ?? "";
        const field = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(authorization)?.[1] ?? "";
        const names = field("headers").split(" ");
        if (field("keyId") !== keyId || !["x-date", "(request-target)", "host"].every((name) => names.includes(name))) {
            return false;
        }
        const lines = names.map((name) =>
            name === "(request-target)"
                ? `(request-target): ${request.method?.toLowerCase()} ${request.url}`
                : `${name.toLowerCase()}: ${request.headers[name.toLowerCase()]}`,
        );
        const verify = createVerify("RSA-SHA256").update(lines.join("\n"));
        return verify.verify(publicKey, field("signature"), "base64");
    }

    #route(method: string, call: Call): Answer {
        const known: readonly Route[] = [...this.routes, ...this.#objectRoutes, ...imageRoutes(this)];
        for (const [verb, path, answer] of known) {
            const found = verb === method ? path.exec(call.url.pathname) : null;
            if (found !== null) {
                return answer(call, ...found.slice(1).map(decodeURIComponent));
            }
        }
        throw new Error(`Nothing answers ${method} ${call.url.pathname}${call.url.search}`);
    }

    readonly #objectRoutes: readonly Route[] = [
        ["GET", /^\/n\/?$/, () => ({ status: 200, body: OracleServer.namespace })],
        [
            "GET",
            /^\/n\/axtest\/b\/?$/,
            () => ({ status: 200, body: [...this.buckets.keys()].map((name) => ({ name, namespace: "axtest" })) }),
        ],
        [
            "POST",
            /^\/n\/axtest\/b\/?$/,
            ({ body }) => {
                const { name, compartmentId } = JSON.parse(body.toString());
                if (typeof name !== "string" || typeof compartmentId !== "string") {
                    return refused(400, "InvalidParameter", "name and compartmentId are required");
                }
                if (this.buckets.has(name)) {
                    return refused(409, "BucketAlreadyExists", `The bucket '${name}' already exists.`);
                }
                this.buckets.set(name, new Map());
                return { status: 200, body: { name } };
            },
        ],
        [
            "GET",
            /^\/n\/axtest\/b\/([^/]+)\/o$/,
            ({ url }, bucket) => {
                const prefix = url.searchParams.get("prefix") ?? "";
                const objects = [...(this.buckets.get(bucket) ?? [])]
                    .filter(([name]) => name.startsWith(prefix))
                    .map(([name, { bytes }]) => ({ name, size: bytes }))
                    .sort((a, b) => (a.name < b.name ? -1 : 1));
                const start = objects.findIndex(({ name }) => name >= (url.searchParams.get("start") ?? ""));
                const asked = Number(url.searchParams.get("limit") ?? "1000");
                const rest = start < 0 ? [] : objects.slice(start);
                return { status: 200, body: { objects: rest.slice(0, asked), nextStartWith: rest[asked]?.name } };
            },
        ],
        [
            "HEAD",
            /^\/n\/axtest\/b\/([^/]+)\/o\/(.+)$/,
            (_, bucket, object) => {
                const found = this.buckets.get(bucket)?.get(object);
                return found === undefined
                    ? { status: 404 }
                    : { status: 200, headers: { "opc-multipart-md5": found.multipartMd5 } };
            },
        ],
        [
            "GET",
            /^\/n\/axtest\/b\/([^/]+)\/u$/,
            (_, bucket) => ({
                status: 200,
                body: [...this.#of(bucket)].map(([uploadId, { object }]) => ({ uploadId, object, bucket })),
            }),
        ],
        [
            "POST",
            /^\/n\/axtest\/b\/([^/]+)\/u$/,
            ({ body }, bucket) => {
                const uploadId = randomUUID();
                const { object } = JSON.parse(body.toString());
                this.#of(bucket).set(uploadId, { object, parts: new Map() });
                return { status: 200, body: { uploadId, object, bucket } };
            },
        ],
        [
            "GET",
            /^\/n\/axtest\/b\/([^/]+)\/u\/(.+)$/,
            ({ url }, bucket) => ({
                status: 200,
                body: [...(this.#of(bucket).get(url.searchParams.get("uploadId") ?? "")?.parts ?? [])].map(
                    ([partNumber, { etag, body }]) => ({ partNumber, etag, md5: md5(body), size: body.length }),
                ),
            }),
        ],
        ["PUT", /^\/n\/axtest\/b\/([^/]+)\/u\/(.+)$/, (call, bucket) => this.#takePart(call, bucket)],
        ["POST", /^\/n\/axtest\/b\/([^/]+)\/u\/(.+)$/, (call, bucket, object) => this.#commit(call, bucket, object)],
        [
            "DELETE",
            /^\/n\/axtest\/b\/([^/]+)\/u\/(.+)$/,
            ({ url }, bucket) => {
                this.#of(bucket).delete(url.searchParams.get("uploadId") ?? "");
                return { status: 204 };
            },
        ],
    ];

    #of(bucket: string): Map<string, Transfer> {
        const found = this.transfers.get(bucket) ?? new Map<string, Transfer>();
        this.transfers.set(bucket, found);
        return found;
    }

    #takePart({ url, body, headers }: Call, bucket: string): Answer {
        const transfer = this.#of(bucket).get(url.searchParams.get("uploadId") ?? "");
        const number = Number(url.searchParams.get("uploadPartNum"));
        if (transfer === undefined) {
            return refused(404, "NoSuchUpload", "The upload does not exist.");
        }
        if (headers["content-md5"] !== md5(body)) {
            return refused(400, "UnmatchedContentMD5", "The computed MD5 does not match the Content-MD5 header.");
        }
        const etag = randomUUID();
        transfer.parts.set(number, { etag, body });
        return { status: 200, headers: { etag, "opc-content-md5": md5(body) } };
    }

    #commit({ url, body }: Call, bucket: string, object: string): Answer {
        const uploadId = url.searchParams.get("uploadId") ?? "";
        const transfer = this.#of(bucket).get(uploadId);
        const { partsToCommit } = JSON.parse(body.toString()) as {
            readonly partsToCommit: readonly { readonly partNum: number; readonly etag: string }[];
        };
        const parts = partsToCommit.map(({ partNum, etag }) => {
            const part = transfer?.parts.get(partNum);
            return part?.etag === etag ? part.body : undefined;
        });
        const whole = parts.filter((part) => part !== undefined);
        if (transfer?.object !== object || whole.length !== parts.length || parts.length === 0) {
            return refused(400, "InvalidUploadPart", "One of the parts to commit was not found.");
        }
        const sums = createHash("md5");
        for (const part of whole) {
            sums.update(createHash("md5").update(part).digest());
        }
        const joined = Buffer.concat(whole);
        this.buckets.get(bucket)?.set(object, {
            bytes: joined.length,
            body: joined,
            multipartMd5: `${sums.digest("base64")}-${whole.length}`,
        });
        this.#of(bucket).delete(uploadId);
        return { status: 200 };
    }
}

function md5(body: Buffer): string {
    return createHash("md5").update(body).digest("base64");
}
