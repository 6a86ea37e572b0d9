import { beforeEach, expect, test, vi } from "vitest";
import { homelab, homelabNode } from "../../../rehearsal/sites/homelab";
import { PartialFailure, type Refusal } from "../../../rehearsal/world/refusal";
import type { Site } from "../../../rehearsal/world/site";
import { at, type Properties, UNKNOWN } from "../../../rehearsal/world/value";
import { Actor, imageArgs, proxmoxConfig, vmArgs } from "./homelab-world";

const vmType = "proxmoxve:index/vmLegacy:VmLegacy";
const fileType = "proxmoxve:download/file:File";

let actor: Actor;
let image: string;

beforeEach(async () => {
    vi.stubEnv("PROXMOX_VE_API_TOKEN", "");
    vi.stubEnv("PROXMOX_VE_ENDPOINT", "");
    actor = new Actor();
    image = await actor.image();
});

const disks = (change: (disks: Properties[]) => unknown): Properties => {
    const found = (vmArgs("c0", 140, "local:import/talos-nocloud.qcow2").disks as Properties[]).map((disk) => ({
        ...disk,
    }));
    return { disks: change(found) as Properties[] };
};

test("a nocloud machine boots with the address of its ipConfigs and answers in maintenance", async () => {
    const made = await actor.vm("c0", 140, image);
    expect(made.id).toBe("140");
    expect(actor.world.network.unreachable("10.10.0.140", 50000)).toBeUndefined();
    expect(actor.world.network.unreachable("10.10.0.140", 6443)).toContain("connection refused");
    expect(made.outputs.ipv4Addresses).toEqual([["127.0.0.1"], ["10.10.0.140"]]);
    expect(actor.steps).toEqual(["proxmoxve/image-download", "proxmoxve/virtual-machine"]);
});

test("a metal machine has no static address", async () => {
    const metal = await actor.image("metal");
    await actor.vm("c0", 140, metal);
    expect(actor.world.network.unreachable("10.10.0.140", 50000)).toBe(
        "dial tcp 10.10.0.140:50000: connect: no route to host",
    );
});

test("a machine without a Talos image answers nowhere", async () => {
    await actor.vm("c0", 140, image, {
        agent: { enabled: false },
        ...disks((all) => [{ ...all[0], importFrom: null }]),
    });
    expect(actor.world.network.unreachable("10.10.0.140", 50000)).toContain("no route to host");
});

test.each<[string, Properties, string]>([
    [
        "a node that is not there",
        { nodeName: "pve9" },
        "hostname lookup 'pve9' failed - failed to get address info for: pve9: Name or service not known",
    ],
    [
        "a datastore that is not there",
        disks((all) => [{ ...all[0], datastoreId: "tank" }]),
        "storage 'tank' does not exist",
    ],
    [
        "a datastore that holds no disks",
        disks((all) => [{ ...all[0], datastoreId: "local" }]),
        "storage 'local' does not support content-type 'images'",
    ],
    [
        "a disk interface used twice",
        disks((all) => [all[0], { ...all[1], interface: "scsi0" }]),
        'duplicate disk interface "scsi0"',
    ],
    [
        "a disk interface there is none of",
        disks((all) => [{ ...all[0], interface: "nvme0" }]),
        "Defined disk interface not supported. Interface was nvme0",
    ],
    [
        "an image that is not on the node's datastore",
        disks((all) => [{ ...all[0], importFrom: "local:import/other.qcow2" }]),
        "volume 'local:import/other.qcow2' does not exist",
    ],
    [
        "a disk larger than the datastore",
        disks((all) => [all[0], { ...all[1], size: 900 }]),
        "Insufficient free space: 230400 extents needed, but only 197120 available",
    ],
    [
        "a serial longer than 20 bytes",
        disks((all) => [{ ...all[0], serial: "a-serial-of-21-bytes-" }]),
        "scsi0.serial: value may only be 20 characters long",
    ],
    [
        "a boot order with a device that is not there",
        { bootOrders: ["scsi7"] },
        "invalid bootorder: device 'scsi7' does not exist",
    ],
    ["more cores than the host has", { cpu: { cores: 32 } }, "MAX 24 vcpus allowed per VM on this node"],
])("Proxmox refuses %s and makes nothing", async (_, overrides, words) => {
    await expect(actor.vm("c0", 140, image, overrides)).rejects.toThrow(words);
    expect(actor.world.remains()).toEqual(["file pve local:import/talos-nocloud.qcow2 on local"]);
});

