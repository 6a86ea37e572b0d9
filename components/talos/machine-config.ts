/** The part of Talos's machine configuration that Strata writes itself, typed; the rest comes from the provider. */

import { devicePath, qemuScsiLink } from "../machines/disk-link";

/** Patch of a v1alpha1 machine configuration (Talos 1.10, reference/configuration/v1alpha1/config). */
export interface MachineConfigPatch {
    readonly machine: {
        readonly install: {
            /**
             * A link that holds the disk's serial. Not `diskSelector.serial`: Talos reads no serial of a SCSI disk
             * (siderolabs/talos issues 11348 and 12073), so such a selector fits none.
             */
            readonly disk: string;
            readonly image: string;
        };
        readonly network: {
            readonly hostname: string;
            readonly nameservers: readonly string[];
            readonly interfaces: readonly {
                /** Interface names change between Talos versions; "the physical one" does not. */
                readonly deviceSelector: { readonly physical: true };
                readonly addresses?: readonly string[];
                readonly dhcp?: true;
                readonly routes?: readonly { readonly network: string; readonly gateway: string }[];
                readonly vip?: { readonly ip: string };
            }[];
        };
        readonly kubelet: { readonly nodeIP: { readonly validSubnets: readonly string[] } };
        readonly features: {
            readonly kubePrism: { readonly enabled: true; readonly port: number };
            readonly hostDNS: { readonly enabled: true; readonly forwardKubeDNSToHost: boolean };
        };
        readonly time?: { readonly servers: readonly string[] };
        readonly nodeLabels: Readonly<Record<string, string | { readonly $patch: "delete" }>>;
        readonly certSANs: readonly string[];
    };
    readonly cluster: {
        readonly network: {
            readonly cni: { readonly name: "none" };
            readonly podSubnets: readonly string[];
            readonly serviceSubnets: readonly string[];
        };
        readonly proxy: { readonly disabled: true };
        readonly allowSchedulingOnControlPlanes?: boolean;
        readonly apiServer?: { readonly certSANs: readonly string[] };
    };
}

/** Port of the API balancer every node runs for itself (Talos, KubePrism); Cilium's way to the API. */
export const kubePrismPort = 7445;

/** Pods and services, Talos's own defaults, which the architecture diagrams of the Oracle stack name as well. */
export const podSubnet = "10.244.0.0/16";
export const serviceSubnet = "10.96.0.0/12";

/** What a machine's patch is made of. */
export interface MachineConfigSpec {
    readonly name: string;
    readonly role: "controlplane" | "worker";
    readonly address: string;
    /** Hypervisor node or fault domain, which becomes the node's zone. */
    readonly host: string;
    /** Undefined where the machine boots an image that is Talos already, from the only disk it has. */
    readonly systemDiskSerial?: string;
    /** Link the system disk is found by. Default: the one of Proxmox VE 8. */
    readonly systemDiskLink?: string;
    /** True where DHCP tells the machine its address, as Oracle's does. Default false. */
    readonly addressFromPlatform?: boolean;
    /** Installer of the same schematic and platform as the image. */
    readonly installer: string;
    readonly network: {
        readonly cidr: string;
        readonly prefixLength: number;
        readonly gateway: string;
        readonly nameservers: readonly string[];
        /** Default: Talos's own. */
        readonly timeServers?: readonly string[];
    };
    readonly virtualIp?: string;
    readonly certSans: readonly string[];
    readonly schedulingOnControlPlanes: boolean;
}

/** What a paravirtualised boot volume of Oracle is called where it is the only disk (Talos, Oracle). */
const onlyDisk = "/dev/sda";

/** Talos puts it on control planes; it keeps load-balancer announcements away from them. */
const noLoadBalancers = "node.kubernetes.io/exclude-from-external-load-balancers";

function systemDisk({ systemDiskSerial, systemDiskLink = qemuScsiLink }: MachineConfigSpec): string {
    return systemDiskSerial === undefined ? onlyDisk : devicePath(systemDiskLink, systemDiskSerial);
}

/** The patch of one machine: CNI and kube-proxy off for Cilium, KubePrism on, disk by serial, address static. */
export function machineConfigPatch(spec: MachineConfigSpec): MachineConfigPatch {
    const { network } = spec;
    const controller = spec.role === "controlplane";
    const serves = controller && spec.schedulingOnControlPlanes;
    const sans = [
        ...new Set([spec.address, ...(spec.virtualIp === undefined ? [] : [spec.virtualIp]), ...spec.certSans]),
    ];
    return {
        machine: {
            install: { disk: systemDisk(spec), image: spec.installer },
            network: {
                hostname: spec.name,
                nameservers: network.nameservers,
                interfaces: [
                    {
                        deviceSelector: { physical: true },
                        ...(spec.addressFromPlatform === true
                            ? { dhcp: true as const }
                            : {
                                  addresses: [`${spec.address}/${network.prefixLength}`],
                                  routes: [{ network: "0.0.0.0/0", gateway: network.gateway }],
                              }),
                        ...(controller && spec.virtualIp !== undefined ? { vip: { ip: spec.virtualIp } } : {}),
                    },
                ],
            },
            kubelet: { nodeIP: { validSubnets: [network.cidr] } },
            features: {
                kubePrism: { enabled: true, port: kubePrismPort },
                // CoreDNS cannot reach the host's resolver once Cilium masquerades in eBPF (Talos, deploying Cilium).
                hostDNS: { enabled: true, forwardKubeDNSToHost: false },
            },
            ...(network.timeServers === undefined ? {} : { time: { servers: network.timeServers } }),
            nodeLabels: {
                "topology.kubernetes.io/zone": spec.host,
                ...(serves ? { [noLoadBalancers]: { $patch: "delete" } } : {}),
            },
            certSANs: sans,
        },
        cluster: {
            network: { cni: { name: "none" }, podSubnets: [podSubnet], serviceSubnets: [serviceSubnet] },
            proxy: { disabled: true },
            ...(controller
                ? { allowSchedulingOnControlPlanes: spec.schedulingOnControlPlanes, apiServer: { certSANs: sans } }
                : {}),
        },
    };
}
