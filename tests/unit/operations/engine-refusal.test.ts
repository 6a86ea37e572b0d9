import { expect, test } from "vitest";
import { refusal } from "../../../operations/engine-refusal";

/** As the Automation API passes a refusal on: its own words around the engine's, the engine's twice. */
const passedOn = (command: string, said: string) =>
    `code: -2\n stdout: \n stderr: Command failed with exit code 255: pulumi ${command} --non-interactive\n${said}\n err?: Error: Command failed with exit code 255: pulumi ${command} --non-interactive\n${said}\n`;

test.each([
    [
        "error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions",
        "The engine has nowhere to keep state: run `npm run strata -- pulumi login --local`, or the same with the backend of your choice.",
    ],
    [
        "error: could not create secrets manager for new stack: passphrase must be set with PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE environment variables",
        "The engine encrypts a stack's secrets with a passphrase: set PULUMI_CONFIG_PASSPHRASE to it, for a new stack to one you will keep, and run this again.",
    ],
    [
        "error: incorrect passphrase",
        "The passphrase is not the one this stack's secrets are encrypted with: set PULUMI_CONFIG_PASSPHRASE to that one and run this again.",
    ],
    [
        "warning: something else\nerror: open /project/Pulumi.mine.yaml: permission denied",
        "The engine says: open /project/Pulumi.mine.yaml: permission denied.",
    ],
    ["'pulumi state' failed: error: no such thing", "The engine says: no such thing."],
    ["signal: killed", "The engine says: signal: killed."],
])("what the engine says is one sentence: %s", (said, sentence) => {
    expect(refusal(said)).toBe(sentence);
    expect(refusal(passedOn("stack select --stack mine", said))).toBe(sentence);
});

test("an engine that says nothing is said to say nothing", () => {
    expect(refusal(" \n")).toBe("The engine failed and said nothing.");
});