test("a second machine of the same id is refused, on whichever node", async () => {
    await actor.vm("c0", 140, image);
    await expect(actor.vm("c1", 140, image)).rejects.toThrow(
        "unable to create VM 140 - VM 140 already exists on node 'pve'",
    );
});

test("an id is taken as soon as its machine is being made", async () => {
    const first = actor.vm("c0", 140, image);
    await expect(actor.vm("c1", 140, image)).rejects.toThrow("VM 140 already exists");
    await first;
});

test("two machines with one address conflict", async () => {
    await actor.vm("c0", 140, image);
    const address = { initialization: { ipConfigs: [{ ipv4: { address: "10.10.0.140/24" } }] } };
    await expect(actor.vm("w0", 150, image, address)).rejects.toThrow(
        "IPv4 address conflict: machine pve/150 cannot use 10.10.0.140, it is in use by machine pve/140",
    );
});

test("an address without its network's length is refused", async () => {
    const address = { initialization: { ipConfigs: [{ ipv4: { address: "10.10.0.140" } }] } };
    await expect(actor.vm("c0", 140, image, address)).rejects.toThrow(
        "invalid IPv4 address in CIDR notation '10.10.0.140'",
    );
});

test.each<[string, Properties, string]>([
    ["a bridge that is not there", { networkDevices: [{ bridge: "vmbr9" }] }, "bridge 'vmbr9' does not exist"],
    [
        "more memory than the host has",
        { memory: { dedicated: 65537 } },
        "cannot set up guest memory 'pc.ram': Cannot allocate memory",
    ],
])("a machine with %s is made and does not start", async (_, overrides, words) => {
    const failure = await actor.vm("c0", 140, image, overrides).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(PartialFailure);
    expect((failure as PartialFailure).message).toContain(words);
    expect((failure as PartialFailure).id).toBe("140");
    const repaired = await actor
        .behaviour(vmType)
        .update("140", {}, vmArgs("c0", 140, image), actor.operation(vmType, "c0", proxmoxConfig));
    expect(repaired.vmId).toBe(140);
    expect(actor.world.network.unreachable("10.10.0.140", 50000)).toBeUndefined();
});

test("memory of all running machines counts, that of stopped ones does not", async () => {
    const size = { memory: { dedicated: 30000 } };
    await actor.vm("c0", 140, image, size);
    await actor.vm("w0", 150, image, size);
    await actor.vm("w1", 151, image, { ...size, started: false });
    await expect(actor.vm("w2", 152, image, size)).rejects.toThrow("Cannot allocate memory");
});

test("an enabled agent that the image lacks is waited for 15 minutes in vain", async () => {
    const schematic = await actor.create("talos:imageFactory/schematic:Schematic", "bare", {});
    const bare = await actor.create(
        fileType,
        "bare",
        { ...imageArgs(schematic.id), fileName: "bare.qcow2" },
        proxmoxConfig,
    );
    await expect(actor.vm("c0", 140, bare.id)).rejects.toThrow(
        'timeout while waiting for the QEMU agent on VM "140" to publish the network interfaces',
    );
    expect(actor.steps.at(-1)).toBe("proxmoxve/agent-timeout");
    const silent = { agent: { enabled: true, waitForIp: { disabled: true } } };
    await expect(actor.vm("w0", 150, bare.id, silent)).resolves.toMatchObject({ id: "150" });
});

test("a machine whose agent does not answer does not shut down, but can be stopped", async () => {
    const schematic = await actor.create("talos:imageFactory/schematic:Schematic", "bare", {});
    const bare = await actor.create(
        fileType,
        "bare",
        { ...imageArgs(schematic.id), fileName: "bare.qcow2" },
        proxmoxConfig,
    );
    const made = await actor.vm("c0", 140, bare.id, { agent: { enabled: true, waitForIp: { disabled: true } } });
    const operation = actor.operation(vmType, "c0", proxmoxConfig);
    const state = { ...made.outputs, stopOnDestroy: false };
    await expect(actor.behaviour(vmType).delete("140", state, operation)).rejects.toThrow(
        "VM quit/powerdown failed - got timeout",
    );
    await actor.behaviour(vmType).delete("140", made.outputs, operation);
    expect(actor.world.proxmox.machines).toEqual([]);
});

