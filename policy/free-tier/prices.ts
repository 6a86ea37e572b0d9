/** What Oracle charges beyond the allowance: a dated table, US dollars, and the sum for a stack. */

import type { Graph } from "../graph";
import { known, readText } from "../reading";
import type { Allowance } from "./allowances";
import { machinesOf } from "./compute";
import { bandwidthOf, loadBalancersOf } from "./load-balancers";
import { metersOf } from "./meters";
import { A1_SHAPE, MICRO_SHAPE } from "./shapes";

/** Prices of one day. */
export interface PriceTable {
    /** Day on which the figures were taken, ISO date. */
    readonly date: string;
    readonly source: string;
    /** Hours Oracle bills for a month of continuous use. */
    readonly hoursPerMonth: number;
    /** Per OCPU and hour, by beginning of the shape's name. */
    readonly ocpuHour: Readonly<Record<string, number>>;
    /** Per GB and hour, by beginning of the shape's name. */
    readonly memoryGbHour: Readonly<Record<string, number>>;
    /** Block and boot volumes, per GB and month, at the balanced performance. */
    readonly storageGbMonth: number;
    /** Object storage, per GB and month, standard tier. */
    readonly objectGbMonth: number;
    /** Flexible load balancer, per hour beyond the free one. */
    readonly loadBalancerHour: number;
    /** Bandwidth of load balancers, per Mbps and hour beyond the free one. */
    readonly loadBalancerMbpsHour: number;
    /** Enhanced OKE cluster, per hour. */
    readonly enhancedClusterHour: number;
}

/** The table in use. */
export const prices: PriceTable = {
    date: "2026-09-20",
    source: "Oracle Cloud Infrastructure price list (www.oracle.com/cloud/price-list), pay as you go, US dollars",
    hoursPerMonth: 744,
    ocpuHour: {
        "VM.Standard.A1": 0.01,
        "VM.Standard.A2": 0.014,
        "VM.Standard.E2": 0.03,
        "VM.Standard.E3": 0.025,
        "VM.Standard.E4": 0.025,
        "VM.Standard.E5": 0.03,
        "VM.Standard2": 0.0638,
        "VM.Standard3": 0.04,
    },
    memoryGbHour: {
        "VM.Standard.A1": 0.0015,
        "VM.Standard.A2": 0.002,
        "VM.Standard.E3": 0.0015,
        "VM.Standard.E4": 0.0015,
        "VM.Standard.E5": 0.002,
        "VM.Standard3": 0.0015,
    },
    storageGbMonth: 0.0255 + 10 * 0.0017,
    objectGbMonth: 0.0255,
    loadBalancerHour: 0.0113,
    loadBalancerMbpsHour: 0.0001,
    enhancedClusterHour: 0.1,
};

/** One position of the bill. */
export interface CostLine {
    readonly item: string;
    /** US dollars a month. */
    readonly monthlyUsd: number;
    /** Names of the resources it is for. */
    readonly resources: readonly string[];
}

/** What a stack costs a month. */
export interface MonthlyCost {
    /** Sum of all lines, US dollars, rounded to cents. */
    readonly monthlyUsd: number;
    readonly lines: readonly CostLine[];
    /** What could not be priced, one sentence each; the sum is then a lower bound. */
    readonly unpriced: readonly string[];
}

