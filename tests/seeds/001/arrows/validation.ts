/** Arrows of the validation: five checks at the same time, and one word for all of them. Asked of the built world. */
import { expect } from "vitest";
import { fleetOf } from "../../../../operations/stack-fleet";
import { expectedOf } from "../../../../operations/validate/command";
import { grafanaBudget, grafanaLimits } from "../../../../operations/validate/grafana-budget";
import type { Probes } from "../../../../operations/validate/probes";
import { rehearsedProbes } from "../../../../operations/validate/rehearsed";
import { checksOf, type Matrix, matrixText, validate } from "../../../../operations/validate/validate";
import type { Built } from "../built";
import { type Claim, claim } from "./arrow";

const phase = "Phase 5: Validation";
const matrix = "Validation Matrix";
const cost = "Free Tier Validation Flow";

const expected = () => expectedOf(fleetOf("oci-free"), "2026-11-21", grafanaLimits());

function probesOf({ world, outputs }: Built): Probes {
    const { oracle } = expected();
    return rehearsedProbes({ world, outputs, down: new Set(), allowance: oracle?.allowance, grafana: grafanaBudget() });
}

/** The matrix of the built stack, with some questions answered otherwise. */
const matrixOf = (stack: Built, change: Partial<Probes> = {}): Promise<Matrix> =>
    validate(checksOf(expected(), { ...probesOf(stack), ...change }), false);

const red = ({ checks }: Matrix): string[] => checks.filter(({ finding }) => !finding.ok).map(({ name }) => name);

/** Answers that turn each check red, and it alone. */
const wrong: Readonly<Record<string, Partial<Probes>>> = {
    Images: { stored: async () => [{ name: "b/huge.oci", bytes: 20e9 }] },
    OCI: {
        inventory: async () =>
            ["one", "two", "three"].map((name) => ({
                urn: name,
                type: "oci:Core/publicIp:PublicIp",
                name,
                props: { lifetime: "RESERVED" },
                dependencies: [],
            })),
    },
    Proxmox: { quorum: async () => ({ nodes: [], quorate: false }) },
    Talos: { kubernetesNodes: async () => [] },
    Cost: { spending: async () => ({ amount: 0.01, currency: "USD", services: [] }) },
};

/** Every question waits until all are asked: where one check waited for another, nobody would be answered. */
function together(probes: Probes): Probes {
    const all = Object.keys(probes).length;
    let asked = 0;
    let everybody: () => void = () => {};
    const asksAll = new Promise<void>((resolve, reject) => {
        everybody = resolve;
        setTimeout(() => reject(new Error(`only ${asked} of ${all} were asked`)), 10_000).unref();
    });
    const held = <T>(answer: () => Promise<T>) => {
        return async () => {
            asked += 1;
            if (asked === all) {
                everybody();
            }
            await asksAll;
            return answer();
        };
    };
    return {
        stored: held(probes.stored),
        inventory: held(probes.inventory),
        quorum: held(probes.quorum),
        kubernetesNodes: held(probes.kubernetesNodes),
        spending: held(probes.spending),
        grafana: held(probes.grafana),
    };
}

const asked = (name: string) => async (stack: Built) => {
    const result = await matrixOf(stack, together(probesOf(stack)));
    expect(result.checks.map((check) => check.name)).toContain(name);
    expect([result.safe, red(result)]).toEqual([true, []]);
};
const decides = (name: string) => async (stack: Built) => {
    const result = await matrixOf(stack, wrong[name]);
    expect([result.safe, red(result)]).toEqual([false, [name]]);
};
const safe = async (stack: Built): Promise<void> => {
    const result = await matrixOf(stack);
    expect(matrixText("oci-free", result)).toMatch(/^oci-free: Safe\n/);
};
const stop = async (stack: Built): Promise<void> => {
    for (const change of Object.values(wrong)) {
        expect(matrixText("oci-free", await matrixOf(stack, change))).toMatch(/^oci-free: STOP\n/);
    }
};

const drawn = [
    { section: phase, start: "Start", nodes: ["Images", "OCI", "Proxmox", "Talos", "Cost"], check: "Check" },
    { section: matrix, start: "V", nodes: ["I", "O", "P", "T", "C"], check: "R" },
] as const;

/** Whether both answers of the cost check are asked for. */
async function askedForCost(stack: Built): Promise<string[]> {
    const questions: string[] = [];
    const probes = probesOf(stack);
    const checks = checksOf(expected(), {
        ...probes,
        spending: async () => {
            questions.push("bill");
            return probes.spending();
        },
        grafana: async () => {
            questions.push("Grafana Cloud");
            return probes.grafana();
        },
    });
    await checks.find(({ name }) => name === "Cost")?.run();
    return questions.sort();
}

const tooMuch = { ...grafanaBudget(), activeSeries: grafanaLimits().activeSeries + 1 };
const costAlone = async (stack: Built, change: Partial<Probes>): Promise<void> => {
    expect(red(await matrixOf(stack, change))).toEqual(["Cost"]);
};

/** Arrows that are true of `strata validate`, asked of the world the stack was built in. */
export const validationFacts: readonly Claim[] = [
    ...drawn.flatMap(({ section, start, nodes, check }) => [
        ...Object.keys(wrong).flatMap((name, index) => [
            claim(section, [`${start} --> ${nodes[index]}`], `${name} is asked while the others are`, asked(name)),
            claim(section, [`${nodes[index]} --> ${check}`], `${name} alone decides against all`, decides(name)),
        ]),
        claim(section, [`${check} -->|Yes| Success`], "where all pass the word is Safe", safe),
        claim(section, [`${check} -->|No| Fail`], "where any fails the word is STOP", stop),
    ]),
    claim(
        cost,
        ["Cost --> Billing", "Cost --> Grafana"],
        "the cost check asks for the bill and for Grafana Cloud",
        async (stack) => {
            expect(await askedForCost(stack)).toEqual(["Grafana Cloud", "bill"]);
        },
    ),
    claim(cost, ["Billing --> Result"], "a cent on the bill decides", (stack) => costAlone(stack, wrong.Cost ?? {})),
    claim(cost, ["Grafana --> Result"], "one series too much decides", (stack) =>
        costAlone(stack, { grafana: async () => tooMuch }),
    ),
    claim(cost, ["Result -->|Yes| Safe"], "a bill of $0.00 is safe", async (stack) => {
        const { finding } = (await matrixOf(stack)).checks.find(({ name }) => name === "Cost") ?? {};
        expect(finding?.said).toMatch(/^Oracle's bill of this month 0\.00 USD;/);
        await safe(stack);
    }),
    claim(cost, ["Result -->|No| Stop"], "any other means STOP", async (stack) => {
        const result = await matrixOf(stack, wrong.Cost);
        expect(matrixText("oci-free", result)).toMatch(/^oci-free: STOP\n[\s\S]* STOP {2}Cost \(\$0\.00\)/);
    }),
];

/** Arrows we draw otherwise. */
export const validationDeviations: readonly Claim[] = [
    claim(
        cost,
        ["Email --> Cost"],
        "the check waits for no e-mail: it asks Oracle for the bill itself, whether or not anybody was told",
        async (stack) => {
            const result = await matrixOf(stack, wrong.Cost);
            expect(red(result)).toEqual(["Cost"]);
            expect(Object.keys(probesOf(stack)).sort()).toEqual([
                "grafana",
                "inventory",
                "kubernetesNodes",
                "quorum",
                "spending",
                "stored",
            ]);
        },
    ),
];