test("what is removed leaves nothing behind, and its address is free", async () => {
    const made = await actor.vm("c0", 140, image);
    const operation = actor.operation(vmType, "c0", proxmoxConfig);
    await actor.behaviour(vmType).delete("140", made.outputs, operation);
    await actor.behaviour(fileType).delete(image, imageArgs("x"), actor.operation(fileType, "image", proxmoxConfig));
    expect(actor.world.remains()).toEqual([]);
    expect(actor.world.network.takenBy("10.10.0.140")).toBeUndefined();
    expect(
        await actor.behaviour(vmType).read("140", made.outputs, vmArgs("c0", 140, image), operation),
    ).toBeUndefined();
});

test("a protected machine is not removed", async () => {
    const made = await actor.vm("c0", 140, image, { protection: true });
    await expect(
        actor.behaviour(vmType).delete("140", made.outputs, actor.operation(vmType, "c0", proxmoxConfig)),
    ).rejects.toThrow("can't remove VM 140 - protection mode enabled");
});

test("more memory is a change in place with a reboot, a smaller disk is refused", async () => {
    const made = await actor.vm("c0", 140, image);
    const operation = actor.operation(vmType, "c0", proxmoxConfig);
    const larger = { ...vmArgs("c0", 140, image), memory: { dedicated: 16384 } };
    await actor.behaviour(vmType).update("140", made.outputs, larger, operation);
    expect(actor.world.proxmox.machines[0]?.memoryGiB).toBe(16);
    expect(actor.world.network.unreachable("10.10.0.140", 50000)).toBeUndefined();
    const smaller = { ...vmArgs("c0", 140, image), ...disks((all) => [all[0], { ...all[1], size: 20 }]) };
    await expect(actor.behaviour(vmType).update("140", made.outputs, smaller, operation)).rejects.toThrow(
        "disk resize failure: requested size (20G) is lower than current size (40G)",
    );
});

test("without leave to reboot, new memory waits", async () => {
    const made = await actor.vm("c0", 140, image);
    const larger = { ...vmArgs("c0", 140, image), memory: { dedicated: 16384 }, rebootAfterUpdate: false };
    await actor.behaviour(vmType).update("140", made.outputs, larger, actor.operation(vmType, "c0", proxmoxConfig));
    expect(actor.world.proxmox.machines[0]?.poweredOn).toBe(true);
});

test("a boot disk is not removed while the boot order names it", async () => {
    const made = await actor.vm("c0", 140, image, { bootOrders: ["scsi0"] });
    const without = { ...vmArgs("c0", 140, image), bootOrders: ["scsi0"], ...disks((all) => [all[1]]) };
    await expect(
        actor.behaviour(vmType).update("140", made.outputs, without, actor.operation(vmType, "c0", proxmoxConfig)),
    ).rejects.toThrow('cannot delete boot disk "scsi0"');
});

test.each<[string, Properties, readonly string[]]>([
    ["another id", { vmId: 141 }, ["vmId"]],
    ["another node", { nodeName: "pve-1" }, ["nodeName"]],
    ["another node with leave to migrate", { nodeName: "pve-1", migrate: true }, []],
    ["more memory", { memory: { dedicated: 16384 } }, []],
    ["another image", disks((all) => [{ ...all[0], importFrom: "local:import/newer.qcow2" }, all[1]]), []],
    ["another user data file", { initialization: { userDataFileId: "local:snippets/a.yaml" } }, ["initialization"]],
    ["another disk file over SSH", disks((all) => [{ ...all[0], fileId: "local:iso/a.img" }, all[1]]), ["disks"]],
])("%s replaces %j", (_, overrides, replaces) => {
    const before = vmArgs("c0", 140, "local:import/talos-nocloud.qcow2");
    const found = actor.behaviour(vmType).diff?.(before, { ...before, ...overrides }, { ...before, vmId: 140 });
    expect(found?.replaces).toEqual(replaces);
    expect(found?.changes.length).toBeGreaterThan(0);
});

