import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as proxmoxve from "@muhlba91/pulumi-proxmoxve";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bootScript } from "../../../components/machines/emulation";
import { ProxmoxMachines } from "../../../components/machines/proxmox-machines";
import { named, synth } from "../../harness/synth";

const spec = {
    role: "controlplane" as const,
    host: "ampere-1",
    address: "10.20.0.11",
    vmId: 111,
    cpuCores: 2,
    memoryGiB: 3,
    systemDiskGiB: 10,
    datastore: "vms",
};

const machines = (connections: Record<string, { host: string }>) =>
    synth(() => {
        const { machines } = new ProxmoxMachines("machine", {
            provider: new proxmoxve.Provider("api", {}),
            machines: { "cp-1": spec },
            images: { "ampere-1": "images:import/talos.qcow2" },
            bridge: "machines",
            network: { prefixLength: 24, gateway: "10.20.0.1", nameservers: ["1.1.1.1"] },
            emulation: { connections },
        });
        return machines.map(({ resource, name }) => ({ name, after: resource.urn }));
    });

describe("an emulated machine", () => {
    test("is an Arm board without KVM's processor types, and is made before it is started", async () => {
        const graph = await machines({ "ampere-1": { host: "10.0.1.10" } });
        expect(named(graph, "machine-cp-1").inputs).toMatchObject({
            machine: "virt",
            cpu: { cores: 2, type: "max" },
            started: false,
            onBoot: true,
        });
        expect(named(graph, "machine-cp-1").ignoreChanges).toEqual(["disks[0].importFrom", "started"]);
    });

    test("answers once its own host has booted it", async () => {
        const graph = await machines({ "ampere-1": { host: "10.0.1.10" } });
        const booted = named(graph, "machine-cp-1-boot");
        expect(booted.inputs).toMatchObject({ connection: { secret: { host: "10.0.1.10" } }, create: "bash -s" });
        expect(booted.dependencies).toEqual(["machine-cp-1"]);
        expect(graph.outputs).toMatchObject({ 0: { name: "cp-1", after: booted.urn } });
    });

    test("on a host nobody can reach is refused by name", async () => {
        await expect(machines({ "ampere-2": { host: "10.0.1.11" } })).rejects.toThrow(
            "connections must name node ampere-1, got ampere-2",
        );
    });
});

/** Stands in for Proxmox VE's qm: keeps one machine's options and whether it runs; refuses what it does not know. */
const qm = `#!/bin/sh
echo "qm $*" >>"$WORLD/asked"
[ -e "$WORLD/broken" ] && { echo "unable to open file '/etc/pve/nodes': no quorum" >&2; exit 2; }
case "$1 $2" in
"config 111") cat "$WORLD/config" ;;
"set 111") [ "$3 $4" = "--kvm 0" ] || exit 255; echo "kvm: 0" >>"$WORLD/config"; echo "update VM 111: -kvm 0" ;;
"status 111") cat "$WORLD/status" ;;
"start 111")
    grep -qx "kvm: 0" "$WORLD/config" || {
        echo "KVM virtualisation configured, but not available. Either disable in VM configuration or enable in BIOS." >&2
        exit 255
    }
    echo "status: running" >"$WORLD/status" ;;
*) echo "Unknown option: $*" >&2; exit 255 ;;
esac
`;

describe("the step that boots it, under a real shell,", () => {
    let world: string;
    beforeEach(() => {
        world = fs.mkdtempSync(path.join(os.tmpdir(), "strata-qm-"));
        fs.writeFileSync(path.join(world, "qm"), qm, { mode: 0o755 });
        fs.writeFileSync(path.join(world, "config"), "cores: 2\nmachine: virt\n");
        fs.writeFileSync(path.join(world, "status"), "status: stopped\n");
        fs.writeFileSync(path.join(world, "asked"), "");
    });
    afterEach(() => fs.rmSync(world, { recursive: true }));

    const run = () =>
        spawnSync("bash", ["-s"], {
            input: bootScript("ampere-1", 111),
            encoding: "utf8",
            env: { PATH: `${world}:/usr/bin:/bin`, WORLD: world },
        });
    const changes = () =>
        fs
            .readFileSync(path.join(world, "asked"), "utf8")
            .split("\n")
            .filter((line) => /^qm (set|start)/.test(line));

    test("does without KVM, and starts the machine", () => {
        expect(run()).toMatchObject({ status: 0, stderr: "" });
        expect(changes()).toEqual(["qm set 111 --kvm 0", "qm start 111"]);
    });

    test("run twice changes nothing the second time", () => {
        run();
        fs.writeFileSync(path.join(world, "asked"), "");
        expect(run().status).toBe(0);
        expect(changes()).toEqual([]);
    });

    test("says node and command of what failed, and why", () => {
        fs.writeFileSync(path.join(world, "qm"), qm.replace('echo "kvm: 0" >>"$WORLD/config"', ":"), { mode: 0o755 });
        const { status, stderr } = run();
        expect(status).toBe(1);
        expect(stderr).toBe(
            "ampere-1: 'qm start 111' failed: KVM virtualisation configured, but not available. Either disable in VM configuration or enable in BIOS.\n",
        );
    });

    test("stops where the cluster has no quorum to change anything", () => {
        fs.writeFileSync(path.join(world, "broken"), "");
        const { status, stderr } = run();
        expect(status).toBe(1);
        expect(stderr).toContain("ampere-1: 'qm set 111 --kvm 0' failed: unable to open file");
    });
});
