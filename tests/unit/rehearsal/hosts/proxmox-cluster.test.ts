import { expect, test } from "vitest";
import type { Step } from "../../../../components/hypervisor/proxmox-cluster/script";
import { first, member, type Name, names, stage, steps } from "./stage";

/** Runs the steps before one, each of which must succeed; then that one, whose result is the test's. */
function until(stop: Step, on: Name = first, world = stage()) {
    const all = steps(world.key().key);
    const place = all.findIndex(([name, step]) => step === stop && name === on);
    for (const [name, step, variables] of all.slice(0, place)) {
        const { code, err } = world.run(name, step, variables);
        expect([name, step, code, err]).toEqual([name, step, 0, ""]);
    }
    const [, , variables = {}] = all[place] ?? [];
    return { ...world, again: () => world.run(on, stop, variables) };
}

test("the steps form a cluster with a healthy pool, and run twice they change nothing", () => {
    const world = stage();
    const authKey = world.key().key;
    const outputs = steps(authKey).map(([name, step, variables]) => {
        const { code, out, err } = world.run(name, step, variables);
        expect([name, step, code, err]).toEqual([name, step, 0, ""]);
        return out;
    });
    expect(outputs).toContain("HEALTH_OK\n");
    expect(outputs).toContain("moved to ampere-2 and back\n");
    const picture = () => {
        const cluster = world.hosts.clusters[0];
        return JSON.stringify([
            ...names.map((name) => {
                const host = world.hosts.named(name);
                return [host?.hostname, [...(host?.files ?? [])], host?.node, host?.nat];
            }),
            [...(cluster?.files ?? [])],
            [...(cluster?.containers.values() ?? [])],
            [...(cluster?.tokens ?? [])],
            [...world.tailnet.devices.keys()],
        ]);
    };
    const before = picture();
    const twice = steps(authKey).map(([name, step, variables]) => world.run(name, step, variables));
    expect(twice.map(({ code, err }) => [code, err])).toEqual(twice.map(() => [0, ""]));
    expect(twice.map(({ out }) => out)).toEqual(outputs);
    expect(picture()).toBe(before);
    expect(world.hosts.clusters).toHaveLength(1);
    expect(world.hosts.forward(first, "10.0.1.30", 443)).toEqual({ address: "10.20.0.11", port: 30443 });
    expect(world.hosts.forward(first, "10.0.1.10", 443)).toBeUndefined();
    expect(world.hosts.forward(first, "10.0.1.30", 22)).toBeUndefined();
});

test("a step before its turn is refused with the command's own words", () => {
    const { run } = stage();
    expect(run(first, "create-pool", { POOL: "machines", SIZE: "3", MIN_SIZE: "2" }).err).toContain(
        "is this node part of a cluster?",
    );
    const early = until("install-ceph");
    expect(early.run(first, "create-monitor").err).toContain("'pveceph mon create' failed: binary not installed");
    const noVolume = until("create-osd");
    const host = noVolume.hosts.named(first);
    if (host !== undefined) {
        host.node.volume = false;
    }
    expect(noVolume.again().err).toContain('Failed to find logical volume "ceph/osd"');
});

test("squid is refused: Proxmox has no packages of it for arm64", () => {
    const { run } = until("install-ceph");
    expect(run(first, "install-ceph", { CEPH_RELEASE: "squid", CEPH_NETWORK: "10.0.1.0/24" }).err).toContain(
        "version: value 'squid' does not have a value in the enumeration 'tentacle'",
    );
});

test("an image with Ceph's daemons and without ceph-volume is completed, since no package of Ceph's needs that one", () => {
    const world = until("install-ceph");
    const host = world.hosts.named(first);
    if (host !== undefined) {
        host.node.ceph = "tentacle";
        host.installed.add("ceph").add("ceph-mon");
    }
    expect(world.again()).toMatchObject({ code: 0, err: "" });
    expect(host?.has("ceph-volume")).toBe(true);
});

test("without the first node there is nothing to join, and the step says so until it is back", () => {
    const world = until("join-cluster", "ampere-2");
    const lost = world.hosts.named(first);
    if (lost !== undefined) {
        world.hosts.outages.strike(lost.spec.name);
    }
    expect(world.again().err).toContain(
        "ampere-2: 'pvecm status' on 10.0.1.10 failed: ssh: connect to host 10.0.1.10 port 22: No route to host",
    );
    if (lost !== undefined) {
        world.hosts.outages.end(lost.spec.name);
    }
    expect(world.again().code).toBe(0);
});

