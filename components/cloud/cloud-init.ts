/** What an instance does at its first boot: it joins the mesh, and keeps trying until it has. */
import * as pulumi from "@pulumi/pulumi";
import { checkMetadata } from "./metadata";

/** What an instance is told. */
export interface CloudInitArgs {
    /** Its name in the mesh and to itself. */
    readonly hostname: string;
    /** Single-use key it joins the mesh with. */
    readonly meshKey: pulumi.Input<string>;
    /** Networks it offers to the mesh, e.g. `["10.0.1.0/24"]`. Default none. */
    readonly advertiseRoutes?: readonly string[];
    /** Network whose packets its own firewall lets in, e.g. `10.0.0.0/16`: Oracle's images let in SSH only. */
    readonly trustedCidr?: string;
    /** True where root logs in by SSH with the instance's keys: Proxmox VE is formed as root. Default false. */
    readonly rootLogin?: boolean;
    /** True where the rest of the boot disk stays free: for an OSD beside the root partition. Default false. */
    readonly keepDiskFree?: boolean;
}

/** Seconds between two tries to join. */
const retrySeconds = 15;

/** Where the key waits for a join that works; it is deleted then. */
const keyFile = "/var/lib/strata/mesh.key";

/**
 * Joins the mesh once. An address that is reserved takes the place of the ephemeral one, so an instance may have no way
 * out at first: systemd calls this again until it works. Debian's and Ubuntu's own packages lack Tailscale, the
 * vendor's script knows each (https://tailscale.com/kb/1031/install-linux). The key is named by its file, so it shows in
 * no process list and no log.
 */
function joinScript({ hostname, advertiseRoutes = [] }: CloudInitArgs): string {
    const routes = advertiseRoutes.length === 0 ? "" : ` --advertise-routes=${advertiseRoutes.join(",")}`;
    return [
        "#!/bin/sh",
        "set -eu",
        `[ -s ${keyFile} ] || exit 0`,
        "if ! command -v tailscale >/dev/null; then",
        "    curl -fsSL --retry 3 https://tailscale.com/install.sh -o /run/tailscale-install.sh",
        "    sh /run/tailscale-install.sh",
        "fi",
        `tailscale up --auth-key=file:${keyFile} --hostname=${hostname}${routes} --timeout=60s`,
        `rm -f ${keyFile}`,
        "",
    ].join("\n");
}

/** The unit that tries until the join works, also after a reboot. */
const joinUnit = [
    "[Unit]",
    "Description=Join the mesh",
    "Wants=network-online.target",
    "After=network-online.target",
    "StartLimitIntervalSec=0",
    "[Service]",
    "Type=oneshot",
    "ExecStart=/usr/local/sbin/strata-join-mesh",
    "Restart=on-failure",
    `RestartSec=${retrySeconds}`,
    "[Install]",
    "WantedBy=multi-user.target",
    "",
].join("\n");

/**
 * Lets a network in where the image rejects everything but SSH. It goes in front of what is there: Oracle's images keep
 * rules for the boot volume's iSCSI in the same tables, and flushing them loses the disk (Oracle, "Essential Firewall
 * Rules").
 */
function firewallScript(trustedCidr: string): string {
    const rule = `INPUT --source ${trustedCidr} --jump ACCEPT`;
    return [
        "#!/bin/sh",
        "set -eu",
        "command -v iptables >/dev/null || exit 0",
        `iptables --check ${rule} 2>/dev/null || iptables --insert ${rule}`,
        "if [ -d /etc/iptables ]; then iptables-save >/etc/iptables/rules.v4; fi",
        "",
    ].join("\n");
}

/** The document, as text cloud-init reads: JSON is YAML. */
export function cloudConfig(args: CloudInitArgs, meshKey: string): string {
    const { hostname, trustedCidr, advertiseRoutes = [], rootLogin = false, keepDiskFree = false } = args;
    const file = (path: string, permissions: string, content: string) => ({ path, permissions, content });
    const document = {
        hostname,
        preserve_hostname: false,
        ...(rootLogin ? { disable_root: false } : {}),
        ...(keepDiskFree ? { growpart: { mode: "off" }, resize_rootfs: false } : {}),
        write_files: [
            file(keyFile, "0600", meshKey),
            file("/usr/local/sbin/strata-join-mesh", "0755", joinScript(args)),
            file("/etc/systemd/system/strata-join-mesh.service", "0644", joinUnit),
            ...(trustedCidr === undefined
                ? []
                : [file("/usr/local/sbin/strata-let-in", "0755", firewallScript(trustedCidr))]),
            ...(advertiseRoutes.length === 0
                ? []
                : [file("/etc/sysctl.d/90-strata.conf", "0644", "net.ipv4.ip_forward = 1\n")]),
        ],
        runcmd: [
            ...(advertiseRoutes.length === 0 ? [] : [["sysctl", "--system"]]),
            ...(trustedCidr === undefined ? [] : [["/usr/local/sbin/strata-let-in"]]),
            ["systemctl", "daemon-reload"],
            // Not waited for: cloud-init must end, and SSH must answer, while the join keeps trying.
            ["systemctl", "enable", "--now", "--no-block", "strata-join-mesh.service"],
        ],
    };
    return `#cloud-config\n${JSON.stringify(document, undefined, 2)}\n`;
}

/** Longest key Tailscale makes, with room to spare: what a preview without the key reckons with. */
const longestKey = "k".repeat(128);

/**
 * User data of an instance, base64 and secret. A preview that does not know the key yet judges its size all the same.
 *
 * @throws pulumi.RunError where it is more than Oracle takes.
 */
export function cloudInit(args: CloudInitArgs): pulumi.Output<string> {
    const encode = (key: string) => Buffer.from(cloudConfig(args, key)).toString("base64");
    checkMetadata(args.hostname, { user_data: encode(longestKey) });
    return pulumi.secret(pulumi.output(args.meshKey).apply(encode));
}
