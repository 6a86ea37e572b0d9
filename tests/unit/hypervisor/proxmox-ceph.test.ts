/** Ceph on the hosts: what is installed, and what a run that was cut off left. */
import * as fs from "node:fs";
import * as path from "node:path";
import { expect, test } from "vitest";
import { calls, first, founded, installCeph, readyForCeph, run, world } from "./stage";

test("Ceph with fewer OSDs than copies is not called healthy", async () => {
    fs.writeFileSync(path.join(world, "cluster", "pool"), "machines");
    fs.writeFileSync(path.join(world, "cluster", "pool.size"), "3 2");
    const { code, out } = await run(first, "check-ceph");
    expect(code).toBe(1);
    expect(out).toContain("HEALTH_WARN Degraded data redundancy");
});

test("an OSD keeps to the memory that is counted for it", async () => {
    await founded();
    for (const step of ["install-ceph", "create-monitor", "create-osd"] as const) {
        const variables = { CEPH_RELEASE: "tentacle", CEPH_NETWORK: "10.0.1.0/24", OSD_MEMORY_BYTES: "1610612736" };
        expect(await run(first, step, variables)).toMatchObject({ code: 0 });
    }
    expect(fs.readFileSync(path.join(world, "cluster", "osd-memory"), "utf8")).toBe("1610612736");
});

/** Daemons of a Ceph release and nothing else, as an image may bring them. */
const imageWithCeph = (release: string) =>
    fs.writeFileSync(
        path.join(world, first, "bin", "ceph-mon"),
        `#!/bin/sh\necho "ceph version 1.2.3 (abc) ${release} (stable)"\n`,
        { mode: 0o755 },
    );

test("another Ceph than the one asked for is not taken for it", async () => {
    await founded();
    imageWithCeph("squid");
    await installCeph();
    await installCeph();
    const calls = fs.readFileSync(path.join(world, `calls.${first}`), "utf8");
    expect(calls.match(/^pveceph install .*$/gm)).toEqual([
        "pveceph install --repository no-subscription --version tentacle",
    ]);
});

test("Ceph without ceph-volume is completed: the package is its own, and no other brings it", async () => {
    await founded();
    imageWithCeph("tentacle");
    expect(await installCeph()).toMatchObject({ code: 0 });
    expect(fs.existsSync(path.join(world, first, "bin", "ceph-volume"))).toBe(true);
});

test("a Ceph that Proxmox has no packages of is refused with the node and the command", async () => {
    await founded();
    const { code, out } = await installCeph("squid");
    expect(code).toBe(1);
    expect(out).toContain("pve-0: 'pveceph install --repository no-subscription --version squid' failed: 400");
});

test.each([
    ["its folder was made", "", 1],
    ["its section was written", "[mon.pve-0]\n", 0],
])("a monitor that was cut off once %s is there after the next run", async (_, section, created) => {
    await readyForCeph();
    fs.appendFileSync(path.join(world, "cluster", "pve", "ceph.conf"), section);
    fs.mkdirSync(path.join(world, first, "var-lib", "ceph", "mon", "ceph-pve-0"), { recursive: true });
    expect(await run(first, "create-monitor")).toMatchObject({ code: 0 });
    expect(calls(first).match(/^pveceph mon create$/gm) ?? []).toHaveLength(created);
    for (const made of [`${first}/mon`, `${first}/mgr`, "cluster/reclaim-off"]) {
        expect([made, fs.existsSync(path.join(world, made))]).toEqual([made, true]);
    }
});

test("a manager of which only the folder is there is made anew", async () => {
    await readyForCeph();
    await run(first, "create-monitor");
    fs.rmSync(path.join(world, first, "var-lib", "ceph", "mgr", "ceph-pve-0", "keyring"));
    expect(await run(first, "create-monitor")).toMatchObject({ code: 0 });
    expect(calls(first)).toContain("pveceph mgr create\n");
});

/** The OSD's volume is tagged, and nothing on it can be activated; Ceph knows it as having come up first in an epoch. */
async function tagged(upFrom: number): Promise<{ code: number; out: string }> {
    await readyForCeph();
    await run(first, "create-monitor");
    fs.writeFileSync(path.join(world, first, "osd-tagged"), "");
    const dump = { osds: [{ osd: 4, up_from: upFrom, lost_at: 0 }], osd_xinfo: [{ osd: 4, down_stamp: "0" }] };
    fs.writeFileSync(path.join(world, "cluster", "osd-dump"), JSON.stringify(dump));
    return run(first, "create-osd", { OSD_MEMORY_BYTES: "1610612736" });
}

test("an OSD that was cut off between its tags and its file system is purged and made anew", async () => {
    expect(await tagged(0)).toMatchObject({ code: 0 });
    expect(fs.readFileSync(path.join(world, first, "osd-again"), "utf8")).toBe("purged\nzapped\n");
    expect(fs.existsSync(path.join(world, first, "osd"))).toBe(true);
});

test("an OSD that has been up is never made anew, nor one that Ceph cannot be asked about", async () => {
    const { code, out } = await tagged(5);
    expect([code, out]).toEqual([
        1,
        "pve-0: 'ceph-volume lvm activate --all' failed, and what OSD 4 holds may be data: RuntimeError: command returned non-zero exit status: 1 \n",
    ]);
    fs.writeFileSync(path.join(world, "cluster", "no-mons"), "");
    const unasked = await run(first, "create-osd", { OSD_MEMORY_BYTES: "1610612736" });
    expect([unasked.code, unasked.out]).toEqual([
        1,
        "pve-0: 'ceph osd dump --format json' failed: [errno 110] RADOS timed out\n",
    ]);
    expect(fs.existsSync(path.join(world, first, "osd-again"))).toBe(false);
});
