import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Stopped } from "../../../../operations/interruption";
import { keyboard } from "../../../../operations/setup/prompter";

const answered = vi.hoisted(() => ({ by: async (): Promise<string> => "an answer" }));
vi.mock("@inquirer/input", () => ({ default: () => answered.by() }));

const terminal = process.stdin.isTTY;
beforeEach(() => {
    process.stdin.isTTY = true;
});
afterEach(() => {
    process.stdin.isTTY = terminal;
});

test("Ctrl-C at a question stops, and says that nothing of what was answered is asked again", async () => {
    answered.by = async () => {
        throw Object.assign(new Error("User force closed the prompt with SIGINT"), { name: "ExitPromptError" });
    };
    const stopped = await keyboard({ message: "Address" }).catch((error: unknown) => error);
    expect(stopped).toBeInstanceOf(Stopped);
    expect(stopped).toMatchObject({ message: "Stopped; run it again, it asks only for what is missing." });
});

test("whatever else goes wrong at a question is told as it is", async () => {
    answered.by = async () => {
        throw new Error("the terminal is gone");
    };
    await expect(keyboard({ message: "Address" })).rejects.toThrow("the terminal is gone");
});