/** The monthly bill of a stack under an allowance. Empty where nothing costs. */
export function costOf(graph: Graph, allowance: Allowance, table: PriceTable = prices): MonthlyCost {
    const lines: CostLine[] = [];
    const unpriced: string[] = [];
    const add = (item: string, monthlyUsd: number, resources: readonly string[]): void => {
        if (monthlyUsd > 0) {
            lines.push({ item, monthlyUsd, resources });
        }
    };
    const meters = new Map(metersOf(graph, allowance).map((meter) => [meter.id, meter]));
    const users = (id: "a1-ocpus" | "a1-memory" | "storage" | "object-storage"): string[] =>
        (meters.get(id)?.uses ?? []).map(({ resource }) => resource.name);
    const used = (id: Parameters<typeof users>[0]): number => meters.get(id)?.used ?? 0;
    const excess = (hours: number, free: number): number => Math.max(0, hours - free);
    const hours = table.hoursPerMonth;

    const a1Hour = table.ocpuHour["VM.Standard.A1"] ?? 0;
    const a1MemoryHour = table.memoryGbHour["VM.Standard.A1"] ?? 0;
    const overOcpu = excess(used("a1-ocpus") * hours, allowance.a1OcpuHours);
    const overMemory = excess(used("a1-memory") * hours, allowance.a1MemoryGbHours);
    add("Ampere A1 OCPUs beyond the allowance", overOcpu * a1Hour, users("a1-ocpus"));
    add("Ampere A1 memory beyond the allowance", overMemory * a1MemoryHour, users("a1-memory"));
    addPaidMachines(graph, table, add, unpriced);
    const overStorage = excess(used("storage"), allowance.storageGb);
    add("volumes beyond the allowance", overStorage * table.storageGbMonth, users("storage"));
    const overObjects = excess(used("object-storage"), allowance.objectStorageGb);
    add("objects beyond the allowance", overObjects * table.objectGbMonth, users("object-storage"));
    addLoadBalancers(graph, allowance, table, add);
    for (const cluster of graph.resources.filter((each) => each.type === "oci:ContainerEngine/cluster:Cluster")) {
        const enhanced = known(readText(cluster, "type")) === "ENHANCED_CLUSTER";
        add("enhanced cluster", enhanced ? hours * table.enhancedClusterHour : 0, [cluster.name]);
    }
    for (const meter of meters.values()) {
        for (const { resource, path } of meter.id === "object-storage" ? [] : meter.blind) {
            unpriced.push(`${resource.name}: ${path} is not known.`);
        }
    }
    const total = lines.reduce((sum, line) => sum + line.monthlyUsd, 0);
    return { monthlyUsd: Math.round(total * 100) / 100, lines, unpriced: [...new Set(unpriced)] };
}

type Add = (item: string, monthlyUsd: number, resources: readonly string[]) => void;

/** Machines of other shapes than the free ones, from the first minute. */
function addPaidMachines(graph: Graph, table: PriceTable, add: Add, unpriced: string[]): void {
    for (const group of machinesOf(graph)) {
        const shape = known(group.shape);
        if (shape === undefined || shape === A1_SHAPE || shape === MICRO_SHAPE) {
            continue;
        }
        const [ocpuHour, memoryHour] = [byShape(table.ocpuHour, shape), byShape(table.memoryGbHour, shape)];
        if (ocpuHour === undefined) {
            unpriced.push(`${group.resource.name}: shape ${shape} is not in the price table.`);
            continue;
        }
        const ocpus = known(group.ocpus) ?? 1;
        const perHour = ocpus * ocpuHour + (known(group.memoryGb) ?? 0) * (memoryHour ?? 0);
        add(shape, (known(group.count) ?? 1) * perHour * table.hoursPerMonth, [group.resource.name]);
    }
}

function addLoadBalancers(graph: Graph, allowance: Allowance, table: PriceTable, add: Add): void {
    const balancers = loadBalancersOf(graph).flexible.map(({ resource }) => resource);
    const mbps = balancers.reduce((sum, each) => sum + (known(bandwidthOf(each)) ?? allowance.loadBalancerMbps), 0);
    const freeMbps = Math.min(balancers.length, allowance.loadBalancers) * allowance.loadBalancerMbps;
    const overCount = Math.max(0, balancers.length - allowance.loadBalancers);
    const overMbps = Math.max(0, mbps - freeMbps);
    add(
        "load balancers beyond the allowance",
        table.hoursPerMonth * (overCount * table.loadBalancerHour + overMbps * table.loadBalancerMbpsHour),
        balancers.map(({ name }) => name),
    );
}

function byShape(table: Readonly<Record<string, number>>, shape: string): number | undefined {
    const key = Object.keys(table).find((prefix) => shape === prefix || shape.startsWith(`${prefix}.`));
    return key === undefined ? undefined : table[key];
}
