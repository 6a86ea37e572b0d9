import { expect, test } from "vitest";
import { leaksIn, worthLookingFor } from "../../../../rehearsal/engine/leaks";

test("a secret in plain text is told by its place, without itself", () => {
    const places = new Map([
        ["state.json", '{"password":"Correct-Horse-1"}'],
        ["log", "nothing here"],
    ]);
    expect(leaksIn(places, ["Correct-Horse-1"])).toEqual(["state.json shows a secret of 15 characters in plain text"]);
});

test("a secret of several lines is found inside JSON, and inside JSON inside JSON", () => {
    const key = "-----BEGIN KEY-----\nabc\n-----END KEY-----\n";
    const places = new Map([
        ["once", JSON.stringify({ key })],
        ["twice", JSON.stringify({ data: JSON.stringify({ key }) })],
    ]);
    expect(leaksIn(places, [key])).toHaveLength(2);
});

test("names, addresses and short texts are not looked for: they stand in plain sight anyway", () => {
    expect(
        worthLookingFor([
            "postgres",
            "10.10.0.140",
            "https://10.10.0.140:6443",
            "Ab1",
            "blockchain-db",
            "hunter2-Hunter2",
        ]),
    ).toEqual(["hunter2-Hunter2"]);
});