test("a join needs the nodes' roots to trust each other", () => {
    const world = until("join-cluster", "ampere-2");
    world.hosts.named(first)?.write("/root/.ssh/authorized_keys", "");
    expect(world.run("ampere-2", "join-cluster", member("ampere-2")).err).toContain("Permission denied (publickey)");
});

test("without most nodes there is no quorum, and nothing of the cluster changes", () => {
    const world = until("check-quorum");
    world.hosts.off("ampere-2");
    world.hosts.off("ampere-3");
    expect(world.again().err).toContain("a quorate cluster of 3 nodes did not happen");
    expect(world.run(first, "create-token", { TOKEN_USER: "strata@pve", TOKEN_NAME: "deploy" }).err).toContain(
        "no quorum",
    );
});

test("the services of Proxmox VE that gave up at boot are started once its file system is up", () => {
    expect(until("create-cluster").hosts.named(first)?.node.idle).toEqual([]);
});

test("Ceph is not healthy with too few OSDs, nor with one that is down", () => {
    const world = until("check-ceph");
    expect(world.again().out).toBe("HEALTH_OK\n");
    const third = world.hosts.named("ampere-3");
    if (third !== undefined) {
        third.node.osd = false;
    }
    expect(world.again().err).toContain("OSD count 2 < osd_pool_default_size 3");
    if (third !== undefined) {
        third.node.osd = true;
        world.hosts.outages.strike(third.spec.name);
    }
    expect(world.again().err).toContain("1 osds down");
});

test("Ceph is not healthy where a monitor's clock goes its own way", () => {
    const world = until("check-ceph");
    const third = world.hosts.named("ampere-3");
    third?.installed.delete("chrony");
    expect(world.again().err).toContain("HEALTH_WARN clock skew detected on mon.ampere-3");
    third?.installed.add("chrony");
    expect(world.again().out).toBe("HEALTH_OK\n");
});

test("a boot disk holds the image and an OSD no larger than what the image leaves", () => {
    const [, , variables = {}] = steps("")[0] ?? [];
    // 19 GiB of root, its boot loader and two tables: 20 GiB of OSD are beyond 39.
    expect(stage({ diskGiB: 39 }).run(first, "prepare-host", variables).err).toContain(
        "ampere-1: 'sgdisk --new=0:0:+20G",
    );
    expect(stage({ diskGiB: 40 }).run(first, "prepare-host", variables).err).toBe("");
});

test("a node that was away when the network was made gets its bridge, which the others have", () => {
    const world = until("create-network");
    world.hosts.outages.strike("ampere-3");
    expect(world.again()).toMatchObject({ code: 0 });
    world.hosts.outages.end("ampere-3");
    const way = { VNET: "talos", CIDR: "10.20.0.0/24", GATEWAY: "10.20.0.1" };
    for (const name of names) {
        expect(world.run(name, "route-machines", way)).toMatchObject({ code: 0, err: "" });
    }
});

test("the container reaches the mesh through its node's translation only", () => {
    const world = until("create-tailscale-container");
    world.hosts.named(first)?.nat.splice(0);
    expect(world.again().err).toContain("ampere-1: a way out of container 100 did not happen");
});

test("routes that change later are the container's at the next run", () => {
    const world = until("create-tailscale-container");
    expect(world.again()).toMatchObject({ code: 0, err: "" });
    const [, , variables = {}] = steps("").find(([, step]) => step === "create-tailscale-container") ?? [];
    const advertised = () => world.tailnet.find("tailscale")?.advertised;
    expect(advertised()).toEqual(["10.0.1.0/24", "10.20.0.0/24"]);
    world.run(first, "create-tailscale-container", { ...variables, ROUTES: "10.20.0.0/24" });
    expect(advertised()).toEqual(["10.20.0.0/24"]);
});

test("a migration needs its target", () => {
    const world = until("test-migration");
    world.hosts.off("ampere-2");
    expect(world.again().err).toContain("target node 'ampere-2' is offline");
});
