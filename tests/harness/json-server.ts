/** A small HTTP server on this machine for one test: what it is not told to answer, it refuses. */
import * as http from "node:http";
import * as https from "node:https";
import type { AddressInfo } from "node:net";

/** Answers a request: status, and a body that becomes JSON unless it is text. */
export type Answering = (
    request: http.IncomingMessage,
    url: URL,
    asked: string,
) => readonly [status: number, body: unknown];

/** A server that listens. */
export interface JsonServer {
    readonly address: string;
    stop(): Promise<void>;
}

/** Starts a server on a free port. With TLS options it speaks TLS. */
export async function serveJson(answering: Answering, tls?: https.ServerOptions): Promise<JsonServer> {
    const handle: http.RequestListener = (request, response) => {
        const chunks: Buffer[] = [];
        request.on("data", (chunk: Buffer) => chunks.push(chunk));
        request.on("end", () => {
            const url = new URL(request.url ?? "/", "http://localhost");
            const [status, body] = answering(request, url, Buffer.concat(chunks).toString("utf8"));
            response.writeHead(status, { "content-type": "application/json", connection: "close" });
            response.end(typeof body === "string" ? body : JSON.stringify(body));
        });
    };
    const server = tls === undefined ? http.createServer(handle) : https.createServer(tls, handle);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return {
        address: `${tls === undefined ? "http" : "https"}://127.0.0.1:${(server.address() as AddressInfo).port}`,
        stop: () =>
            new Promise((resolve) => {
                server.close(() => resolve());
                server.closeAllConnections();
            }),
    };
}
