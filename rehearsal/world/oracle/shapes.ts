/** Shapes of instances: their bounds, and the limits and quotas they count against. */

/** One shape. */
export interface Shape {
    readonly name: string;
    /** True where cores and memory are chosen. */
    readonly flexible: boolean;
    /** Cores, and memory in GiB, of a shape that is not flexible. */
    readonly fixed?: { readonly ocpus: number; readonly memoryGiB: number };
    /** Most cores (Oracle, "Compute Shapes"). */
    readonly maxOcpus: number;
    /** Most memory in all, GiB. */
    readonly maxMemoryGiB: number;
    /** Its limits and quotas that count cores. */
    readonly coreQuotas: readonly string[];
    /** Its limits and quotas that count memory. */
    readonly memoryQuotas: readonly string[];
}

const flexible = (family: string, maxOcpus: number, maxMemoryGiB: number, regional: boolean): Shape => ({
    name: `VM.Standard.${family.toUpperCase()}.Flex`,
    flexible: true,
    maxOcpus,
    maxMemoryGiB,
    coreQuotas: [`standard-${family}-core-count`, ...(regional ? [`standard-${family}-core-regional-count`] : [])],
    memoryQuotas: [
        `standard-${family}-memory-count`,
        ...(regional ? [`standard-${family}-memory-regional-count`] : []),
    ],
});

/** Shapes by name (Oracle, "Compute Shapes"). */
const shapes: readonly Shape[] = [
    flexible("a1", 80, 512, true),
    flexible("a2", 78, 946, false),
    flexible("e4", 114, 1760, false),
    flexible("e5", 126, 1049, false),
    {
        name: "VM.Standard.E2.1.Micro",
        flexible: false,
        // An eighth of a core; its limit counts one a machine all the same.
        fixed: { ocpus: 1, memoryGiB: 1 },
        maxOcpus: 1,
        maxMemoryGiB: 1,
        coreQuotas: ["standard-e2-micro-core-count"],
        memoryQuotas: [],
    },
];

/** The shape of a name, undefined where the world knows none. */
export function shapeOf(name: string): Shape | undefined {
    return shapes.find((shape) => shape.name === name);
}

/** Most memory a core of a flexible shape takes, GiB (Oracle, "Flexible Shapes"). */
export const maxMemoryPerOcpu = 64;

/** Memory a core comes with where none is asked for, GiB: 6 on A1, 16 on the others (Oracle, "Flexible Shapes"). */
export function memoryPerOcpu(shape: Shape): number {
    return shape.name.includes(".A1.") ? 6 : 16;
}
