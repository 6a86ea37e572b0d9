/** The matrix asked of the rehearsed world: what a stack deployed there would answer. */
import type { Fleet } from "../../config";
import program from "../../index";
import type { Allowance } from "../../policy/free-tier/allowances";
import { monthlyCost, type PlainResource } from "../../policy/report";
import { InProcessStack } from "../../rehearsal/engine/in-process";
import type { StackConfig } from "../../rehearsal/engine/rehearsal";
import { packages } from "../../rehearsal/providers";
import { siteOf } from "../../rehearsal/sites";
import { isCustom } from "../../rehearsal/world/oracle/images";
import { objectGb } from "../../rehearsal/world/oracle/storage";
import type { Site } from "../../rehearsal/world/site";
import { number, text } from "../../rehearsal/world/value";
import type { World } from "../../rehearsal/world/world";
import { today } from "../judgement";
import { projectName, readStackConfig, rehearsedConfig } from "../stack";
import { fleetOf } from "../stack-fleet";
import { expectedOf } from "./command";
import { grafanaBudget, grafanaLimits } from "./grafana-budget";
import type { GrafanaUsage, KubernetesNode, Probes, Quorum, Stored } from "./probes";
import { checksOf, type Matrix, validate } from "./validate";

/** A deployed stack of the world. */
export interface RehearsedStack {
    readonly world: World;
    /** What the program returned. */
    readonly outputs: Readonly<Record<string, unknown>>;
    /** Proxmox VE hosts that are off. */
    readonly down: ReadonlySet<string>;
    /** What the tenancy may use for nothing; undefined where there is none. */
    readonly allowance: Allowance | undefined;
    readonly grafana: GrafanaUsage;
}

/** Type tokens of what the policy pack counts, by the world's kind. */
const counted: Readonly<Record<string, string>> = {
    instance: "oci:Core/instance:Instance",
    bootvolume: "oci:Core/bootVolume:BootVolume",
    publicip: "oci:Core/publicIp:PublicIp",
    vcn: "oci:Core/vcn:Vcn",
};

/** Boot volumes are things of their own in the world, as in Oracle's lists: an instance's is not counted twice. */
const ownVolume = { sourceDetails: { sourceType: "bootVolume" } };

function inventoryOf({ oracle }: World): PlainResource[] {
    return Object.entries(counted).flatMap(([kind, type]) =>
        oracle.all(kind).map(({ id, inputs, computed }) => ({
            urn: id,
            type,
            name: text(inputs, "displayName") ?? text(computed, "displayName") ?? id,
            props: { ...inputs, ...computed, ...(kind === "instance" ? ownVolume : {}) },
            dependencies: [],
        })),
    );
}

/** Objects and unfinished uploads by their sizes, custom images by what Oracle bills or, in a stack, what they are declared as. */
function storedIn({ oracle }: World): Stored[] {
    return [
        ...oracle.all("object").map((object) => ({
            name: `${text(object.inputs, "bucket")}/${text(object.inputs, "object")}`,
            bytes: objectGb(object) * 1e9,
        })),
        ...oracle.all("upload").map((upload) => {
            const [bucket = "", object = "", uploadId = ""] = ["bucket", "object", "uploadId"].map((key) =>
                text(upload.inputs, key),
            );
            return {
                name: `${bucket}/${object} (unfinished upload)`,
                bytes: objectGb(upload) * 1e9,
                unfinished: { bucket, object, uploadId },
            };
        }),
        ...oracle
            .all("image")
            .filter(isCustom)
            .map(({ inputs, computed }) => {
                const declared = text(inputs, "freeformTags.size-gb") ?? number(inputs, "freeformTags.size-gb") ?? 0;
                const billed = number(computed, "billableSizeInGbs");
                return {
                    name: `image ${text(inputs, "displayName")}`,
                    bytes: billed === undefined ? Number(declared) * 1e9 : billed * 1024 ** 3,
                };
            }),
    ];
}

/** A cluster formed on hosts tells its quorum itself; of hypervisors that were there already, most have to be on. */
function quorumOf({ world, down }: RehearsedStack): Quorum {
    const [formed] = world.hosts.clusters;
    if (formed !== undefined) {
        return {
            nodes: formed.members.map(({ hostname, on }) => ({ name: hostname, online: on })),
            quorate: formed.quorate,
        };
    }
    const nodes = world.proxmox.installations
        .flatMap(({ site }) => Object.keys(site.nodes))
        .map((name) => ({ name, online: !down.has(name) }));
    const online = nodes.filter((node) => node.online).length;
    return { nodes, quorate: nodes.length < 2 ? undefined : online * 2 > nodes.length };
}

