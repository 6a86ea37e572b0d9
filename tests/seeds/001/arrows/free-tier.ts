/** Arrows of what is free: limits, what judges them before anything is deployed, and who is told afterwards. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { expect } from "vitest";
import { parse, stringify } from "yaml";
import { fleetOf } from "../../../../operations/stack-fleet";
import { rules } from "../../../../policy/rules";
import { stackInProcess } from "../../../harness/rehearsed";
import { projectFolder } from "../../../harness/stack-config";
import { a1, behindQuota, guard2021, micro, object, reservedIp } from "../../../unit/policy/oracle";
import { type Declared, judged } from "../../../unit/policy/stack";
import { type Claim, claim, fan } from "./arrow";

const section = "Free Tier Validation Flow";
const mandatory = rules.filter(({ family, level }) => family === "free-tier" && level === "mandatory");

/** The document's stack, which uses every limit up. */
const full: readonly Declared[] = [
    ...guard2021,
    ...behindQuota(a1("a", 2, 8), a1("b", 1, 8), a1("c", 1, 8), micro("bastion")),
    reservedIp("one"),
    reservedIp("two"),
    object("images", 19),
];

/** What exceeds one limit of the document's first column each. */
const over: Readonly<Record<string, readonly Declared[]>> = {
    C: behindQuota(a1("d", 1, 6, 0)),
    S: [{ type: "oci:Core/volume:Volume", name: "volume", inputs: { sizeInGbs: 50 } }],
    N: [reservedIp("three")],
    O: [object("more", 2)],
};

/** Rules that judge what the second column does. */
const validations: Readonly<Record<string, string>> = {
    V1: "free-tier-instances",
    V2: "free-tier-a1-ocpus",
    V3: "free-tier-a1-memory",
    V4: "free-tier-storage",
};

/** Rules that refuse the document's stack with something added, by their names. Its 20 GB of objects are free where nothing can be charged. */
async function refused(added: readonly Declared[]): Promise<string[]> {
    const said = await judged(mandatory, [...full, ...added], { allowance: "2021", accountType: "always-free" });
    return [...new Set(said.filter(({ level }) => level === "mandatory").map(({ rule }) => rule))];
}

const judgedBy = (limit: string, validation: string) => async () => {
    expect(await refused([])).toEqual([]);
    expect(await refused(over[limit] ?? [])).toContain(validations[validation]);
};

/**
 * Reads the file of `oci-free` with its sections changed, which is what building images begins with. The build itself
 * is not called: where a check is broken it would begin.
 */
async function buildWith(change: (cloud: Record<string, Record<string, unknown>>) => void): Promise<void> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "strata-limits-"));
    try {
        const file = "Pulumi.oci-free.yaml";
        const stack = parse(fs.readFileSync(path.join(projectFolder, file), "utf8"));
        change(stack.config["strata:cloud"]);
        fs.writeFileSync(path.join(folder, file), stringify(stack));
        fleetOf("oci-free", folder);
    } finally {
        fs.rmSync(folder, { recursive: true, force: true });
    }
}

const instances = (cloud: Record<string, Record<string, unknown>>) =>
    cloud.instances as Record<string, Record<string, unknown>>;
const first = (cloud: Record<string, Record<string, unknown>>) => instances(cloud)["ampere-1"] ?? {};

/** What makes each validation refuse the config, and the limit the refusal names. */
const mistakes: Readonly<Record<string, readonly [string, Parameters<typeof buildWith>[0]]>> = {
    // A fifth instance has a boot volume of 50 GB, and there is no room for a fifth one.
    V1: [
        "strata:cloud.quota.storageGiB",
        (cloud) => {
            instances(cloud)["ampere-4"] = { ...first(cloud), address: "10.0.1.13" };
        },
    ],
    V2: [
        "strata:cloud.quota.ocpus",
        (cloud) => {
            first(cloud).ocpus = 3;
        },
    ],
    V3: [
        "strata:cloud.quota.memoryGiB",
        (cloud) => {
            first(cloud).memoryGiB = 9;
        },
    ],
    V4: [
        "strata:cloud.quota.storageGiB",
        (cloud) => {
            first(cloud).bootVolumeGiB = 51;
        },
    ],
};

