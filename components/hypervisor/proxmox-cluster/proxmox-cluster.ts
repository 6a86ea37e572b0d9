/** A Proxmox VE cluster with Ceph, formed over SSH on hosts that run Proxmox VE already. */
import type { types } from "@pulumi/command";
import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { proxmoxClusterFacts } from "./facts";
import { type Step, script } from "./script";

/** Memory an OSD keeps to (Ceph, `osd_memory_target`, at least 896 MiB): 1.5 GiB, so that with its peaks it stays in 2. */
const osdMemoryBytes = 1.5 * 1024 ** 3;

/** A host that becomes a node. */
export interface ProxmoxHost {
    /** Address corosync and Ceph use, on the network all nodes share. */
    readonly address: string;
    /** How SSH reaches it. */
    readonly connection: pulumi.Input<types.input.remote.ConnectionArgs>;
    /** What becomes another where the host is made anew, e.g. its instance's id: its steps then run again. */
    readonly identity?: pulumi.Input<string>;
    /** Name of the failure domain it is part of, e.g. `machine/ampere-1`. */
    readonly livesOn?: string;
}

/** The container that advertises the cluster's networks to a Tailscale mesh. */
export interface TailscaleContainer {
    /** Proxmox id of the container, from 100. */
    readonly id: number;
    /** Its name, in the cluster and in the mesh; unique in the tailnet. Default `tailscale`. */
    readonly hostname?: string;
    /**
     * Name of its template as `pveam` lists it, e.g. `debian-13-standard_13.6-1_arm64.tar.zst`. Default: the newest Debian
     * 13 for arm64 the vendor lists; older names go from the list.
     */
    readonly template?: string | undefined;
    /** Address in the machines' network, without prefix. */
    readonly address: string;
    /** Networks it advertises: the hosts' and the machines', e.g. `["10.0.1.0/24", "10.20.0.0/24"]`. */
    readonly routes: readonly string[];
    /** Key it joins the mesh with. */
    readonly authKey: pulumi.Input<string>;
}

/** A public address that is handed on to a machine inside, port by port. */
export interface IngressForward {
    /** Node that has the address, and hosts the machine: answers must leave where requests came in. */
    readonly node: string;
    /** Private address the public one is attached to, e.g. `10.0.1.30`. */
    readonly address: string;
    /** Address of the machine in the machines' network. */
    readonly machineAddress: string;
    /** Ports asked for, to the NodePorts they are handed on to. */
    readonly ports: readonly { readonly port: number; readonly nodePort: number }[];
}

/** What a cluster is made of. */
export interface ProxmoxClusterArgs {
    /** Node name to host. The first by name creates the cluster, the others join it one after the other. */
    readonly hosts: Readonly<Record<string, ProxmoxHost>>;
    /** Cluster name, at most 15 characters (pvecm). */
    readonly clusterName: string;
    readonly ceph: {
        /** Ceph release as `pveceph install --version` takes it, e.g. `tentacle`. */
        readonly release: string;
        /** Network of the mons and OSDs, e.g. `10.0.1.0/24`. */
        readonly network: string;
        /** Size of each host's OSD, a logical volume on its boot disk. */
        readonly osdGiB: number;
        /** Name of the pool and of the Proxmox storage on it. */
        readonly pool: string;
        /** Copies of each object. */
        readonly size: number;
        /** Copies that must be there for a write. */
        readonly minSize: number;
    };
    /** The machines' own network, a VXLAN among the hosts. */
    readonly network: {
        /** Zone name, at most 8 letters and digits (Proxmox SDN). */
        readonly zone: string;
        /** Bridge name the machines use, at most 8 letters and digits. */
        readonly vnet: string;
        readonly cidr: string;
        readonly gateway: string;
        /** VXLAN tag. */
        readonly tag: number;
    };
    readonly tailscale: TailscaleContainer;
    /** Default: nothing is handed on. */
    readonly ingress?: IngressForward;
    /** API token to make: `user@realm` and the token's name. */
    readonly token: { readonly user: string; readonly name: string };
}

/**
 * Hosts become one quorate Proxmox VE cluster with a healthy Ceph pool, a network for machines and an API token.
 * Each step is idempotent and stops with one sentence naming the node and the command that failed.
 */
export class ProxmoxCluster extends pulumi.ComponentResource {
    /** API of the first node. */
    readonly apiUrl: string;
    /** `user@realm!name=value`, secret. */
    readonly apiToken: pulumi.Output<string>;
    /** What the health check last said: `HEALTH_OK`. */
    readonly cephHealth: pulumi.Output<string>;
    /** The last step: what runs on the cluster depends on it. */
    readonly ready: pulumi.Resource;

