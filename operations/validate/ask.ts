/** One HTTP question with its answer as JSON, and one sentence where there is none. */
import * as http from "node:http";
import * as https from "node:https";

/** How a server is asked. */
export interface Question {
    readonly url: string;
    readonly headers?: Readonly<Record<string, string>>;
    /** Authorities to believe, client certificate and key, in PEM. */
    readonly tls?: {
        readonly ca?: string;
        readonly cert?: string;
        readonly key?: string;
        /** False takes any certificate. */
        readonly rejectUnauthorized?: boolean;
    };
    /** Milliseconds until it is given up; 20 seconds by default. */
    readonly timeoutMs?: number;
}

/**
 * Asks.
 *
 * @param who Whom, as a message names it.
 * @throws Error with one sentence where nobody answers, where the answer is a refusal, or where it is no JSON.
 */
export async function ask(
    who: string,
    { url, headers = {}, tls = {}, timeoutMs = 20_000 }: Question,
): Promise<unknown> {
    const { protocol, origin } = new URL(url);
    const { status, text } = await new Promise<{ status: number; text: string }>((done, failed) => {
        const unanswered = (why: string) => failed(new Error(`${who} does not answer at ${origin}: ${why}`));
        const take = (response: http.IncomingMessage) => {
            const chunks: Buffer[] = [];
            response.on("data", (chunk: Buffer) => chunks.push(chunk));
            response.on("error", (error) => unanswered(error.message));
            response.on("end", () =>
                done({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") }),
            );
        };
        const options = { headers: { accept: "application/json", ...headers }, timeout: timeoutMs };
        const request =
            protocol === "http:" ? http.get(url, options, take) : https.get(url, { ...options, ...tls }, take);
        request.on("timeout", () => request.destroy(new Error(`no answer in ${timeoutMs / 1000} s`)));
        request.on("error", (error) => unanswered(error.message));
    });
    if (status !== 200) {
        throw new Error(`${who} at ${origin} refused with ${status}: ${text.trim().split("\n")[0]?.slice(0, 200)}`);
    }
    try {
        return JSON.parse(text);
    } catch {
        throw new Error(`${who} at ${origin} did not answer in JSON: is it really there?`);
    }
}
