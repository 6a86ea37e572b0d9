/** What the stacks ask of Proxmox VE, judged by the provider's own schemas and validators. */
import { beforeAll, describe, expect, test } from "vitest";
import { inputFailures } from "../../../rehearsal/providers/proxmoxve-inputs";
import type { Properties } from "../../../rehearsal/world/value";
import { needsGoTools } from "../../harness/go-tool";
import { judgeArguments, proxmoxSchema } from "../../harness/proxmox-schema";
import { stackInProcess } from "../../harness/rehearsed";

const machineType = "proxmoxve:index/vmLegacy:VmLegacy";
const fileType = "proxmoxve:download/file:File";
const providerType = "pulumi:providers:proxmoxve";

interface Asked {
    readonly type: string;
    readonly name: string;
    readonly properties: Properties;
}

/** Everything a stack asks of Proxmox VE, its provider's configuration included. */
async function askedOf(stackName: string): Promise<readonly Asked[]> {
    const stack = stackInProcess(stackName);
    const { errors } = await stack.up();
    expect(errors).toEqual([]);
    return [...stack.state.values()]
        .filter(({ type }) => type.startsWith("proxmoxve:") || type === providerType)
        .map(({ type, name, inputs }) => ({ type, name, properties: inputs }));
}

describe.each([
    { stack: "homelab", machines: 3, nodes: 1 },
    { stack: "homelab-ha", machines: 6, nodes: 3 },
])("the provider's own check of $stack", ({ stack, machines, nodes }) => {
    needsGoTools(proxmoxSchema);

    test("takes every machine, every image and the provider's configuration without a word", async () => {
        const asked = await askedOf(stack);
        const count = (type: string) => asked.filter((each) => each.type === type).length;
        expect([count(machineType), count(fileType), count(providerType)]).toEqual([machines, nodes, 1]);
        const verdicts = await judgeArguments(asked);
        expect(verdicts).toEqual(asked.map(() => ({ errors: [], warnings: [] })));
    });
});

describe("a mistake in what is asked of Proxmox VE", () => {
    needsGoTools(proxmoxSchema);
    const right = new Map<string, Properties>();

    beforeAll(async () => {
        for (const { type, properties } of await askedOf("homelab")) {
            right.set(type, properties);
        }
    });

    /** The provider's words without the place, and the rehearsal's. */
    const refusals = async (type: string, change: Properties) => {
        const properties = { ...right.get(type), ...change };
        const [real] = await judgeArguments([{ type, properties }]);
        const rehearsed = (inputFailures(type, "it", properties) ?? []).map(({ reason }) =>
            reason.replace(/\. Examine values at .*$/, ""),
        );
        return { real: (real?.errors ?? []).map((each) => each.replace(/ at \(.*$/, "")), rehearsed };
    };

    test.each<{ mistake: string; change: Properties; words: string }>([
        { mistake: "a firmware there is none of", change: { bios: "bogus" }, words: "got bogus" },
        {
            mistake: "a VM id of 5",
            change: { vmId: 5 },
            words: "expected vm_id to be in the range (100 - 2147483647), got 5",
        },
        {
            mistake: "an operating system there is none of",
            change: { operatingSystem: { type: "talos" } },
            words: "got talos",
        },
        { mistake: "a machine there is none of", change: { machine: "i440" }, words: "must be a valid machine type" },
        { mistake: "a controller there is none of", change: { scsiHardware: "ahci" }, words: "got ahci" },
        { mistake: "a name that is no host name", change: { name: "c_0" }, words: "must be a valid DNS name" },
        {
            mistake: "no core",
            change: { cpu: { cores: 0 } },
            words: "expected cores to be in the range (1 - 2304), got 0",
        },
        { mistake: "no memory", change: { memory: { dedicated: 1 } }, words: "expected dedicated to be in the range" },
        {
            mistake: "a network card there is none of",
            change: { networkDevices: [{ model: "ne2000" }] },
            words: "got ne2000",
        },
        {
            mistake: "a MAC address that is none",
            change: { networkDevices: [{ macAddress: "zz" }] },
            words: 'got "zz"',
        },
        { mistake: "a serial port that is none", change: { serialDevices: [{ device: "com1" }] }, words: "'socket'" },
        { mistake: "a screen there is none of", change: { vga: { type: "ega" } }, words: "got ega" },
        { mistake: "a firmware disk there is none of", change: { efiDisk: { type: "8m" } }, words: "got 8m" },
        {
            mistake: "a cloud-init there is none of",
            change: { initialization: { type: "nocloud2" } },
            words: "got nocloud2",
        },
        {
            mistake: "a disk cache there is none of",
            change: { disks: [{ interface: "scsi0", cache: "all" }] },
            words: "got all",
        },
        {
            mistake: "a disk of no size",
            change: { disks: [{ interface: "scsi0", size: 0 }] },
            words: "expected size to be at least (1), got 0",
        },
        {
            mistake: "a disk format there is none of",
            change: { disks: [{ interface: "scsi0", fileFormat: "vdi" }] },
            words: "got vdi",
        },
    ])("$mistake is refused by the provider, and by the rehearsal in the same words", async ({ change, words }) => {
        const { real, rehearsed } = await refusals(machineType, change);
        expect(real.join("\n")).toContain(words);
        expect(real).toEqual(expect.arrayContaining(rehearsed));
        expect(rehearsed.join("\n")).toContain(words);
    });

    test.each<{ mistake: string; change: Properties; words: string }>([
        { mistake: "content there is none of", change: { contentType: "image" }, words: '"image"' },
        {
            mistake: "an address that is not HTTP",
            change: { url: "ftp://factory.talos.dev/image" },
            words: "must match HTTP URL regex",
        },
    ])("an image of $mistake is refused by the provider and by the rehearsal", async ({ change, words }) => {
        const { real, rehearsed } = await refusals(fileType, change);
        expect(real.join("\n")).toContain(words);
        expect(rehearsed).toHaveLength(1);
    });

    test("an unknown nested key is refused by both", async () => {
        const { real, rehearsed } = await refusals(machineType, { cpu: { core: 4 } });
        expect(real).toEqual(["Invalid or unknown key cpu[0].core"]);
        expect(rehearsed).toEqual(["Invalid or unknown key"]);
    });

    test("an unknown property is seen against the provider's schema, which the plugin itself would drop", async () => {
        const { real, rehearsed } = await refusals(machineType, { startOnBoot: true });
        expect(real).toEqual(["Invalid or unknown key startOnBoot"]);
        expect(rehearsed).toEqual([]);
    });

    test("a disk at no bus is refused only once the machine is made: the provider's check takes it", async () => {
        const { real, rehearsed } = await refusals(machineType, { disks: [{ interface: "foo0" }] });
        expect({ real, rehearsed }).toEqual({ real: [], rehearsed: [] });
    });
});
