import { expect, test } from "vitest";
import { packages, stranger } from "../../../rehearsal/providers/index";
import { homelab } from "../../../rehearsal/sites/homelab";
import { siteOf, sites } from "../../../rehearsal/sites/index";
import type { Operation } from "../../../rehearsal/world/behaviour";
import { networkRange } from "../../../rehearsal/world/network";
import { World } from "../../../rehearsal/world/world";

const operation: Operation = {
    urn: "urn:x",
    type: "aws:s3/bucket:Bucket",
    name: "x",
    provider: { package: "aws", config: {} },
    takes: async () => {},
};

test("a package nobody described echoes, draws ids of its own, and is known as a stranger", async () => {
    const world = new World({ site: homelab });
    const aws = stranger("aws", world);
    const bucket = aws.resource("aws:s3/bucket:Bucket");
    const one = await bucket?.create({ acl: "private" }, operation);
    const other = await bucket?.create({ acl: "private" }, operation);
    expect(one?.outputs).toEqual({ acl: "private" });
    expect(one?.id).not.toBe(other?.id);
    expect(await bucket?.update(one?.id ?? "", { acl: "private", arn: "a" }, { acl: "public" }, operation)).toEqual({
        acl: "public",
        arn: "a",
    });
    expect(await bucket?.read("b", {}, { acl: "private" }, operation)).toMatchObject({
        id: "b",
        outputs: { acl: "private" },
    });
    expect(bucket?.generic).toBe(true);
    await aws.function("aws:index/getRegion:getRegion")?.({}, operation.provider);
    expect([...world.strangers]).toEqual(["aws:s3/bucket:Bucket", "aws:index/getRegion:getRegion"]);
});

test("the world knows the packages of every stack", () => {
    const names = packages(new World({ site: homelab })).map(({ name }) => name);
    expect(names).toEqual(["command", "kubernetes", "oci", "proxmoxve", "random", "tailscale", "talos", "tls"]);
});

test.each(Object.entries(sites))(
    "the site '%s' is in order: hosts inside their network, bridges on networks there are",
    (_, site) => {
        for (const { endpoint, nodes } of site.proxmox) {
            const host = networkRange(`${new URL(endpoint).hostname}/32`)?.first ?? 0;
            for (const node of Object.values(nodes)) {
                for (const network of Object.values(node.bridges)) {
                    const range = networkRange(site.networks[network]?.cidr ?? "");
                    expect(range !== undefined && host >= range.first && host <= range.last).toBe(true);
                }
            }
        }
        expect(site.talosVersions).toContain("v1.10.5");
        expect(site.kubernetesByTalos["1.10"]).toEqual(["1.28", "1.29", "1.30", "1.31", "1.32", "1.33"]);
    },
);

test("a stack that nobody described a site for is rehearsed on the homelab", () => {
    expect(siteOf("homelab-ha")).toBe(sites["homelab-ha"]);
    expect(siteOf("somebody-else")).toBe(homelab);
});
