import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { policiesDocument } from "../../../policy/docs";
import { rules } from "../../../policy/rules";

test("docs/policies.md is what the rules say about themselves", () => {
    expect(readFileSync(join(__dirname, "../../../docs/policies.md"), "utf8")).toBe(policiesDocument());
});

test("every rule has its page, with id, why, limit, remedy and options", () => {
    const document = policiesDocument();
    for (const { id, why, limit, fix } of rules) {
        expect(document).toContain(`### ${id}\n`);
        for (const text of [why, limit, fix]) {
            expect(document).toContain(text);
        }
    }
});