test("what was changed behind the program's back is read", async () => {
    const made = await actor.vm("c0", 140, image);
    const vm = actor.world.proxmox.installations[0]?.machine(140);
    vm?.change({ ...vm.spec, memoryMiB: 4096 }, true);
    vm?.stop();
    const read = await actor
        .behaviour(vmType)
        .read("140", made.outputs, vmArgs("c0", 140, image), actor.operation(vmType, "c0", proxmoxConfig));
    expect(at(read?.inputs, "memory.dedicated")).toBe(4096);
    expect(read?.inputs.started).toBe(false);
});

test("what was not changed reads as it was made", async () => {
    const made = await actor.vm("c0", 140, image);
    const inputs = vmArgs("c0", 140, image);
    const read = await actor
        .behaviour(vmType)
        .read("140", made.outputs, inputs, actor.operation(vmType, "c0", proxmoxConfig));
    expect(read).toEqual({ id: "140", inputs, outputs: made.outputs });
});

test("a machine is adopted by the id its inputs name", async () => {
    await actor.vm("c0", 140, image);
    const inputs = vmArgs("c0", 140, image);
    const id = actor.behaviour(vmType).deterministicId?.(inputs) ?? "";
    const read = await actor.behaviour(vmType).read(id, {}, inputs, actor.operation(vmType, "c0", proxmoxConfig));
    expect(read?.outputs.vmId).toBe(140);
    const file = imageArgs("x");
    expect(actor.behaviour(fileType).deterministicId?.(file)).toBe(image);
});

test.each<[string, Properties, string]>([
    [
        "an unknown nested key",
        disks((all) => [{ ...all[0], sizeGb: 30 }]),
        "Invalid or unknown key. Examine values at 'c0.disks[0].sizeGb'.",
    ],
    ["a BIOS there is none of", { bios: "uefi" }, 'expected bios to be one of ["ovmf" "seabios"], got uefi'],
    ["an operating system there is none of", { operatingSystem: { type: "linux" } }, "expected type to be one of"],
    ["an id under 100", { vmId: 50 }, "expected vm_id to be in the range (100 - 2147483647), got 50"],
    ["a name that is none", { name: "c_0" }, "invalid value for name (must be a valid DNS name)"],
    ["a text where a number belongs", { memory: { dedicated: "much" } }, "got unconvertible type 'string'"],
    ["a list where a map belongs", { cpu: [] }, "expected a map"],
    ["a map where a list belongs", { disks: {} }, "expected a list"],
])("the provider refuses %s before anything is made", async (_, overrides, words) => {
    await expect(actor.vm("c0", 140, image, overrides)).rejects.toThrow(words);
});

test("a missing node is a missing argument; unknown values and unknown top-level keys pass", () => {
    const check = (inputs: Properties) =>
        actor.behaviour(vmType).check?.(inputs, undefined, actor.operation(vmType, "c0", {})).failures;
    expect(check({})?.[0]?.reason).toContain('The argument "node_name" is required');
    expect(check({ nodeName: UNKNOWN, bios: UNKNOWN, disks: UNKNOWN, hoplug: "x" })).toEqual([]);
});

test.each<[string, Properties, string]>([
    [
        "a node that is not there",
        { nodeName: "pve9" },
        "Could not get file metadata, unexpected error: received an HTTP 500 response - Reason: hostname lookup 'pve9' failed",
    ],
    ["a datastore that is not there", { datastoreId: "tank" }, "storage 'tank' does not exist"],
    [
        "a content the datastore is not for",
        { datastoreId: "local-lvm" },
        "storage 'local-lvm' is not configured for content-type 'import'",
    ],
    ["an ending the content does not take", { fileName: "talos.img" }, "invalid filename or wrong extension"],
    [
        "a version the factory does not serve",
        {
            url: "https://factory.talos.dev/image/376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba/v1.10.99/nocloud-amd64.qcow2",
        },
        "version v1.10.99 is not available",
    ],
    [
        "a packed image",
        {
            url: "https://factory.talos.dev/image/376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba/v1.10.5/nocloud-amd64.raw.xz",
            fileName: "talos.raw",
        },
        "invalid filename or wrong extension",
    ],
    [
        "a file that is there already",
        { fileName: "talos-nocloud.qcow2" },
        "refusing to override existing file 'talos-nocloud.qcow2'",
    ],
    ["an address that is none", { url: "ftp://example.org/a.qcow2" }, "must match HTTP URL regex"],
    [
        "a content type there is none of",
        { contentType: "disk" },
        'expected content_type to be one of ["iso" "vztmpl" "import"], got disk',
    ],
])("a download with %s is refused", async (_, overrides, words) => {
    const schematic = actor.world.factory.submit("");
    const args = { ...imageArgs(schematic), fileName: "second.qcow2", ...overrides };
    await expect(actor.create(fileType, "image", args, proxmoxConfig)).rejects.toThrow(words);
});

