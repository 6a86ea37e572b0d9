/** The machines' network on the hosts: bridges, the way out, and the way in. */
import * as fs from "node:fs";
import * as path from "node:path";
import { expect, test } from "vitest";
import { first, type Host, hosts, ingress, names, run, way, world } from "./stage";

/** The translation rules of a host. */
const nat = (host: Host) =>
    fs
        .readFileSync(path.join(world, host, "nat"), "utf8")
        .trim()
        .split("\n");

test("every node translates the machines' way out, and is the same gateway to them", async () => {
    fs.writeFileSync(path.join(world, "cluster", "_cluster_sdn_vnets"), '[{"vnet":"talos"}]');
    for (const host of names) {
        expect(await run(host, "route-machines", way)).toMatchObject({ code: 0 });
        expect(nat(host)).toEqual(["POSTROUTING --source 10.20.0.0/24 ! --destination 10.20.0.0/24 --jump MASQUERADE"]);
    }
    const files = names.map((host) =>
        fs.readFileSync(path.join(world, host, "etc", "network", "interfaces.d", "strata-talos"), "utf8"),
    );
    expect(new Set(files).size).toBe(1);
    expect(files[0]).toContain("    address 10.20.0.1/24\n    hwaddress 02:");
    await run(first, "route-machines", way);
    expect(fs.readFileSync(path.join(world, first, "reloads"), "utf8")).toBe("reloaded\n");
});

test("a node whose reload failed, or that joined later, asks for its own bridge, and one that has it asks for nothing", async () => {
    fs.writeFileSync(path.join(world, "pve-2", "no-reload"), "");
    const network = { ...way, ZONE: "talos", PEERS: Object.values(hosts).join(","), TAG: "100" };
    expect(await run(first, "create-network", network)).toMatchObject({ code: 0 });
    fs.rmSync(path.join(world, "pve-2", "no-reload"));
    for (const host of names) {
        expect(await run(host, "route-machines", way)).toMatchObject({ code: 0 });
    }
    const reloads = names.map(
        (host) => fs.readFileSync(path.join(world, `calls.${host}`), "utf8").match(/^pvesh set \/nodes\/.*$/gm)?.length,
    );
    expect(reloads).toEqual([1, 1, 2]);
});

test("a gateway waits for the bridge Proxmox makes, and says so when it does not come", async () => {
    const { code, out } = await run(first, "route-machines", way);
    expect(code).toBe(1);
    expect(out).toContain(
        "pve-0: the bridge talos, which 'pvesh set /nodes/pve-0/network' makes, did not happen within 12 tries of 'bridged'",
    );
});

test("the reserved address goes on to the machine's NodePorts, once, and follows the machine when it changes", async () => {
    await run(first, "forward-ingress", ingress);
    const once = [
        "chain STRATA-INGRESS",
        "STRATA-INGRESS --protocol tcp --dport 80 --jump DNAT --to-destination 10.20.0.11:30080",
        "STRATA-INGRESS --protocol tcp --dport 443 --jump DNAT --to-destination 10.20.0.11:30443",
        "PREROUTING --destination 10.0.1.30 --jump STRATA-INGRESS",
    ];
    expect(nat(first)).toEqual(once);
    await run(first, "forward-ingress", ingress);
    expect(nat(first)).toEqual(once);
    await run(first, "forward-ingress", { ...ingress, MACHINE_ADDRESS: "10.20.0.12" });
    expect(nat(first).filter((rule) => rule.includes("10.20.0.11"))).toEqual([]);
    expect(nat(first).filter((rule) => rule.includes("10.20.0.12"))).toHaveLength(2);
    const unit = path.join(world, first, "etc", "systemd", "system", "strata-ingress.service");
    expect(fs.readFileSync(unit, "utf8")).toContain("ExecStart=/bin/sh /etc/strata/ingress.sh");
});

test("a translation the kernel refuses fails the step with the node and the command", async () => {
    fs.writeFileSync(path.join(world, `broken.${first}.iptables`), "iptables: Permission denied (you must be root)");
    const { code, out } = await run(first, "forward-ingress", ingress);
    expect(code).toBe(1);
    expect(out).toContain("pve-0: 'sh /etc/strata/ingress.sh' failed: iptables: Permission denied");
});
