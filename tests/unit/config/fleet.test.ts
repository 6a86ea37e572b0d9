import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { type Fleet, parseFleet, platforms, readFleet } from "../../../config";
import { configurationMarkdown, stackJsonSchema } from "../../../config/documentation";
import { datastores, proxmoxMachines, storageDisks, subnet } from "../../../config/fleet";
import type { ProxmoxFleet } from "../../../config/platforms/proxmox";
import { projectFolder, stackSections } from "../../harness/stack-config";
import { synth } from "../../harness/synth";

/** The fleet of a stack whose file has no mistakes. */
function fleet(stack: string): ProxmoxFleet {
    const result = parseFleet(stackSections(stack));
    if ("mistakes" in result || result.fleet.platform !== "proxmox") {
        throw new Error("mistakes" in result ? result.mistakes.join("\n") : result.fleet.platform);
    }
    return result.fleet;
}

const asConfig = (sections: Record<string, unknown>): Record<string, unknown> =>
    Object.fromEntries(Object.entries(sections).map(([key, value]) => [`strata:${key}`, value]));

describe.each(["homelab", "homelab-ha"])("Pulumi.%s.yaml", (stack) => {
    test("has no mistakes", () => {
        expect(parseFleet(stackSections(stack))).not.toHaveProperty("mistakes");
    });

    test("tells editors where its schema is", () => {
        const [line] = fs.readFileSync(path.join(projectFolder, `Pulumi.${stack}.yaml`), "utf8").split("\n");
        expect(line).toBe("# yaml-language-server: $schema=docs/stack.schema.json");
    });

    test("is the same to a parser that knows dates, as Pulumi's does: each stands in quotes", () => {
        const text = fs.readFileSync(path.join(projectFolder, `Pulumi.${stack}.yaml`), "utf8");
        expect(parse(text, { customTags: ["timestamp"] })).toEqual(parse(text));
    });

    test("is read from the running stack's config as its file says it", async () => {
        let read: Fleet | undefined;
        await synth(
            () => {
                read = readFleet();
            },
            { config: asConfig(stackSections(stack)), stack },
        );
        expect(read).toEqual(fleet(stack));
    });
});

test("all mistakes are said at once, in one error without a stack trace, before any resource is registered", async () => {
    const { network: _, ...rest } = stackSections("homelab");
    const wrong = { ...rest, stroage: {}, talos: { ...(rest.talos as object), clusterName: "Home Lab" } };
    const run = synth(() => readFleet(), { config: asConfig(wrong), stack: "homelab" });
    const error: unknown = await run.catch((each: unknown) => each);
    expect(error).toBeInstanceOf(pulumi.RunError);
    expect((error as Error).message.split("\n")).toEqual([
        "Pulumi.homelab.yaml has 3 mistakes:",
        `  strata:stroage is no section: there are ${Object.keys(platforms.proxmox.sections).join(", ")}.`,
        "  strata:network is missing, expected a map.",
        '  strata:talos.clusterName is "Home Lab", expected lower-case letters, digits and dashes.',
    ]);
});

test("a section that is plain text is read as text", async () => {
    const config = { ...asConfig(stackSections("homelab")), "strata:profile": "ha" };
    let read: Fleet | undefined;
    await synth(
        () => {
            read = readFleet();
        },
        { config, stack: "homelab" },
    );
    expect(read?.profile).toBe("ha");
});

describe("the layers are told", () => {
    test("the network with its prefix length", () => {
        expect(subnet(fleet("homelab"))).toEqual({
            cidr: "10.10.0.0/24",
            prefixLength: 24,
            gateway: "10.10.0.1",
            nameservers: ["10.10.0.1"],
        });
    });

    test("the image's datastore of every node that carries a machine, and of no other", () => {
        const whole = fleet("homelab");
        const spare = { memoryGiB: 8, diskDatastore: "local-lvm", imageDatastore: "local" };
        const hypervisor = { ...whole.hypervisor, nodes: { ...whole.hypervisor.nodes, spare } };
        expect(datastores({ ...whole, hypervisor })).toEqual({ pve: "local" });
        expect(Object.keys(datastores(fleet("homelab-ha")))).toEqual(["pve-0", "pve-1", "pve-2"]);
    });

    test("each machine with the datastore of its host", () => {
        expect(proxmoxMachines(fleet("homelab")).w0).toEqual({
            role: "worker",
            host: "pve",
            address: "10.10.0.150",
            vmId: 150,
            cpuCores: 6,
            memoryGiB: 12,
            systemDiskGiB: 30,
            storageDiskGiB: 40,
            datastore: "local-lvm",
        });
    });

    test("the disks Ceph stores on, by node and serial", () => {
        expect(storageDisks([{ name: "c0" }, { name: "w0", storageDiskSerial: "osd-150" }])).toEqual([
            { node: "w0", serial: "osd-150" },
        ]);
    });
});

describe("the config's documentation", () => {
    const committed = (file: string) => fs.readFileSync(path.join(projectFolder, "docs", file), "utf8");

    test("is the page the schemas make: `npm run docs` writes it", () => {
        expect(committed("configuration.md").trimEnd()).toBe(configurationMarkdown().trimEnd());
    });

    test("is the JSON schema the schemas make: `npm run docs` writes it", () => {
        expect(JSON.parse(committed("stack.schema.json"))).toEqual(stackJsonSchema());
    });

    test("says of every key what it means", () => {
        const rows = configurationMarkdown()
            .split("\n")
            .filter((line) => line.startsWith("| `strata:"));
        const silent = rows.filter((row) => row.split(/(?<!\\)\|/)[4]?.trim() === "");
        expect(rows.length).toBeGreaterThan(50);
        expect(silent).toEqual([]);
    });
});
