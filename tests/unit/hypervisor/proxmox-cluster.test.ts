import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { expect, test } from "vitest";
import { calls, first, form, founded, hosts, member, prepared, run, world } from "./stage";

/** The state of the stand-ins' world, without its log of calls. */
function state(): Record<string, string> {
    const files = fs.readdirSync(world, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return Object.fromEntries(
        files
            .map((file) => path.join(file.parentPath, file.name))
            .filter((file) => !path.basename(file).startsWith("calls.") && !file.endsWith("ct.moves"))
            .sort()
            .map((file) => [path.relative(world, file), fs.readFileSync(file, "utf8")]),
    );
}

test("three hosts become one quorate cluster with a healthy Ceph, and a second run changes nothing", async () => {
    const outs = await form();
    expect(outs.join("")).toContain("quorate with 3 nodes");
    expect(outs.join("")).toContain("HEALTH_OK");
    expect(outs.join("")).toContain("moved to pve-1 and back");
    const before = state();
    const again = await form();
    expect(state()).toEqual(before);
    const token = (said: string[]) => said.find((out) => out.startsWith("strata@pve!deploy="));
    expect(token(again)).toBe(token(outs));
}, 60_000);

test("two joins at once: the second is refused with the node and the command", async () => {
    await founded();
    const both = await Promise.all([
        run("pve-1", "join-cluster", member("pve-1")),
        run("pve-2", "join-cluster", member("pve-2")),
    ]);
    const refused = both.filter(({ code }) => code !== 0);
    expect(refused).toHaveLength(1);
    expect(refused[0]?.out).toMatch(
        /^pve-\d: 'timeout 300 pvecm add 10\.0\.1\.10 --link0 10\.0\.1\.1\d --use_ssh' failed: .*pvecm\.lock/,
    );
});

test("a join before the cluster is there is refused", async () => {
    const { code, out } = await run("pve-1", "join-cluster", member("pve-1"));
    expect(code).toBe(1);
    expect(out).toContain("pve-1: 'pvecm status' on 10.0.1.10 failed: ssh: connect to host 10.0.1.10 port 22");
});

test("a node lost before the quorum check fails the check, and the same step passes once it is back", async () => {
    await founded();
    await run("pve-1", "join-cluster", member("pve-1"));
    await run("pve-2", "join-cluster", member("pve-2"));
    const down = path.join(world, "pve-2", "down");
    fs.writeFileSync(down, "");
    const lost = await run(first, "check-quorum", { NODES: "3" });
    expect(lost).toMatchObject({ code: 1 });
    expect(lost.out).toContain("pve-0: a quorate cluster of 3 nodes did not happen");
    fs.rmSync(down);
    expect(await run(first, "check-quorum", { NODES: "3" })).toMatchObject({ code: 0 });
});

test("a node lost in the middle of its join is joined by the next run, though the cluster has no quorum then", async () => {
    await founded();
    fs.appendFileSync(path.join(world, "cluster", "pve", "corosync.conf"), "  name: pve-1\n");
    expect(await run("pve-1", "join-cluster", member("pve-1"))).toMatchObject({ code: 0 });
    const calls = fs.readFileSync(path.join(world, `calls.${first}`), "utf8");
    expect(calls).toContain("pvecm expected 1\n");
    // Nobody is told what to expect where nothing was cut off.
    await run("pve-2", "join-cluster", member("pve-2"));
    expect(fs.readFileSync(path.join(world, `calls.${first}`), "utf8").match(/pvecm expected/g)).toHaveLength(1);
    expect(await run(first, "check-quorum", { NODES: "3" })).toMatchObject({ code: 0 });
});

test("a first node that was made anew joins the others, and founds no second cluster", async () => {
    await founded();
    await run("pve-1", "join-cluster", member("pve-1"));
    await run("pve-2", "join-cluster", member("pve-2"));
    fs.rmSync(path.join(world, first, "joined"));
    expect(await run(first, "create-cluster", member(first))).toMatchObject({ code: 0 });
    const calls = fs.readFileSync(path.join(world, `calls.${first}`), "utf8");
    expect(calls.match(/^pvecm (create|add) .*$/gm)).toEqual([
        "pvecm create oci-proxmox --link0 10.0.1.10",
        "pvecm add 10.0.1.12 --link0 10.0.1.10 --use_ssh",
    ]);
});

test("a first node that cannot ask the others founds no cluster", async () => {
    await run(first, "prepare-host", prepared(first));
    const { code, out } = await run(first, "create-cluster", member(first));
    expect(code).toBe(1);
    expect(out).toMatch(/^pve-0: 'ssh root@10\.0\.1\.11' failed: (.|\n)*Permission denied \(publickey\)/);
});

test("a join that never sees a quorum ends with a sentence, and the next run makes the node's certificate", async () => {
    await founded();
    const certificate = path.join(world, "cluster", "pve", "nodes", "pve-1", "pve-ssl.pem");
    fs.writeFileSync(path.join(world, "pve-1", "no-quorum"), "");
    const { code, out } = await run("pve-1", "join-cluster", { ...member("pve-1"), JOIN_SECONDS: "1" });
    expect([code, out]).toEqual([
        1,
        "pve-1: 'timeout 1 pvecm add 10.0.1.10 --link0 10.0.1.11 --use_ssh' failed: waiting for quorum...\n",
    ]);
    expect(fs.existsSync(certificate)).toBe(false);
    // Corosync finds the others in the meantime.
    fs.writeFileSync(path.join(world, "pve-1", "joined"), hosts["pve-1"]);
    expect(await run("pve-1", "join-cluster", member("pve-1"))).toMatchObject({ code: 0 });
    expect(fs.existsSync(certificate)).toBe(true);
});

test("an option the real command does not know fails the step", async () => {
    const child = spawn(path.join(world, "commands", "pvecm"), ["create", "x", "--link9", "10.0.1.10"], {
        env: { PATH: process.env.PATH, STAND_IN: world, STAND_IN_HOST: first },
    });
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect(code).toBe(255);
});

test("a host of another cluster is left alone", async () => {
    await founded();
    const { code, out } = await run(first, "create-cluster", { ...member(first), CLUSTER: "mine" });
    expect(code).toBe(1);
    expect(out).toContain("pve-0: belongs to another cluster already: Name:             oci-proxmox");
});

test("a node whose root the first does not trust is refused with the node and the command", async () => {
    await founded();
    fs.rmSync(path.join(world, "pve-0", "root", ".ssh", "authorized_keys"));
    fs.writeFileSync(path.join(world, "pve-0", "root", ".ssh", "authorized_keys"), "");
    const { code, out } = await run("pve-1", "join-cluster", member("pve-1"));
    expect(code).toBe(1);
    expect(out).toContain("pve-1: 'pvecm status' on 10.0.1.10 failed: root@10.0.1.10: Permission denied (publickey)");
});

test("the nodes' root key lies where only root reads it, and is on no command line", async () => {
    await run(first, "prepare-host", prepared(first));
    const key = path.join(world, first, "root", ".ssh", "strata");
    expect(fs.statSync(key).mode & 0o777).toBe(0o600);
    expect(fs.readFileSync(key, "utf8")).toContain("PRIVATE KEY");
    expect(fs.readFileSync(path.join(world, `calls.${first}`), "utf8")).not.toContain("PRIVATE KEY");
});

test("a partition that a run made before it was cut off is used, not made again", async () => {
    fs.writeFileSync(path.join(world, first, "whole"), "");
    fs.writeFileSync(path.join(world, first, "partition"), "");
    expect(await run(first, "prepare-host", prepared(first))).toMatchObject({ code: 0 });
});

test("a host's name leads to its address on the network, not to itself, before Proxmox VE is started anew under it", async () => {
    expect(await run(first, "prepare-host", prepared(first))).toMatchObject({ code: 0 });
    const hostsFile = fs.readFileSync(path.join(world, first, "etc", "hosts"), "utf8");
    expect(hostsFile).not.toContain("127.0.1.1");
    expect(hostsFile).toContain("10.0.1.10 pve-0\n");
    const calls = fs.readFileSync(path.join(world, `calls.${first}`), "utf8");
    expect(calls.match(/^systemctl restart pve-cluster$/gm)).toHaveLength(1);
});

test("what died at boot for want of the cluster file system is started, and nothing is started twice", async () => {
    await run(first, "prepare-host", prepared(first));
    await run(first, "prepare-host", prepared(first));
    expect(calls(first).match(/^systemctl restart .*$/gm)).toEqual([
        "systemctl restart pve-cluster",
        "systemctl restart pvestatd",
        "systemctl restart pvescheduler",
        "systemctl restart pvedaemon",
        "systemctl restart pveproxy",
    ]);
});

test("a trust that cannot be written down is told of with the node", async () => {
    fs.mkdirSync(path.join(world, first, "root", ".ssh", "authorized_keys"), { recursive: true });
    const { code, out } = await run(first, "prepare-host", prepared(first));
    expect(code).toBe(1);
    expect(out).toContain("pve-0: '/root/.ssh/authorized_keys' cannot be written: see 'pvecm status' for the quorum");
});

test.each([
    [
        "test-migration",
        { CONTAINER_ID: "100", TARGET: "pve-1", CONTAINER_IP: "10.20.0.2" },
        "container 100 is on no node",
    ],
    [
        "create-token",
        { TOKEN_USER: "strata@pve", TOKEN_NAME: "deploy" },
        "'pveum user token add strata@pve deploy' gave no value",
    ],
] as const)("%s names the node and the command where that says nothing", async (step, variables, words) => {
    fs.writeFileSync(path.join(world, first, "bin", "pveum"), "#!/bin/sh\nexit 0\n", { mode: 0o755 });
    const { code, out } = await run(first, step, variables);
    expect(code).toBe(1);
    expect(out).toContain(`pve-0: ${words}`);
});
