/** The mesh's container on the hosts: its template, its way out, its routes, its migration. */
import * as fs from "node:fs";
import * as path from "node:path";
import { expect, test } from "vitest";
import { first, form, mesh, names, run, world } from "./stage";

test("the mesh key reaches the container by standard input, never by a command line", async () => {
    await form();
    const calls = names.map((host) => fs.readFileSync(path.join(world, `calls.${host}`), "utf8")).join("");
    expect(calls).not.toContain("tskey");
    expect(fs.readFileSync(path.join(world, "cluster", "ct.key"), "utf8")).toBe(mesh.AUTH_KEY);
}, 60_000);

/** The steps before the container, on the first host alone, as far as it needs them. */
function readyForTheContainer(): void {
    fs.writeFileSync(path.join(world, "cluster", "pool"), mesh.STORAGE);
}

test("the container is made of the newest Debian 13 for arm64 the vendor lists, once the list is up to date", async () => {
    readyForTheContainer();
    expect(await run(first, "create-tailscale-container", mesh)).toMatchObject({ code: 0 });
    const calls = fs.readFileSync(path.join(world, `calls.${first}`), "utf8");
    expect(calls).toContain("pveam download local debian-13-standard_13.10-1_arm64.tar.zst\n");
});

test("a template that is named is taken, and one the vendor does not list is refused in his words", async () => {
    readyForTheContainer();
    const named = (template: string) =>
        run(first, "create-tailscale-container", { ...mesh, TEMPLATE: `debian-${template}_arm64.tar.zst` });
    expect((await named("12-standard_12.12-1")).out).toContain(
        "pve-0: 'pveam download local debian-12-standard_12.12-1_arm64.tar.zst' failed: 400 Parameter verification failed. template: no such template",
    );
    expect(await named("13-standard_13.6-1")).toMatchObject({ code: 0 });
});

test("a list without a Debian for arm64 is told with what the update said", async () => {
    readyForTheContainer();
    fs.writeFileSync(path.join(world, first, "offline"), "");
    const { code, out } = await run(first, "create-tailscale-container", mesh);
    expect([code, out]).toEqual([
        1,
        "pve-0: 'pveam available --section system' lists no debian-13-standard for arm64 ('pveam update' said: update failed - see /var/log/pveam.log for details)\n",
    ]);
});

test("a container without a way out, and one that Tailscale does not answer, are told of in a sentence", async () => {
    readyForTheContainer();
    const wayOut = path.join(world, "no-way-out");
    fs.writeFileSync(wayOut, "");
    expect((await run(first, "create-tailscale-container", mesh)).out).toContain(
        "pve-0: a way out of container 100 did not happen within 12 tries of 'pct exec 100 -- getent hosts pkgs.tailscale.com'",
    );
    fs.rmSync(wayOut);
    fs.writeFileSync(path.join(world, "tailscale-away"), "");
    expect((await run(first, "create-tailscale-container", mesh)).out).toContain(
        "--timeout=60s' failed: timeout waiting for Tailscale service to enter a Running state",
    );
});

test("routes that change after the container has joined are the ones it advertises", async () => {
    readyForTheContainer();
    await run(first, "create-tailscale-container", mesh);
    const advertised = () => fs.readFileSync(path.join(world, "cluster", "ct.routes"), "utf8");
    expect(advertised()).toBe("10.20.0.0/24,10.0.1.0/24");
    await run(first, "create-tailscale-container", { ...mesh, ROUTES: "10.20.0.0/24" });
    expect(advertised()).toBe("10.20.0.0/24");
});

test("the container forwards what it is sent for others", async () => {
    await form();
    expect(fs.existsSync(path.join(world, "cluster", "ct.forwards"))).toBe(true);
}, 60_000);

test("a migration test that was cut off leaves nothing to mend by hand: the next brings the container home first", async () => {
    await form();
    fs.writeFileSync(path.join(world, "cluster", "ct.node"), "pve-1");
    const last = { CONTAINER_ID: "100", TARGET: "pve-1", CONTAINER_IP: "10.20.0.2" };
    expect(await run(first, "test-migration", last)).toEqual({ code: 0, out: "moved to pve-1 and back\n" });
    expect(fs.readFileSync(path.join(world, "cluster", "ct.node"), "utf8")).toBe(first);
}, 60_000);

test("a container that does not move fails the test with the node and the command", async () => {
    await form();
    fs.writeFileSync(path.join(world, "pve-1", "down"), "");
    const { code, out } = await run(first, "test-migration", {
        CONTAINER_ID: "100",
        TARGET: "pve-1",
        CONTAINER_IP: "10.20.0.2",
    });
    expect(code).toBe(1);
    expect(out).toContain("pve-0: 'pct migrate 100 pve-1 --restart 1' failed: target node 'pve-1' is offline");
}, 60_000);
