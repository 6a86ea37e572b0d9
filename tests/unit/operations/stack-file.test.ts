import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { projectFolder, readStackConfig } from "../../../operations/stack";
import { namespaces } from "../../../operations/stack-file";
import { fleetOf } from "../../../operations/stack-fleet";
import { packages } from "../../../rehearsal/providers";
import { homelab } from "../../../rehearsal/sites/homelab";
import { World } from "../../../rehearsal/world/world";

let folder: string;
beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "strata-stack-file-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

function read(text: string) {
    fs.writeFileSync(path.join(folder, "Pulumi.mine.yaml"), text);
    return readStackConfig("mine", folder);
}

describe("a secret that stands in clear in a stack's file", () => {
    const keys = [
        "proxmoxve:apiToken",
        "proxmoxve:password",
        "tailscale:apiKey",
        "tailscale:oauthClientSecret",
        "oci:privateKey",
        "oci:privateKeyPassword",
        "grafana:auth",
        "strata:sshPrivateKey",
        "strata:ageKey",
    ];

    test.each(keys)("is refused: %s", (key) => {
        expect(() => read(`config:\n  ${key}: hunter2\n`)).toThrow(
            `Pulumi.mine.yaml has one mistake:\n  ${key} stands there in clear: encrypt it with \`npm run strata -- pulumi config set --secret ${key} --stack mine\`, and draw a new one if anybody else has seen the file.`,
        );
    });

    test.each(keys)("passes encrypted: %s", (key) => {
        expect(read(`config:\n  ${key}:\n    secure: v1:abc\n`)).toEqual({});
    });

    test("is named and not shown, with every other", () => {
        const two = "config:\n  proxmoxve:apiToken: hunter2\n  grafana:auth: hunter3\n";
        expect(() => read(two)).toThrow(/proxmoxve:apiToken.+\n.+grafana:auth/);
        expect(() => read(two)).not.toThrow(/hunter/);
    });
});

describe("a stack's file that is no YAML is told with its line, in one sentence", () => {
    test.each([
        ["a tab", "config:\n\tstrata:cni: {}\n", "Pulumi.mine.yaml, line 2: Tabs are not allowed as indentation."],
        ["a key twice", "config:\n  a:b: 1\n  a:b: 2\n", "Pulumi.mine.yaml, line 3: Map keys must be unique."],
        [
            "a bracket left open",
            "config:\n  a:b: [1\n  c:d: 2\n",
            "Pulumi.mine.yaml, line 3: Flow sequence in block collection must be sufficiently indented and end with a ].",
        ],
        [
            "an alias of nothing",
            "config: *x\n",
            "Pulumi.mine.yaml: Unresolved alias (the anchor must be set before the alias): x.",
        ],
    ])("%s", (_, text, sentence) => {
        const said = (): unknown => {
            try {
                return read(text);
            } catch (error) {
                return (error as Error).message;
            }
        };
        expect(said()).toBe(sentence);
    });
});

describe("the form of a stack's file", () => {
    const mistake = (sentence: string) => `Pulumi.mine.yaml has one mistake:\n  ${sentence}`;

    test.each([
        ["text", "hello\n", "The file is no map, expected the keys of the stack under config."],
        ["a list", "- a\n", "The file is no map, expected the keys of the stack under config."],
        [
            "text as config",
            "config: hello\n",
            "config is no map, expected a key for each section, e.g. strata:machines.",
        ],
        [
            "a list as config",
            "config: [a]\n",
            "config is no map, expected a key for each section, e.g. strata:machines.",
        ],
        [
            "a mistyped key at the top",
            "confg:\n  strata:platform: proxmox\n",
            "confg is no key of the file: there are config, secretsprovider, encryptedkey, encryptionsalt, environment.",
        ],
        [
            "a mistyped namespace",
            "config:\n  starta:cni: {}\n",
            `starta:cni belongs to nobody here: before the colon stands one of ${namespaces.join(", ")}.`,
        ],
        [
            "one key written in both ways",
            "config:\n  platform: proxmox\n  strata:platform: proxmox\n",
            "strata:platform is there twice, once as platform: keep one.",
        ],
    ])("%s is refused, and not shown", (_, text, sentence) => {
        expect(() => read(text)).toThrow(mistake(sentence));
    });

    test("may say nothing at all", () => {
        expect(read("")).toEqual({});
        expect(read("config:\n")).toEqual({});
        expect(read("encryptionsalt: v1:abc\nsecretsprovider: passphrase\n")).toEqual({});
    });

    test("has every package of the program as a namespace", () => {
        const known = packages(new World({ site: homelab })).map(({ name }) => name);
        expect(namespaces).toEqual(expect.arrayContaining(known));
    });

    test("a key without a namespace is the project's, as it is to the engine", () => {
        expect(read("config:\n  platform: proxmox\n")).toEqual({ "strata:platform": { value: "proxmox" } });
        const text = fs.readFileSync(path.join(projectFolder, "Pulumi.homelab.yaml"), "utf8");
        fs.writeFileSync(path.join(folder, "Pulumi.mine.yaml"), text.replace("strata:talos:", "talos:"));
        expect(fleetOf("mine", folder)).toEqual(fleetOf("homelab"));
    });

    test("its mistakes are told with those of the sections, all at once", () => {
        const text = fs.readFileSync(path.join(projectFolder, "Pulumi.homelab.yaml"), "utf8");
        const wrong = text.replace("strata:cni:", "starta:cni:").replace("memoryGiB: 4", "memoryGiB: .inf");
        fs.writeFileSync(path.join(folder, "Pulumi.mine.yaml"), wrong);
        expect(() => fleetOf("mine", folder)).toThrow(
            /^Pulumi\.mine\.yaml has 3 mistakes:\n {2}starta:cni belongs .+\n {2}strata:machines\.c0\.memoryGiB is Infinity, expected .+\n {2}strata:cni is missing, expected a map\.$/,
        );
    });

    test("a file that sets nothing lacks every section, and a typo that makes it so is named alone", () => {
        const missing = /^Pulumi\.mine\.yaml has \d+ mistakes:\n {2}strata:network is missing, expected a map\.\n/;
        fs.writeFileSync(path.join(folder, "Pulumi.mine.yaml"), "");
        expect(() => fleetOf("mine", folder)).toThrow(missing);
        fs.writeFileSync(path.join(folder, "Pulumi.mine.yaml"), "confg: {}\n");
        expect(() => fleetOf("mine", folder)).toThrow(/^Pulumi\.mine\.yaml has one mistake:\n {2}confg is no key/);
    });

    test("a section that is a number is the text it is, as the engine hands it to the program", () => {
        const text = fs.readFileSync(path.join(projectFolder, "Pulumi.homelab.yaml"), "utf8");
        fs.writeFileSync(path.join(folder, "Pulumi.mine.yaml"), `${text}  strata:allowance: 2021\n`);
        expect(fleetOf("mine", folder).allowance).toBe("2021");
    });
});
