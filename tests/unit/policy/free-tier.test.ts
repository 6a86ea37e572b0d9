import { expect, test } from "vitest";
import { rules } from "../../../policy/rules";
import { a1, guard2021, guard2026, micro, object, reservedIp, volume } from "./oracle";
import { judged, messages } from "./stack";

const mandatory = rules.filter(({ family, level }) => family === "free-tier" && level === "mandatory");

test("the document's stack is free under the document's allowance", async () => {
    const stack = [...guard2021, a1("a", 2, 8), a1("b", 1, 8), a1("c", 1, 8), micro("bastion"), reservedIp("one")];
    expect(await messages(mandatory, stack, { allowance: "2021" })).toEqual([]);
});

test("seven limits of the document are seven violations, each naming its resources", async () => {
    const [quota] = guard2021;
    const stack = [
        ...(quota === undefined ? [] : [quota]),
        a1("a", 2, 7, 50),
        a1("b", 1, 6, 50),
        a1("c", 1, 6, 50),
        a1("d", 1, 6, 50),
        micro("m", 50),
        reservedIp("ip-1"),
        reservedIp("ip-2"),
        reservedIp("ip-3"),
        object("image", 21),
    ];
    const said = await judged(mandatory, stack, { allowance: "2021" });
    expect(said.map(({ rule }) => rule).sort()).toEqual([
        "free-tier-a1-memory",
        "free-tier-a1-ocpus",
        "free-tier-budget",
        "free-tier-instances",
        "free-tier-object-storage",
        "free-tier-reserved-ips",
        "free-tier-storage",
    ]);
    expect(said.find(({ rule }) => rule === "free-tier-a1-ocpus")?.message).toBe(
        "Ampere A1 OCPUs: 5 OCPU used, 4 OCPU free (allowance 2021). Used by a 2, b 1, c 1, d 1.",
    );
});

test("today's allowance holds one machine of two OCPUs and the bastion", async () => {
    expect(await messages(mandatory, [...guard2026, a1("a", 2, 12), micro("m"), volume("v", 100)])).toEqual([]);
});