test("a file that is there already is overwritten where that is asked", async () => {
    const schematic = actor.world.factory.submit("");
    const again = { ...imageArgs(schematic), overwriteUnmanaged: true };
    await expect(actor.create(fileType, "image", again, proxmoxConfig)).resolves.toMatchObject({ id: image });
});

test("each node has a file of its own on a local datastore", async () => {
    const site: Site = {
        ...homelab,
        proxmox: [
            {
                endpoint: "https://10.10.0.10:8006/",
                version: "8.4.1",
                nodes: { "pve-0": homelabNode, "pve-1": homelabNode },
            },
        ],
    };
    const two = new Actor({ site });
    const only = await two.image("nocloud", { nodeName: "pve-0" });
    await expect(two.vm("c0", 140, only, { nodeName: "pve-0" })).resolves.toMatchObject({ id: "140" });
    await expect(two.vm("c1", 141, only, { nodeName: "pve-1" })).rejects.toThrow(`volume '${only}' does not exist`);
    await two.create(
        fileType,
        "other",
        { ...imageArgs(two.world.factory.submit("")), nodeName: "pve-1" },
        proxmoxConfig,
    );
});

test.each<[string, Properties, string]>([
    [
        "a wrong token",
        { ...proxmoxConfig, apiToken: "strata@pve!deploy=wrong" },
        "received an HTTP 401 response - Reason: invalid token value!",
    ],
    ["a token that is none", { ...proxmoxConfig, apiToken: "secret" }, "must provide a valid API token"],
    [
        "no token at all",
        { endpoint: "https://10.10.0.10:8006/" },
        "must provide either user credentials, an API token, or a ticket",
    ],
    [
        "an endpoint that nobody has",
        { ...proxmoxConfig, endpoint: "https://10.10.0.9:8006/" },
        "dial tcp 10.10.0.9:8006: connect: no route to host",
    ],
    [
        "a port nobody listens on",
        { ...proxmoxConfig, endpoint: "https://10.10.0.10:8007/" },
        "dial tcp 10.10.0.10:8007: connect: connection refused",
    ],
    ["no endpoint", { apiToken: proxmoxConfig.apiToken ?? "" }, "you must specify a virtual environment endpoint"],
])("a provider with %s reaches nothing", async (_, config, words) => {
    const site: Site = {
        ...homelab,
        proxmox: homelab.proxmox.map((one) => ({ ...one, apiToken: String(proxmoxConfig.apiToken) })),
    };
    const strict = new Actor({ site });
    await expect(strict.create(fileType, "image", imageArgs(strict.world.factory.submit("")), config)).rejects.toThrow(
        words,
    );
});

test("an endpoint without a host is refused before anything is asked; an unknown one is not", () => {
    const { proxmoxve } = actor.packages;
    expect(proxmoxve?.checkConfig?.({ endpoint: "10.10.0.10" })).toHaveLength(1);
    expect(proxmoxve?.checkConfig?.({ endpoint: UNKNOWN })).toEqual([]);
    expect(proxmoxve?.checkConfig?.(proxmoxConfig)).toEqual([]);
});