function kubernetesNodesOf({ world, outputs }: RehearsedStack): KubernetesNode[] {
    const { kubeconfig } = outputs;
    const cluster = typeof kubeconfig === "string" ? world.kubernetes.clusterOf(kubeconfig) : undefined;
    if (cluster === undefined || cluster instanceof Error) {
        throw new Error(cluster?.message ?? "the stack has no kubeconfig among its outputs");
    }
    return cluster.nodes().map((node) => {
        const problem = cluster.nodeProblem(node);
        return { name: node.name, ready: problem === undefined, why: problem ?? "" };
    });
}

/** Answers from the world. The bill is the price table's: the world charges what Oracle would. */
export function rehearsedProbes(stack: RehearsedStack): Probes {
    const { world, allowance, grafana } = stack;
    return {
        stored: async () => storedIn(world),
        inventory: async () => inventoryOf(world),
        quorum: async () => quorumOf(stack),
        kubernetesNodes: async () => kubernetesNodesOf(stack),
        spending: async () => {
            const bill = allowance === undefined ? undefined : monthlyCost(inventoryOf(world), allowance);
            return {
                amount: bill?.monthlyUsd ?? 0,
                currency: "USD",
                services: (bill?.lines ?? []).map(({ item, monthlyUsd }) => ({ service: item, amount: monthlyUsd })),
            };
        },
        grafana: async () => grafana,
    };
}

/** What goes wrong in the world before it is asked. */
export interface Mishap {
    /** Proxmox VE hosts that lose their power, and their machines with them. */
    readonly down?: readonly string[];
    /** Anything else that happens in it. */
    readonly happens?: (world: World) => void;
}

/** A stack as it is rehearsed. */
export interface Staged {
    readonly fleet: Fleet;
    /** All of its config, the rehearsal's secrets included. */
    readonly config: StackConfig;
    readonly site: Site;
}

/** Takes a host's power: what runs on it is off. */
function powerOff(world: World, host: string): void {
    const installation = world.proxmox.installations.find(({ site }) => host in site.nodes);
    if (installation === undefined) {
        const known = world.proxmox.installations.flatMap(({ site }) => Object.keys(site.nodes)).join(", ");
        throw new Error(`There is no Proxmox VE host ${host}: expected one of ${known}.`);
    }
    for (const machine of installation.machines.values()) {
        if (machine.spec.node === host) {
            machine.stop();
        }
    }
    world.hosts.off(host);
}

/**
 * Deploys a stack in the world, lets go wrong what shall, and runs the matrix.
 *
 * @throws Error where the stack does not come up, which a rehearsal tells more of.
 */
export async function validateStaged(
    stack: string,
    { fleet, config, site }: Staged,
    { down = [], happens }: Mishap = {},
    show = true,
): Promise<Matrix> {
    const rehearsed = new InProcessStack({ program, project: projectName, stack, config, site, packages });
    const { errors, outputs } = await rehearsed.up();
    if (errors[0] !== undefined) {
        throw new Error(`${stack} does not come up in the rehearsed world: ${errors[0].message}`);
    }
    const { world } = rehearsed;
    for (const host of down) {
        powerOff(world, host);
    }
    happens?.(world);
    const oracle = fleet.platform !== "proxmox";
    const expected = expectedOf(fleet, today(), oracle ? grafanaLimits() : { activeSeries: 0, logsGBPerMonth: 0 });
    const probes = rehearsedProbes({
        world,
        outputs,
        down: new Set(down),
        allowance: expected.oracle?.allowance,
        grafana: oracle ? grafanaBudget() : { activeSeries: 0, logsGB: 0 },
    });
    return validate(checksOf(expected, probes), show);
}

/** The matrix of a stack of this project, deployed in the world. */
export function validateRehearsed(stack: string, mishap: Mishap = {}, show = true): Promise<Matrix> {
    const fleet = fleetOf(stack);
    const site = siteOf(stack, readStackConfig(stack));
    return validateStaged(stack, { fleet, config: rehearsedConfig(stack, site), site }, mishap, show);
}
