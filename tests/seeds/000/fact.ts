/** What a fact of the document is, and how one looks into the rehearsed stack for it. */
import type { Rehearsed } from "../../harness/rehearsed";

/** One thing the document says. */
export interface Fact {
    /** Start of the document's heading it stands under. */
    readonly section: string;
    /** What the item says in the document's own letters; together they hold each of its figures. */
    readonly mentions: readonly string[];
    /** The same as a sentence about the stack. */
    readonly says: string;
    /** Fails where it is not so. */
    readonly holds: (stack: Rehearsed) => void;
}

/** The machines and where the document puts them. */
export const machines = [
    { node: "C0", label: "Controller-0", name: "c0", address: "10.10.0.140" },
    { node: "W0", label: "Worker-0", name: "w0", address: "10.10.0.150" },
    { node: "W1", label: "Worker-1", name: "w1", address: "10.10.0.151" },
] as const;

/** The machine the world runs under an address. */
export function nodeAt({ world }: Rehearsed, address: string) {
    const node = world.talos.find(address);
    if (node === undefined) {
        throw new Error(`Nothing runs Talos at ${address}.`);
    }
    return node;
}

/** The one Kubernetes cluster of the world. */
export function cluster({ world }: Rehearsed) {
    const [only, second] = world.kubernetes.alive;
    if (only === undefined || second !== undefined) {
        throw new Error("Expected one Kubernetes cluster.");
    }
    return only;
}

/** Names of running pods that begin so. */
export function pods(stack: Rehearsed, prefix: string): string[] {
    return cluster(stack)
        .pods.map(({ name }) => name)
        .filter((name) => name.startsWith(prefix))
        .sort();
}