const compute = ["V1", "V2", "V3"];
const own = [...compute.map((validation) => ["C", validation] as const), ["S", "V4"] as const];

/** Arrows that are true of the policy pack, the config or the stack. */
export const freeTierFacts: readonly Claim[] = [
    ...own.map(([limit, validation]) =>
        claim(
            section,
            [`${limit} --> ${validation}`],
            `${validations[validation]} refuses what exceeds limit ${limit}`,
            judgedBy(limit, validation),
        ),
    ),
    ...Object.entries(validations).map(([validation, rule]) =>
        claim(section, [`${validation} --> Plan`], `${rule} is mandatory: the preview fails with it`, async () => {
            const everything = Object.values(over).flat();
            const said = await judged(mandatory, [...full, ...everything], { allowance: "2021" });
            expect(said.filter((each) => each.rule === rule).map(({ level }) => level)).toEqual(["mandatory"]);
        }),
    ),
    ...Object.entries(mistakes).map(([validation, [key, change]]) =>
        claim(section, [`${validation} --> Build`], `no image is built for a stack that exceeds ${key}`, () =>
            expect(buildWith(change)).rejects.toThrow(key),
        ),
    ),
    claim(section, ["Plan --> Budget"], "the preview makes no budget, the `up` after it makes one", async () => {
        const stack = stackInProcess("oci-free");
        const budgets = () => stack.world.ledger.entries.filter(({ name }) => name === "cost-guard-budget");
        await stack.preview();
        expect(budgets()).toEqual([]);
        await stack.up();
        expect(budgets().map(({ kind }) => kind)).toEqual(["create"]);
    }),
    claim(section, ["Build --> Budget"], "budget and quota come after the build, and before any instance", (stack) => {
        const upload = stack.pipeline.steps.find(({ name }) => name === "Upload to OCI");
        expect(stack.pipeline.steps.find(({ name }) => name === "Deploy")?.after).toContain(upload?.name);
        expect(upload?.after).toEqual(expect.arrayContaining(["Base Image", "Proxmox Image"]));
        for (const name of ["ampere-1", "ampere-2", "ampere-3", "bastion"]) {
            expect([...stack.waitsFor(`instance-${name}`)]).toContain("cost-guard-budget");
        }
    }),
    claim(section, ["Budget --> Email"], "the budget's alert goes to the stack's recipients", (stack) => {
        expect(stack.input("cost-guard-any-charge", "budgetId")).toBe(stack.resource("cost-guard-budget").id);
        const { config } = parse(fs.readFileSync(path.join(projectFolder, "Pulumi.oci-free.yaml"), "utf8"));
        const { recipients } = config["strata:cloud"];
        expect(recipients).toHaveLength(1);
        expect(stack.input("cost-guard-any-charge", "recipients")).toBe(recipients.join(","));
    }),
];

const all = fan(Object.keys(over), "-->", Object.keys(validations));

/** Arrows we draw otherwise. */
export const freeTierDeviations: readonly Claim[] = Object.keys(over).map((limit) => {
    const foreign = all.filter(
        (arrow) => arrow.startsWith(limit) && !own.some(([from, to]) => arrow === `${from} --> ${to}`),
    );
    return claim(
        section,
        foreign,
        `a rule judges one limit: what exceeds ${limit} is refused by its own rules, in the same preview, and by no other`,
        async () => {
            const other = foreign.map((arrow) => validations[arrow.split(" ").at(-1) ?? ""]);
            const said = await refused(over[limit] ?? []);
            expect(said.length).toBeGreaterThan(0);
            expect(said.filter((rule) => other.includes(rule))).toEqual([]);
        },
    );
});
