/** Section `proxmoxCluster`: the Proxmox VE cluster that is formed on the instances, with Ceph. */
import { z } from "zod";
import { address, cidr } from "./address";

/** Share of a Ceph pool that may be filled: beyond it Ceph warns (`mon_osd_nearfull_ratio`, Ceph's default). */
const nearFull = 0.85;

/** Root filesystem of the mesh's container, GiB, which lies in the pool as well. */
export const containerDiskGiB = 4;

const sdnName = (what: string) =>
    z
        .string()
        .regex(/^[a-z][a-z0-9]{0,7}$/, { error: "at most 8 lower-case letters and digits (Proxmox SDN)" })
        .describe(what);

/** The cluster. */
export const proxmoxClusterSchema = z
    .strictObject({
        clusterName: z
            .string()
            .regex(/^[a-z][a-z0-9-]{0,14}$/, { error: "at most 15 lower-case letters, digits and dashes (pvecm)" })
            .describe("Name of the cluster, for life; at most 15 characters."),
        ceph: z
            .strictObject({
                release: z
                    .string()
                    .regex(/^tentacle$/, {
                        error: "tentacle: Proxmox has no packages of squid and older releases for arm64 (pve-manager, PVE/Ceph/Releases.pm)",
                    })
                    .default("tentacle")
                    .describe(
                        "Ceph release as `pveceph install` takes it. Default tentacle (20.2): the first that Proxmox builds for arm64.",
                    ),
                osdGiB: z
                    .int()
                    .min(10)
                    .default(30)
                    .describe("OSD of each host in GiB: a logical volume on the boot disk, since no other is free."),
                pool: z
                    .string()
                    .regex(/^[a-z][a-z0-9-]*$/, { error: "lower-case letters, digits and dashes" })
                    .default("vms")
                    .describe("Name of the pool, and of the datastore on it. Default vms."),
                size: z
                    .int()
                    .min(1)
                    .max(3)
                    .default(2)
                    .describe("Copies of every object, each on another host. Default 2: three would leave no room."),
                minSize: z.int().min(1).max(3).default(1).describe("Copies that must be there for a write. Default 1."),
            })
            .prefault({})
            .describe("Ceph on the hosts."),
        machineNetwork: z
            .strictObject({
                zone: sdnName("Name of the SDN zone. Default strata.").default("strata"),
                vnet: sdnName("Name of the bridge the machines are attached to. Default machines.").default("machines"),
                cidr: cidr().default("10.20.0.0/24").describe("The machines' network. Default 10.20.0.0/24."),
                gateway: address().default("10.20.0.1").describe("Its gateway: every host translates the way out."),
                tag: z.int().min(1).max(16_777_215).default(100).describe("VXLAN tag. Default 100."),
                nameservers: z
                    .array(address())
                    .min(1)
                    .default(["1.1.1.1", "9.9.9.9"])
                    .describe("DNS servers of the machines."),
            })
            .prefault({})
            .describe("The machines' own network, a VXLAN: a VCN delivers only to addresses of its own interfaces."),
        tailscale: z
            .strictObject({
                id: z.int().min(100).default(100).describe("Proxmox VE id of the container. Default 100."),
                template: z
                    .string()
                    .min(1)
                    .optional()
                    .describe(
                        "Its template, as `pveam available` lists it, e.g. debian-13-standard_13.6-1_arm64.tar.zst. Default: the newest Debian 13 for arm64 that is listed, since older names go from the list.",
                    ),
                address: address().describe("Its address in the machines' network."),
            })
            .describe("The container that leads from the mesh into the machines' network and the subnet."),
        reservedMemoryGiB: z
            .int()
            .min(1)
            .default(5)
            .describe(
                "Memory of each host that is not the machines', in GiB. Default 5: Proxmox VE 1, Ceph monitor and manager 1, OSD 2, the emulator's translated code 1.",
            ),
    })
    .describe("The Proxmox VE cluster that is formed on the instances, with Ceph.");

/** The cluster. */
export type ProxmoxClusterConfig = z.output<typeof proxmoxClusterSchema>;

/** GiB that machines may have of the pool: all OSDs by the number of copies, up to where Ceph warns. */
export function usableCephGiB({ ceph }: ProxmoxClusterConfig, hosts: number): number {
    return Math.floor(((ceph.osdGiB * hosts) / ceph.size) * nearFull);
}