    constructor(name: string, args: ProxmoxClusterArgs, opts?: pulumi.ComponentResourceOptions) {
        super("strata:hypervisor:ProxmoxCluster", name, {}, opts);
        const nodes = Object.entries(args.hosts).sort(([a], [b]) => a.localeCompare(b));
        const [first, ...others] = nodes;
        const second = others[0];
        if (first === undefined || second === undefined) {
            throw new pulumi.ResourceError(
                `hosts must name at least 2 nodes to form a cluster, got ${nodes.length}`,
                this,
                true,
            );
        }

        const on = (
            [node, host]: readonly [string, ProxmoxHost],
            step: Step,
            variables: Readonly<Record<string, pulumi.Input<string>>>,
            dependsOn: readonly pulumi.Resource[],
        ) =>
            new remote.Command(
                `${name}-${step}-${node}`,
                {
                    connection: host.connection,
                    create: "bash -s",
                    stdin: pulumi.all(variables).apply((known) => script(step, { NODE: node, ...known })),
                    // A step's output may hold a token; nothing of it belongs into the next run's environment or logs.
                    addPreviousOutputInEnv: false,
                    logging: remote.Logging.None,
                    ...(host.identity === undefined ? {} : { triggers: [host.identity] }),
                },
                {
                    parent: this,
                    dependsOn: [...dependsOn],
                    additionalSecretOutputs: step === "create-token" ? ["stdout"] : [],
                },
            );

        const rootKey = new tls.PrivateKey(`${name}-root-key`, { algorithm: "ED25519" }, { parent: this });
        const table = nodes.map(([node, host]) => `${host.address} ${node}`).join("\n");
        const prepared = nodes.map((node) =>
            on(
                node,
                "prepare-host",
                {
                    ADDRESS: node[1].address,
                    HOSTS: table,
                    OSD_GIB: `${args.ceph.osdGiB}`,
                    ROOT_KEY: pulumi.secret(rootKey.privateKeyOpenssh).apply((key) => key.trim()),
                    ROOT_PUBLIC: rootKey.publicKeyOpenssh.apply((key) => key.trim()),
                },
                [],
            ),
        );

        const membership = (node: readonly [string, ProxmoxHost]) => ({
            ADDRESS: node[1].address,
            CLUSTER: args.clusterName,
        });
        // The first asks the others whether their cluster lives on without it, so it needs their trust.
        const founding = { ...membership(first), PEERS: others.map(([, { address }]) => address).join(" ") };
        const created = on(first, "create-cluster", founding, prepared);
        const joined = others.reduce<pulumi.Resource>(
            (previous, node) =>
                on(node, "join-cluster", { ...membership(node), FIRST_ADDRESS: first[1].address }, [previous]),
            created,
        );
        const quorate = on(first, "check-quorum", { NODES: `${nodes.length}` }, [joined]);

        // The first node's install also writes the cluster-wide Ceph configuration the others' monitors read.
        const install = { CEPH_RELEASE: args.ceph.release, CEPH_NETWORK: args.ceph.network };
        const installedFirst = on(first, "install-ceph", install, [quorate]);
        const installed = new Map<string, pulumi.Resource>([
            [first[0], installedFirst],
            ...others.map((node): [string, pulumi.Resource] => [
                node[0],
                on(node, "install-ceph", install, [installedFirst]),
            ]),
        ]);
        // Monitors one after the other: each joins the quorum of those before it.
        const monitored = others.reduce<pulumi.Resource>(
            (previous, node) => on(node, "create-monitor", {}, [installed.get(node[0]) ?? installedFirst, previous]),
            on(first, "create-monitor", {}, [installedFirst]),
        );
        const stored = nodes.map((node) =>
            on(node, "create-osd", { OSD_MEMORY_BYTES: `${osdMemoryBytes}` }, [monitored]),
        );
        const { pool, size, minSize } = args.ceph;
        const pooled = on(first, "create-pool", { POOL: pool, SIZE: `${size}`, MIN_SIZE: `${minSize}` }, stored);
        const healthy = on(first, "check-ceph", {}, [pooled]);

        const token = on(first, "create-token", { TOKEN_USER: args.token.user, TOKEN_NAME: args.token.name }, [
            quorate,
        ]);
        const { zone, vnet, cidr, gateway, tag } = args.network;
        const peers = nodes.map(([, host]) => host.address).join(",");
        const networked = on(
            first,
            "create-network",
            { ZONE: zone, VNET: vnet, CIDR: cidr, GATEWAY: gateway, PEERS: peers, TAG: `${tag}` },
            [quorate],
        );
        // Proxmox reloads the nodes' networks one task a node: each step sees to its own bridge.
        const route = (node: readonly [string, ProxmoxHost]) =>
            on(node, "route-machines", { VNET: vnet, CIDR: cidr, GATEWAY: gateway }, [networked]);
        const routedFirst = route(first);
        const routedOthers = others.map(route);
        const { tailscale, ingress } = args;
        if (ingress !== undefined) {
            const taker = nodes.find(([node]) => node === ingress.node);
            if (taker === undefined) {
                throw new pulumi.ResourceError(
                    `ingress.node must be one of ${nodes.map(([node]) => node).join(", ")}, got "${ingress.node}"`,
                    this,
                    true,
                );
            }
            const forward = {
                ADDRESS: ingress.address,
                MACHINE_ADDRESS: ingress.machineAddress,
                PORTS: ingress.ports.map(({ port, nodePort }) => `${port}:${nodePort}`).join(" "),
            };
            on(taker, "forward-ingress", forward, []);
        }
        const contained = on(
            first,
            "create-tailscale-container",
            {
                CONTAINER_ID: `${tailscale.id}`,
                CONTAINER_NAME: tailscale.hostname ?? "tailscale",
                TEMPLATE: tailscale.template ?? "",
                STORAGE: pool,
                BRIDGE: vnet,
                CONTAINER_ADDRESS: `${tailscale.address}/${cidr.split("/")[1] ?? ""}`,
                GATEWAY: gateway,
                ROUTES: tailscale.routes.join(","),
                AUTH_KEY: pulumi.secret(tailscale.authKey),
            },
            [healthy, routedFirst],
        );
        this.ready = on(
            first,
            "test-migration",
            { CONTAINER_ID: `${tailscale.id}`, TARGET: second[0], CONTAINER_IP: tailscale.address },
            [contained, ...routedOthers],
        );

        this.apiUrl = `https://${first[1].address}:8006/`;
        this.apiToken = pulumi.secret(token.stdout);
        this.cephHealth = healthy.stdout;
        this.registerOutputs({
            apiUrl: this.apiUrl,
            apiToken: this.apiToken,
            cephHealth: this.cephHealth,
            facts: proxmoxClusterFacts(args),
        });
    }
}
