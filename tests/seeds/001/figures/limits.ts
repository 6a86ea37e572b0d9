/** Figures of what is free: limits, quotas, the bill. */
import * as fs from "node:fs";
import * as path from "node:path";
import { expect } from "vitest";
import { oversize } from "../../../../images/sizes";
import { imagesFinding } from "../../../../operations/validate/findings";
import { projectFolder } from "../../../harness/stack-config";
import type { Built } from "../built";
import { type Figure, limit, objects, one, reserved } from "./figure";

const validation = "Free Tier Validation";
const free = (stack: Built): void => expect(stack.cost().monthlyUsd).toBe(0);

/** Every limit. */
export const limitFigures: readonly Figure[] = [
    one("Phase 1", ["Base Image", "Debian 12"], "the base image's recipe is for Debian 12, bookworm", () => {
        const recipe = fs.readFileSync(path.join(projectFolder, "images/recipe/debian-base.sh"), "utf8");
        expect(recipe).toMatch(/^\s+bookworm "/m);
    }),
    one(validation, ["4 OCPU", "24GB"], "4 OCPUs and 24 GB are free", (stack) => {
        limit("a1-ocpus", 4, 4)(stack);
        limit("a1-memory", 24, 24)(stack);
    }),
    one(validation, ["Storage", "200GB"], "200 GB are free", limit("storage", 200, 200)),
    one(validation, ["2 Reserved IPs"], "two reserved addresses are free", reserved),
    one(validation, ["Objects", "20GB"], "20 GB of objects are free", objects),
    one(validation, ["count ≤ 4"], "there are at most four instances", (stack) => {
        expect(stack.resources.filter(({ type }) => type === "oci:Core/instance:Instance")).toHaveLength(4);
        limit("instances", 4, 4)(stack);
    }),
    one(validation, ["ocpus ≤ 4"], "the quota has 4 OCPUs", (stack) => {
        const statements = stack.input("cost-guard-quota", "statements");
        expect(statements).toContain(
            "set compute-core quota standard-a1-core-count to 4 in tenancy where request.region = 'eu-frankfurt-1'",
        );
    }),
    one(validation, ["ram ≤ 24GB"], "the quota has 24 GB", (stack) => {
        const statements = stack.input("cost-guard-quota", "statements");
        expect(statements).toContain(
            "set compute-memory quota standard-a1-memory-count to 24 in tenancy where request.region = 'eu-frankfurt-1'",
        );
    }),
    one(validation, ["storage ≤ 200GB"], "the quota has 200 GB", (stack) => {
        const statements = stack.input("cost-guard-quota", "statements");
        // Oracle counts storage in each availability domain, so the document's sum is spread over them.
        const gigabytes = String(statements).matchAll(/set block-storage quota total-storage-gb to (\d+) in tenancy/g);
        expect([...gigabytes].reduce((sum, [, gib]) => sum + Number(gib), 0)).toBe(200);
        expect(statements).toContain("zero block-storage quota total-storage-gb in tenancy");
    }),
    {
        sections: [validation, "Phase 1"],
        mentions: ["< 20GB"],
        says: "images that are built fit below 20 GB",
        holds: () => {
            const weigh = (bytes: number) => oversize([{ name: "image", bytes }], 20);
            expect([weigh(20e9 - 1), weigh(20e9)]).toEqual([undefined, expect.stringContaining("20.00 GB")]);
        },
    },
    one("Validation Matrix", ["<20GB"], "images that are stored fit below 20 GB", () => {
        const judged = (bytes: number) => imagesFinding([{ name: "image", bytes }], { objectStorageGb: 20 }).ok;
        expect([judged(20e9 - 1), judged(20e9)]).toEqual([true, false]);
    }),
    { sections: [validation, "Validation Matrix"], mentions: ["$0.00"], says: "the bill is $0.00", holds: free },
];
