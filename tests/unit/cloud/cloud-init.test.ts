import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parse } from "yaml";
import { cloudConfig, cloudInit } from "../../../components/cloud/cloud-init";
import { synth } from "../../harness/synth";

interface Document {
    readonly write_files: readonly { readonly path: string; readonly permissions: string; readonly content: string }[];
    readonly runcmd: readonly (readonly string[])[];
}

const key = "tskey-auth-secret";
const documentOf = (args: Omit<Parameters<typeof cloudConfig>[0], "meshKey">): Document =>
    parse(cloudConfig({ ...args, meshKey: key }, key)) as Document;
const written = (document: Document, name: string) => document.write_files.find((file) => file.path.endsWith(name));

let folder: string;
beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "strata-cloud-init-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

/** Runs a script of the document by a real shell, with commands and files of the test's own; returns what was called. */
function run(script: string, commands: Record<string, string>): { status: number | null; calls: string[] } {
    const bin = path.join(folder, "bin");
    fs.rmSync(bin, { recursive: true, force: true });
    fs.mkdirSync(bin);
    const log = path.join(folder, "calls");
    fs.writeFileSync(log, "");
    for (const [name, body] of Object.entries(commands)) {
        fs.writeFileSync(path.join(bin, name), `#!/bin/sh\necho "${name} $*" >>${log}\n${body}\n`, { mode: 0o755 });
    }
    const moved = script.replaceAll("/var/lib/strata", folder).replaceAll("/etc/iptables", path.join(folder, "etc"));
    const { status } = spawnSync("/bin/sh", ["-s"], { input: moved, env: { PATH: `${bin}:/usr/bin:/bin` } });
    return { status, calls: fs.readFileSync(log, "utf8").split("\n").filter(Boolean) };
}

test("the key is in one file only root reads, and on no command line", () => {
    const document = documentOf({ hostname: "ampere-1" });
    expect(written(document, "mesh.key")).toMatchObject({ permissions: "0600", content: key });
    const others = document.write_files.filter((file) => !file.path.endsWith("mesh.key"));
    expect(JSON.stringify([others, document.runcmd])).not.toContain(key);
});

test("an instance without a way out keeps trying, and joins once it has one", () => {
    const document = documentOf({ hostname: "bastion", advertiseRoutes: ["10.0.1.0/24"] });
    const join = written(document, "strata-join-mesh")?.content ?? "";
    fs.writeFileSync(path.join(folder, "mesh.key"), key);
    const cut = run(join, { tailscale: "exit 1" });
    expect(cut.status).not.toBe(0);
    expect(fs.existsSync(path.join(folder, "mesh.key"))).toBe(true);
    const through = run(join, { tailscale: "exit 0" });
    expect(through).toEqual({
        status: 0,
        calls: [
            `tailscale up --auth-key=file:${folder}/mesh.key --hostname=bastion --advertise-routes=10.0.1.0/24 --timeout=60s`,
        ],
    });
    expect(fs.existsSync(path.join(folder, "mesh.key"))).toBe(false);
    expect(run(join, { tailscale: "exit 1" })).toEqual({ status: 0, calls: [] });
});

test("an install that fails is tried again: a half-loaded script is not run", () => {
    const join = written(documentOf({ hostname: "ampere-1" }), "strata-join-mesh")?.content ?? "";
    fs.writeFileSync(path.join(folder, "mesh.key"), key);
    const { status, calls } = run(join, { curl: "exit 6" });
    expect(status).toBe(6);
    expect(calls).toEqual([expect.stringContaining("https://tailscale.com/install.sh")]);
});

test("systemd calls the join again until it works, and cloud-init does not wait for it", () => {
    const document = documentOf({ hostname: "ampere-1" });
    const unit = written(document, "strata-join-mesh.service")?.content ?? "";
    for (const line of ["Type=oneshot", "Restart=on-failure", "RestartSec=15", "StartLimitIntervalSec=0"]) {
        expect(unit.split("\n")).toContain(line);
    }
    expect(document.runcmd.at(-1)).toEqual(["systemctl", "enable", "--now", "--no-block", "strata-join-mesh.service"]);
});

test("the image's own rules stay: the trusted network is let in before them, once", () => {
    const document = documentOf({ hostname: "bastion", trustedCidr: "10.0.0.0/16" });
    const letIn = written(document, "strata-let-in")?.content ?? "";
    fs.mkdirSync(path.join(folder, "etc"));
    const save = { "iptables-save": "echo '*filter'" };
    const first = run(letIn, { ...save, iptables: '[ "$1" != --check ]' });
    const rule = "INPUT --source 10.0.0.0/16 --jump ACCEPT";
    expect(first.calls).toEqual([`iptables --check ${rule}`, `iptables --insert ${rule}`, "iptables-save "]);
    expect(fs.readFileSync(path.join(folder, "etc", "rules.v4"), "utf8")).toBe("*filter\n");
    expect(run(letIn, { ...save, iptables: "exit 0" }).calls).toEqual([`iptables --check ${rule}`, "iptables-save "]);
    expect(letIn).not.toMatch(/--flush|-F/);
});

test("a host of the cluster keeps its disk free for the OSD and lets root in by key; others do neither", () => {
    expect(documentOf({ hostname: "ampere-1", keepDiskFree: true, rootLogin: true })).toMatchObject({
        growpart: { mode: "off" },
        resize_rootfs: false,
        disable_root: false,
    });
    expect(Object.keys(documentOf({ hostname: "bastion" }))).toEqual([
        "hostname",
        "preserve_hostname",
        "write_files",
        "runcmd",
    ]);
});

test("every script is one a real shell reads", () => {
    const document = documentOf({ hostname: "bastion", trustedCidr: "10.0.0.0/16", advertiseRoutes: ["10.0.1.0/24"] });
    const scripts = document.write_files.filter(({ content }) => content.startsWith("#!/bin/sh"));
    expect(scripts).toHaveLength(2);
    for (const { content } of scripts) {
        execFileSync("/bin/sh", ["-n"], { input: content });
    }
});

test("user data is base64 of the document, secret", async () => {
    const found: { text?: string; secret?: boolean } = {};
    await synth(async () => {
        const data = cloudInit({ hostname: "ampere-1", meshKey: pulumi.secret(key) });
        found.secret = await pulumi.isSecret(data);
        found.text = await new Promise<string>((resolve) => void data.apply(resolve));
    });
    expect(found.secret).toBe(true);
    expect(Buffer.from(found.text ?? "", "base64").toString()).toBe(
        cloudConfig({ hostname: "ampere-1", meshKey: key }, key),
    );
});

test("what is too long is refused where the key is not known yet", () => {
    const advertiseRoutes = Array.from({ length: 2000 }, (_, turn) => `10.${turn >> 8}.${turn & 255}.0/24`);
    const unknown = pulumi.output(new Promise<string>(() => undefined));
    expect(() => cloudInit({ hostname: "ampere-1", meshKey: unknown, advertiseRoutes })).toThrow(
        "instance ampere-1: its metadata must be at most 32000 bytes",
    );
});
