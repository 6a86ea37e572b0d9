import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, expect, test } from "vitest";

const root = path.join(__dirname, "..", "..");
let planted: string | undefined;

afterEach(() => {
    if (planted !== undefined) {
        fs.rmSync(planted);
        planted = undefined;
    }
});

/** What the linter says of one line of code in a folder. */
function lint(folder: string, line: string): string {
    planted = path.join(root, folder, `planted-${process.pid}.ts`);
    fs.writeFileSync(planted, `${line}\n`);
    try {
        execFileSync(path.join(root, "node_modules/.bin/biome"), ["lint", planted], { cwd: root, stdio: "pipe" });
        return "";
    } catch (error) {
        return String((error as { stderr: Buffer }).stderr) + String((error as { stdout: Buffer }).stdout);
    }
}

test.each([
    ["policy", 'import type { Machine } from "../components/machines/machine";', "imports nothing of this one"],
    ["rehearsal/engine", 'export { readFleet } from "../../config";', "imports nothing of this one"],
    ["config", 'export { Cilium } from "../components/cni/cilium";', "below everything"],
    ["components/apps", 'export { rehearse } from "../../rehearsal/engine/rehearse";', "layers below"],
    ["config", 'export { oracleTalos } from "../platforms/oracle-talos";', "below everything"],
    ["policy", 'export { proxmox } from "../platforms/proxmox";', "imports nothing of this one"],
    ["rehearsal/engine", 'export { proxmox } from "../../platforms/proxmox";', "imports nothing of this one"],
    ["platforms", 'export { rehearse } from "../rehearsal/engine/rehearse";', "know components and config"],
    ["components/apps", 'export { proxmox } from "../../platforms/proxmox";', "layers below"],
    ["components/cloud", 'export { Mesh } from "../mesh/mesh";', "layers below it"],
    [
        "components/mesh",
        'export { ProxmoxCluster } from "../hypervisor/proxmox-cluster/proxmox-cluster";',
        "layers below it",
    ],
    ["components/storage", 'export { Flux } from "../delivery/flux";', "layers below it"],
    ["components/delivery", 'export { PostgreSql } from "../apps/postgresql";', "layers below it"],
    ["components/cni", 'export { RookCeph } from "../storage/rook-ceph";', "layers below it"],
    ["components/machines", 'export { TalosCluster } from "../talos/talos-cluster";', "layers below it"],
    ["components/storage", 'export { PostgreSql } from "../apps/postgresql";', "layers below it"],
])("%s may not say %s", (folder, line, reason) => {
    expect(lint(folder, line)).toContain(reason);
});

test.each([
    ["components/storage", 'export type { Facts } from "../../policy/facts";'],
    ["components/apps", 'export { NetworkPolicies } from "../cni/network-policies";'],
    ["components/delivery", 'export { Cilium } from "../cni/cilium";'],
    ["platforms", 'export { Cilium } from "../components/cni/cilium";'],
    ["config", 'export { commonSections } from "./platforms/common";'],
    ["operations", 'export { rehearse } from "../rehearsal/engine/rehearse";'],
])("%s may say %s", (folder, line) => {
    expect(lint(folder, line)).toBe("");
});
