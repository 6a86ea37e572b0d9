import type { EngineEvent } from "@pulumi/pulumi/automation";
import { expect, test } from "vitest";
import { PhaseRecord } from "../../../../rehearsal/engine/phase";
import type { RehearsalEvent } from "../../../../rehearsal/engine/rehearsal";

const urn = (name: string) => `urn:pulumi:s::p::t:i:T::${name}`;

/** A phase that heard some diagnostics, and what it told of them. */
function heard(...said: readonly { readonly severity: string; readonly urn?: string; readonly message: string }[]) {
    const events: RehearsalEvent[] = [];
    const record = new PhaseRecord(
        "up",
        () => 0,
        (event) => events.push(event),
    );
    said.forEach((each, sequence) => {
        // The SDK's types leave out the severity "debug", which it sends all the same.
        const diagnosticEvent = { prefix: "", color: "never", ...each } as EngineEvent["diagnosticEvent"];
        record.take({ sequence, timestamp: 0, ...(diagnosticEvent === undefined ? {} : { diagnosticEvent }) });
    });
    return { kept: record.diagnostics, told: events.length };
}

test("an error the SDK tells for several promises is kept and told once", () => {
    const error = { severity: "error", message: "strata:network is missing, expected a map." };
    expect(heard(error, error, { ...error, message: `${error.message}\n` })).toEqual({ kept: [error], told: 1 });
});

test("the same words about two resources are two errors", () => {
    const [one, other] = ["a", "b"].map((name) => ({ severity: "error", urn: urn(name), message: "refused" }));
    expect(one && other && heard(one, other)).toEqual({ kept: [one, other], told: 2 });
});

test("a warning is kept as often as it comes", () => {
    const warning = { severity: "warning", message: "deprecated" };
    expect(heard(warning, warning).kept).toHaveLength(2);
});

test("what the SDK says for its own debugging is not kept", () => {
    expect(heard({ severity: "debug", message: "a value" }).kept).toEqual([]);
});