test("a directory datastore lets a node hold what the site's own does not", async () => {
    const site: Site = {
        ...homelab,
        proxmox: [
            {
                endpoint: "https://10.10.0.10:8006/",
                version: "8.4.1",
                nodes: {
                    pve: {
                        ...homelabNode,
                        datastores: { ...homelabNode.datastores, local: { content: ["iso"], sizeGiB: 100 } },
                    },
                },
            },
        ],
    };
    const bare = new Actor({ site });
    const schematic = bare.world.factory.submit("");
    await expect(bare.create(fileType, "image", imageArgs(schematic), proxmoxConfig)).rejects.toThrow(
        "storage 'local' is not configured for content-type 'import'",
    );
    const type = "proxmoxve:storage/directory:Directory";
    const args = { resourceId: "images", path: "/var/lib/images", contents: ["import"] };
    await bare.create(type, "images", args, proxmoxConfig);
    await bare.create(fileType, "image", { ...imageArgs(schematic), datastoreId: "images" }, proxmoxConfig);
    await expect(bare.create(type, "again", args, proxmoxConfig)).rejects.toThrow(
        "storage ID 'images' already defined",
    );
    await expect(
        bare.create(type, "bad", { ...args, resourceId: "b", contents: ["imports"] }, proxmoxConfig),
    ).rejects.toThrow("expected contents to be one of");
    await bare.behaviour(type).delete("images", args, bare.operation(type, "images", proxmoxConfig));
    expect(bare.world.remains()).toEqual([]);
});

test("in a seeded world, block devices may swap names, and serials stay", async () => {
    const swapped = new Set<string>();
    for (let seed = 1; seed <= 8; seed++) {
        const seeded = new Actor({ seed });
        await seeded.vm("c0", 140, await seeded.image());
        const [machine] = seeded.world.proxmox.machines;
        expect(machine?.disks.map((disk) => disk.serial)).toEqual(["c0-system", "c0-storage"]);
        swapped.add(machine?.disks.map((disk) => disk.device).join() ?? "");
    }
    expect(swapped).toEqual(new Set(["/dev/sda,/dev/sdb", "/dev/sdb,/dev/sda"]));
});

test("a type of the package that nobody described is a stranger", async () => {
    const type = "proxmoxve:metrics/server:Server";
    expect(actor.behaviour(type).generic).toBe(true);
    await actor.create(type, "metrics", { server: "10.10.0.5" }, proxmoxConfig);
    expect([...actor.world.strangers]).toEqual([type]);
});

test("a datastore of one node is not on another", async () => {
    const { local = { content: [], sizeGiB: 0 }, ...others } = homelabNode.datastores;
    const site: Site = {
        ...homelab,
        proxmox: [
            {
                endpoint: "https://10.10.0.10:8006/",
                version: "8.4.1",
                nodes: {
                    "pve-0": { ...homelabNode, datastores: { ...others, local } },
                    "pve-1": { ...homelabNode, datastores: { local } },
                },
            },
        ],
    };
    const two = new Actor({ site });
    const only = await two.image("nocloud", { nodeName: "pve-1" });
    await expect(two.vm("c0", 140, only, { nodeName: "pve-1" })).rejects.toThrow(
        "storage 'local-lvm' is not available on node 'pve-1'",
    );
});

test("what listens at an endpoint without being Proxmox answers nothing", async () => {
    actor.world.network.claim("10.10.0.77", "a web server");
    const elsewhere = { ...proxmoxConfig, endpoint: "https://10.10.0.77:8006/" };
    await expect(actor.create(fileType, "image", imageArgs(actor.world.factory.submit("")), elsewhere)).rejects.toThrow(
        'Get "https://10.10.0.77:8006/api2/json/version": EOF',
    );
    const none = { ...proxmoxConfig, endpoint: "pve" };
    await expect(actor.create(fileType, "image", imageArgs(actor.world.factory.submit("")), none)).rejects.toThrow(
        "failed to create API client: 'pve' is not a valid URL",
    );
});

test("what is gone cannot be changed, and is gone already when it is to be removed", async () => {
    const operation = actor.operation(vmType, "c0", proxmoxConfig);
    await expect(actor.behaviour(vmType).update("140", {}, vmArgs("c0", 140, image), operation)).rejects.toThrow(
        "Configuration file 'nodes/pve/qemu-server/140.conf' does not exist",
    );
    await actor.behaviour(vmType).delete("140", {}, operation);
    const type = "proxmoxve:storage/directory:Directory";
    const args = { resourceId: "images", path: "/var/lib/images" };
    await expect(
        actor.behaviour(type).update("images", {}, args, actor.operation(type, "images", proxmoxConfig)),
    ).rejects.toThrow("update storage failed: storage 'images' does not exist");
});

test("every refusal names its source", async () => {
    const failure = await actor.vm("c0", 140, image, { nodeName: "pve9" }).catch((error: unknown) => error);
    expect((failure as Refusal).source).toContain("proxmox/");
});
