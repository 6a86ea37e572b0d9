/** What the documents say fails alone, beside what the graph says: verdicts of their own tables, as data. */
import type { ComponentRow } from "../policy/report";

/** One row of a document's table of single points of failure. */
interface DocumentVerdict {
    /** Name in the document's table. */
    readonly title: string;
    /** The document's verdict. */
    readonly spof: boolean;
    /** The components of the graph it speaks of, by the names findings have. */
    readonly components: readonly string[];
}

/** Rows by stack; the deployment graph of the homelab, table "Single Points of Failure". */
const tables: Readonly<Record<string, readonly DocumentVerdict[]>> = {
    homelab: [
        { title: "Proxmox", spof: true, components: ["hypervisor-node/pve"] },
        { title: "Controller-0", spof: true, components: ["machine/c0"] },
        { title: "Rook-Ceph", spof: false, components: ["ceph-mon", "ceph-data"] },
        { title: "Cilium", spof: false, components: ["cilium"] },
    ],
};

/** A document's verdict beside the graph's. */
export interface ComparedVerdict {
    readonly title: string;
    readonly document: boolean;
    readonly graph: boolean;
    /** Why the two agree or do not, one sentence. */
    readonly why: string;
}

function reasonFor(rows: readonly ComponentRow[], verdict: DocumentVerdict, graph: boolean): string {
    const weak = rows.filter(({ spof }) => spof);
    if (!graph) {
        return rows.map(({ mitigation }) => mitigation).join(" ");
    }
    const stops = weak.map(({ title, losesWhenDown }) => `losing ${title} stops ${losesWhenDown.join(", ")}`);
    const because = weak.map(({ title, mitigation }) => `${title}: ${mitigation}`);
    return verdict.spof
        ? `As the document says: ${stops.join("; ")}.`
        : `The document is wrong here: the loss of one member of ${stops.join("; ").replace("losing ", "")}. ${because.join(" ")}`;
}

/** The document's own table compared with the graph's verdicts; empty for a stack whose document has none. */
export function compareWithDocument(stack: string, components: readonly ComponentRow[]): ComparedVerdict[] {
    return (tables[stack] ?? []).map((verdict) => {
        const rows = components.filter(({ component }) => verdict.components.includes(component));
        const graph = rows.some(({ spof }) => spof);
        return { title: verdict.title, document: verdict.spof, graph, why: reasonFor(rows, verdict, graph) };
    });
}
