import { beforeAll, describe, expect, test } from "vitest";
import program from "../../../index";
import { rules } from "../../../policy/rules";
import { oracleConfig, oracleProxmoxSections, oracleTalosSections } from "../../harness/oracle-stacks";
import { type Graph, type Registered, synth } from "../../harness/synth";
import { unknown } from "../../harness/wire-value";
import { type Declared, judged, type Said, UNKNOWN_TEXT } from "../policy/stack";
import { oracleAnswers } from "./oracle-answers";

/** A recorded value as the engine shows it to a policy. */
function shown(value: unknown): unknown {
    if (value === unknown) {
        return UNKNOWN_TEXT;
    }
    if (Array.isArray(value)) {
        return value.map(shown);
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    if ("secret" in value) {
        return shown(value.secret);
    }
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shown(each)]));
}

function declared({ type, name, inputs, outputs, parent, dependencies, protect }: Registered): Declared {
    const component = type.startsWith("strata:");
    return {
        type,
        name,
        inputs: shown(inputs) as Record<string, unknown>,
        ...(component ? { outputs: shown(outputs) as Record<string, unknown> } : {}),
        ...(parent === "" ? {} : { parent }),
        after: dependencies,
        protect,
    };
}

interface Risk {
    readonly component: string;
}

describe.each([
    ["oracle-proxmox", oracleProxmoxSections],
    ["oracle-talos", oracleTalosSections],
])("the policy pack, at the first preview of a stack on %s,", (_, sectionsOf) => {
    let graph: Graph;
    beforeAll(async () => {
        const config = oracleConfig(sectionsOf());
        const answers = oracleAnswers("10.0.1.20");
        graph = await synth(program, { ...answers, computed: () => ({}), preview: true, config });
    });

    const said = async (change: Record<string, unknown> = {}): Promise<readonly Said[]> => {
        const { profile, allowance, accountType, acceptedRisks } = { ...sectionsOf(), ...change };
        return judged(rules, graph.resources.map(declared), { profile, allowance, accountType, acceptedRisks });
    };
    const mandatory = (all: readonly Said[]) => all.filter(({ level }) => level === "mandatory");

    test("has nothing mandatory to say", async () => {
        expect(mandatory(await said())).toEqual([]);
    });

    test("says each risk that is not accepted, by the name it is accepted under", async () => {
        const risks = sectionsOf().acceptedRisks as readonly Risk[];
        for (const { component } of risks) {
            const found = mandatory(
                await said({ acceptedRisks: risks.filter((each) => each.component !== component) }),
            );
            expect(
                found.map(({ rule, message }) => [rule, message.includes(`acceptedRisks as ${component}.`)]),
            ).toEqual([["spof", true]]);
        }
    });
});

test("the document's stack says what it costs under the allowance in force, and today's says nothing of costs", async () => {
    const costs = async (sections: Record<string, unknown>) => {
        const answers = oracleAnswers("10.0.1.20");
        const options = { ...answers, computed: () => ({}), preview: true, config: oracleConfig(sections) };
        const { resources } = await synth(program, options);
        const { profile, allowance } = sections;
        const found = await judged(rules, resources.map(declared), { profile, allowance, acceptedRisks: [] });
        return found.filter(({ rule }) => rule === "free-tier-superseded-allowance").map(({ message }) => message);
    };
    // 2 OCPUs and 12 GB beyond the allowance of 2026-06-15, at the price table's hours.
    expect(await costs(oracleProxmoxSections())).toEqual([expect.stringMatching(/the stack costs \$28\.04 a month/)]);
    expect(await costs(oracleTalosSections())).toEqual([]);
});

test("the document's stack is beyond the allowance in force: three instances, four cores, 24 GB", async () => {
    const answers = oracleAnswers("10.0.1.20");
    const sections = oracleProxmoxSections();
    const options = { ...answers, computed: () => ({}), preview: true, config: oracleConfig(sections) };
    const { resources } = await synth(program, options);
    const { profile, acceptedRisks } = sections;
    const found = await judged(rules, resources.map(declared), { profile, allowance: "2026-06-15", acceptedRisks });
    expect(found.filter(({ level }) => level === "mandatory").map(({ rule }) => rule)).toEqual(
        expect.arrayContaining([
            "free-tier-a1-ocpus",
            "free-tier-a1-memory",
            "free-tier-a1-instances",
            "free-tier-quota",
        ]),
    );
});
