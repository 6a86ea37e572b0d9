import { describe, expect, test } from "vitest";
import { Interruption, Stopped, type Surroundings } from "../../../operations/interruption";

function interrupted(inTerminal = false) {
    const said: string[] = [];
    const ended: number[] = [];
    let ms = 0;
    const surroundings: Surroundings = {
        now: () => ms,
        inTerminal,
        say: (sentence) => said.push(sentence),
        end: (code) => ended.push(code),
    };
    const wait = (more: number): void => {
        ms += more;
    };
    return { interruption: new Interruption(surroundings), said, ended, wait };
}

/** Work that ends when it is told how. */
function engine() {
    let end: (error?: Error) => void = () => {};
    let signal: AbortSignal | undefined;
    const work = (given: AbortSignal) => {
        signal = given;
        return new Promise<void>((resolve, reject) => {
            end = (error) => (error === undefined ? resolve() : reject(error));
        });
    };
    return { work, end: (error?: Error) => end(error), aborted: () => signal?.aborted };
}

test.each([
    ["SIGHUP", 129],
    ["SIGINT", 130],
    ["SIGPIPE", 141],
    ["SIGTERM", 143],
] as const)("%s ends a process that works on nothing real at once, with %i", (ending, code) => {
    const { interruption, said, ended } = interrupted();
    interruption.ask(ending);
    expect([ended, said]).toEqual([[code], []]);
});

describe("while an engine works on something real", () => {
    test("the engine is told to finish, and what its failure means is said in a sentence", async () => {
        const { interruption, said, ended } = interrupted();
        const { work, end, aborted } = engine();
        const working = interruption.whileWorking(work);
        interruption.ask("SIGTERM");
        expect([aborted(), ended, interruption.code]).toEqual([true, [], 143]);
        expect(said).toEqual(["Stopping: what is under way is brought to its end. Once more stops at once."]);
        end(new Error("code: -2"));
        await expect(working).rejects.toThrow(Stopped);
    });

    test("Ctrl-C in a terminal reaches the engine by itself: a second interrupt would make it drop what it began", () => {
        const { interruption } = interrupted(true);
        const { work, aborted } = engine();
        void interruption.whileWorking(work);
        interruption.ask("SIGINT");
        expect(aborted()).toBe(false);
    });

    test("a second time ends everything at once", () => {
        const { interruption, ended, wait } = interrupted();
        void interruption.whileWorking(engine().work);
        interruption.ask("SIGINT");
        wait(1000);
        interruption.ask("SIGTERM");
        expect(ended).toEqual([130]);
    });

    test("what comes at the same moment is the same wish: npm passes Ctrl-C on, and a closed terminal closes its pipes", () => {
        const { interruption, said, ended, wait } = interrupted(true);
        void interruption.whileWorking(engine().work);
        interruption.ask("SIGINT");
        wait(999);
        interruption.ask("SIGINT");
        interruption.ask("SIGPIPE");
        expect([ended, said.length]).toEqual([[], 1]);
    });

    test("nobody is told where nobody reads", () => {
        const { interruption, said } = interrupted();
        void interruption.whileWorking(engine().work);
        interruption.ask("SIGPIPE");
        expect(said).toEqual([]);
    });

    test("nothing more is begun, though what was under way went well", async () => {
        const { interruption } = interrupted();
        const { work, end } = engine();
        const working = interruption.whileWorking(work);
        interruption.ask("SIGTERM");
        end();
        await expect(working).resolves.toBeUndefined();
        await expect(interruption.whileWorking(engine().work)).rejects.toThrow(Stopped);
    });
});

test("work that fails by itself fails in its own words", async () => {
    const { interruption } = interrupted();
    await expect(interruption.whileWorking(() => Promise.reject(new Error("refused")))).rejects.toThrow("refused");
});
