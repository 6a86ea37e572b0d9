import { execFile } from "node:child_process";
import * as path from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { type Engine, locateEngine } from "../../../rehearsal/engine/locate";
import { locatePlugins, type Plugin } from "../../../tools/plugins/locate";
import type { PreviewAnswer, PreviewRequest } from "./isolated-preview";
import { mistakes } from "./mistakes";

const names = ["proxmoxve", "talos", "kubernetes", "random"];
const plugins = locatePlugins(names);
const missing = names.filter((name) => plugins.every((plugin) => plugin.name !== name));
const bring = `bring them with \`pulumi plugin install resource NAME VERSION\` or name their folder in STRATA_PLUGINS`;

let engine: Engine;

beforeAll(async () => {
    engine = await locateEngine();
});

/** A preview in a namespace whose only card is loopback. */
async function preview(stack: string, real: readonly Plugin[], mistake?: string): Promise<PreviewAnswer> {
    const request: PreviewRequest = { stack, engine, plugins: real, ...(mistake === undefined ? {} : { mistake }) };
    const driver = path.join(__dirname, "isolated-preview.ts");
    const { stdout } = await promisify(execFile)(
        "unshare",
        [
            ...["--map-root-user", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"],
            ...[process.execPath, "--import", "tsx", driver, JSON.stringify(request)],
        ],
        { maxBuffer: 64 * 1024 * 1024, env: { ...process.env, PROXMOX_VE_API_TOKEN: "" } },
    );
    return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as PreviewAnswer;
}

describe("a first preview in a network of loopback only", () => {
    for (const [mistake, { words }] of Object.entries(mistakes)) {
        test(`the simulated world refuses ${mistake}`, async () => {
            const answer = await preview("homelab", [], mistake);
            expect(answer).toMatchObject({ ok: false, said: expect.stringMatching(words) });
        });
    }
});

describe("the real plugins", () => {
    for (const stack of ["homelab", "homelab-ha"]) {
        test(`accept ${stack} as the simulated world does, nothing existing`, async ({ skip }) => {
            skip(missing.length > 0, `No real plugin of ${missing.join(", ")} on this machine: ${bring}.`);
            const simulated = await preview(stack, []);
            const real = await preview(stack, plugins);
            expect(real).toMatchObject({ ok: true, others: 0 });
            expect(real.creates).toBe(simulated.creates);
            expect(real.packages).toEqual(expect.arrayContaining(names));
        });
    }

    for (const [mistake, { refusedBy, words }] of Object.entries(mistakes)) {
        test(`refuse ${mistake}`, async ({ skip }) => {
            const real = plugins.filter(({ name }) => name === refusedBy);
            skip(real.length === 0, `No real plugin of ${refusedBy} on this machine: ${bring}.`);
            const answer = await preview("homelab", real, mistake);
            expect(answer).toMatchObject({ ok: false, said: expect.stringMatching(words) });
        });
    }
});
