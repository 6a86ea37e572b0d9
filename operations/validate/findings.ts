/** What each answer means: fine, or what to do. Pure functions. */
import type { Allowance } from "../../policy/free-tier/allowances";
import { freeTierMeters, type PlainResource } from "../../policy/report";
import type { GrafanaUsage, KubernetesNode, Quorum, Spending, Stored } from "./probes";

/** The result of one check. */
export interface Finding {
    readonly ok: boolean;
    /** What was found, one line. */
    readonly said: string;
    /** What to do, where something is to be done. */
    readonly todo?: string;
}

/** Grafana Cloud's free limits. */
export interface GrafanaLimits {
    readonly activeSeries: number;
    readonly logsGBPerMonth: number;
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`;

/** How uploads are taken away that were never finished: they are in no list of objects. */
function abortion(stored: readonly Stored[]): string[] {
    const commands = stored.flatMap(({ unfinished }) =>
        unfinished === undefined
            ? []
            : [
                  `\`oci os multipart abort --bucket-name ${unfinished.bucket} --object-name ${unfinished.object} --upload-id ${unfinished.uploadId}\``,
              ],
    );
    return commands.length === 0
        ? []
        : [
              `Abort what was never sent to its end, since its bucket cannot be deleted before: ${commands.join(", ")}; the next \`strata up\` or \`destroy\` does it in buckets of its own stack, and \`strata images upload\` goes on with its own instead.`,
          ];
}

/**
 * Everything stored fits below what is free, 20 GB as the document draws it or the 10 of a paid account. An unfinished
 * upload is told even where it fits.
 */
export function imagesFinding(
    stored: readonly Stored[],
    { objectStorageGb }: Pick<Allowance, "objectStorageGb">,
): Finding {
    const total = stored.reduce((sum, { bytes }) => sum + bytes, 0);
    const free = objectStorageGb * 1e9;
    const limit = gigabytes(free);
    const finished = stored.filter(({ unfinished }) => unfinished === undefined);
    const cut = stored.length - finished.length;
    const abort = abortion(stored);
    if (total < free) {
        const never = cut === 0 ? "" : ` (${cut} never sent to ${cut === 1 ? "its" : "their"} end)`;
        return {
            ok: true,
            said: `${gigabytes(total)} of ${limit} in ${stored.length} objects and images${never}`,
            ...(cut === 0 ? {} : { todo: abort.join(" ") }),
        };
    }
    const largest = [...finished].sort((a, b) => b.bytes - a.bytes).slice(0, 3);
    const names = largest.map(({ name, bytes }) => `${name} (${gigabytes(bytes)})`).join(", ");
    return {
        ok: false,
        said: `${gigabytes(total)} are stored, and object storage is free below ${limit}`,
        todo: [...abort, ...(names === "" ? [] : [`Delete what is not needed, the largest first: ${names}.`])].join(
            " ",
        ),
    };
}

/** What the tenancy holds stays at or under every limit of the allowance. */
export function oracleFinding(inventory: readonly PlainResource[], allowance: Allowance): Finding {
    const rows = freeTierMeters(inventory, allowance).filter(({ id }) => id !== "object-storage");
    const over = rows.filter(({ used, max }) => used > max);
    const amount = (used: number, max: number, unit: string) => `${used} of ${max}${unit === "" ? "" : ` ${unit}`}`;
    if (over.length === 0) {
        const used = rows.filter((row) => row.used > 0);
        const said = used.map((row) => `${row.limit} ${amount(row.used, row.max, row.unit)}`).join(", ");
        return { ok: true, said: said === "" ? "nothing of Oracle's is in use" : said };
    }
    const each = over.map((row) => `${row.limit} ${amount(row.used, row.max, row.unit)}`);
    const what = over.map(({ limit, resources }) => `${limit}: ${resources.join(", ")}`);
    return {
        ok: false,
        said: `over the allowance of ${allowance.since}: ${each.join(", ")}`,
        todo: `Take away what is too much of ${what.join("; ")}.`,
    };
}

/** The cluster has quorum, and every host the stack knows is in it. */
export function proxmoxFinding({ nodes, quorate }: Quorum, expected: readonly string[]): Finding {
    const online = nodes.filter((node) => node.online).map(({ name }) => name);
    const away = expected.filter((name) => !online.includes(name));
    const count = `${online.length} of ${expected.length} hosts online`;
    if (quorate === false) {
        return {
            ok: false,
            said: `no quorum: ${count}`,
            todo: `Bring ${away.join(", ") || "the other hosts"} back (\`pvecm status\` on one that is up); until then nothing in the cluster changes.`,
        };
    }
    if (away.length > 0) {
        return {
            ok: false,
            said: `${count}, ${away.join(", ")} away${quorate === true ? "; there is still quorum" : ""}`,
            todo: `Bring ${away.join(", ")} back before another one fails.`,
        };
    }
    return { ok: true, said: quorate === true ? `quorum, ${count}` : `${count}, no cluster` };
}

/** Every node the stack knows is there and Ready. */
export function talosFinding(nodes: readonly KubernetesNode[], expected: readonly string[]): Finding {
    const missing = expected.filter((name) => !nodes.some((node) => node.name === name));
    const unready = nodes.filter(({ ready }) => !ready);
    if (missing.length === 0 && unready.length === 0) {
        return { ok: true, said: `${nodes.length} of ${expected.length} nodes Ready` };
    }
    const told = [
        ...missing.map((name) => `${name} is not in the cluster`),
        ...unready.map(({ name, why }) => `${name} is not Ready (${why})`),
    ];
    const first = missing[0] ?? unready[0]?.name;
    return {
        ok: false,
        said: told.join(", "),
        todo: `Ask the machine itself: \`talosctl --nodes ${first} health\`, then \`talosctl dmesg\`.`,
    };
}

/** The bill is $0.00, and Grafana Cloud's free plan holds what is sent to it. */
export function costFinding(
    { amount, currency, services }: Spending,
    usage: GrafanaUsage,
    limits: GrafanaLimits,
): Finding {
    const money = `${amount.toFixed(2)} ${currency === "" ? "USD" : currency}`;
    const series = `${Math.round(usage.activeSeries)} of ${limits.activeSeries} series`;
    const logs = `${usage.logsGB.toFixed(1)} of ${limits.logsGBPerMonth} GB of logs`;
    const todo = [
        // Any cent counts, and what rounds to none is a cent to come.
        ...(amount > 0
            ? [
                  `Take away what costs: ${services.map((each) => `${each.service} ${each.amount.toFixed(4)}`).join(", ")}; \`strata destroy\` takes everything.`,
              ]
            : []),
        ...(usage.activeSeries > limits.activeSeries || usage.logsGB > limits.logsGBPerMonth
            ? [
                  "Send Grafana Cloud less: tighten the rules in gitops/base/alloy, whose budget.json says what each metric takes.",
              ]
            : []),
    ];
    const said = `Oracle's bill of this month ${money}; Grafana Cloud ${series}, ${logs}`;
    return todo.length === 0 ? { ok: true, said } : { ok: false, said, todo: todo.join(" ") };
}
