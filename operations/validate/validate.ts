/** The validation matrix: checks side by side, and one word for all of them. */
import { Listr } from "listr2";
import type { Allowance } from "../../policy/free-tier/allowances";
import {
    costFinding,
    type Finding,
    type GrafanaLimits,
    imagesFinding,
    oracleFinding,
    proxmoxFinding,
    talosFinding,
} from "./findings";
import type { Probes } from "./probes";

/** A check of the matrix. */
export interface Check {
    /** As the document's matrix names it. */
    readonly name: "Images" | "OCI" | "Proxmox" | "Talos" | "Cost";
    /** What must be true, as the matrix has it. */
    readonly limit: string;
    readonly run: () => Promise<Finding>;
}

/** What a stack has that can be checked; a part that is undefined is not there, and neither is its check. */
export interface Expected {
    readonly oracle?: { readonly allowance: Allowance; readonly grafana: GrafanaLimits };
    /** Names of the Proxmox VE hosts. */
    readonly hypervisors?: readonly string[];
    /** Names of the Kubernetes nodes. */
    readonly machines: readonly string[];
}

/** The checks of a stack, in the matrix's order. */
export function checksOf({ oracle, hypervisors, machines }: Expected, probes: Probes): readonly Check[] {
    return [
        ...(oracle === undefined
            ? []
            : ([
                  {
                      name: "Images",
                      limit: `< ${oracle.allowance.objectStorageGb}GB`,
                      run: async () => imagesFinding(await probes.stored(), oracle.allowance),
                  },
                  {
                      name: "OCI",
                      limit: "free tier",
                      run: async () => oracleFinding(await probes.inventory(), oracle.allowance),
                  },
              ] as const)),
        ...(hypervisors === undefined
            ? []
            : ([
                  {
                      name: "Proxmox",
                      limit: "quorum",
                      run: async () => proxmoxFinding(await probes.quorum(), hypervisors),
                  },
              ] as const)),
        {
            name: "Talos",
            limit: "ready",
            run: async () => talosFinding(await probes.kubernetesNodes(), machines),
        },
        ...(oracle === undefined
            ? []
            : ([
                  {
                      name: "Cost",
                      limit: "$0.00",
                      run: async () => {
                          const [spending, usage] = await Promise.all([probes.spending(), probes.grafana()]);
                          return costFinding(spending, usage, oracle.grafana);
                      },
                  },
              ] as const)),
    ];
}

/** A check with its result. */
export interface Checked extends Pick<Check, "name" | "limit"> {
    readonly finding: Finding;
}

/** The results of a stack's checks. */
export interface Matrix {
    /** True where every check passed. */
    readonly safe: boolean;
    readonly checks: readonly Checked[];
}

/** A question nobody answers is as red as a wrong answer: what cannot be seen is not safe. */
async function found(check: Check): Promise<Finding> {
    try {
        return await check.run();
    } catch (error) {
        const said = error instanceof Error ? error.message : String(error);
        return { ok: false, said: said.split("\n")[0] ?? said, todo: "Make it answer, then validate again." };
    }
}

/**
 * Runs the checks at the same time and shows each as it ends.
 *
 * @param show False keeps quiet.
 */
export async function validate(checks: readonly Check[], show = true): Promise<Matrix> {
    const results = new Map<Check, Finding>();
    const tasks = new Listr(
        checks.map((check) => ({
            title: `${check.name} (${check.limit})`,
            task: async (_: unknown, task: { title: string }) => {
                const finding = await found(check);
                results.set(check, finding);
                task.title = `${check.name} (${check.limit}): ${finding.said}`;
                if (!finding.ok) {
                    throw new Error(task.title);
                }
            },
        })),
        {
            concurrent: true,
            exitOnError: false,
            // A log has the table below; only a terminal is worth a line that changes.
            renderer: show && process.stdout.isTTY === true ? "default" : "silent",
            rendererOptions: { collapseErrors: false },
        },
    );
    await tasks.run();
    const checked = checks.flatMap((check) => {
        const finding = results.get(check);
        return finding === undefined ? [] : [{ name: check.name, limit: check.limit, finding }];
    });
    return { safe: checked.length === checks.length && checked.every(({ finding }) => finding.ok), checks: checked };
}

/** The matrix as text: one line a check, what to do, and the word. */
export function matrixText(stack: string, { safe, checks }: Matrix): string {
    const lines = checks.map(
        ({ name, limit, finding }) =>
            `  ${finding.ok ? "ok  " : "STOP"}  ${`${name} (${limit})`.padEnd(18)}  ${finding.said}`,
    );
    const todo = checks.flatMap(({ name, finding: { todo } }) => (todo === undefined ? [] : [`  ${name}: ${todo}`]));
    return [
        `${stack}: ${safe ? "Safe" : "STOP"}`,
        "",
        ...lines,
        ...(todo.length === 0 ? [] : ["", "What to do", ...todo]),
    ].join("\n");
}
