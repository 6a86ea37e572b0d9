/** The `strata` command. */
// Before everything that would not load on an older Node.
import "./node-version";
import { Command, InvalidArgumentError } from "commander";
import type { Rehearsal } from "../rehearsal/engine/rehearsal";
import { destroy, preview, up } from "./deploy";
import { sentenceOf } from "./engine-refusal";
import { addHelpCommand } from "./help-command";
import { interruption, listen, Stopped } from "./interruption";
import { jsonWriter, standardOutput } from "./json-result";
import { type Judgement, judge, today } from "./judgement";
import { deployMinutes, hasPipeline, pipelineOf } from "./pipeline";
import { pipelineText } from "./pipeline-text";
import { showProgress } from "./progress";
import { rehearseProgram, rehearseStack } from "./rehearse-stack";
import { reportOf } from "./report-json";
import { costText, reportText, spofText, timelineText } from "./report-text";
import { readStackConfig, stackNames } from "./stack";
import { addStackCommands } from "./stack-commands";
import { fleetOf } from "./stack-fleet";

interface RehearseOptions {
    readonly all?: boolean;
    readonly program?: string;
    readonly fault: readonly string[];
    readonly seed?: number;
    readonly json?: string;
}

function judgementOf(rehearsal: Rehearsal, program: string | undefined): Judgement | undefined {
    const config = program === undefined ? readStackConfig(rehearsal.stack) : {};
    return rehearsal.deployment === undefined ? undefined : judge(rehearsal.deployment, config, today());
}

async function rehearseAll(stack: string | undefined, options: RehearseOptions): Promise<void> {
    const { program, json, fault: faults, seed } = options;
    if (options.all === true && stack !== undefined) {
        throw new Error(`Expected a stack or --all, got both '${stack}' and --all.`);
    }
    if (options.all === true && program !== undefined) {
        throw new Error("Expected --all or --program DIR, got both: --all is every stack of this project.");
    }
    if (options.all !== true && stack === undefined && program === undefined) {
        throw new Error(`Which stack? Expected one of ${stackNames().join(", ")}, or --all, or --program DIR.`);
    }
    const names = options.all === true ? stackNames() : [stack ?? "dev"];
    for (const name of program === undefined ? names : []) {
        fleetOf(name);
    }
    const writeJson = json === undefined ? undefined : jsonWriter(json);
    const rehearsals = await showProgress(
        names.map((name) => ({
            title: program === undefined ? name : `${program} (${name})`,
            run: (onEvent) => {
                const flags = { faults, onEvent, ...(seed === undefined ? {} : { seed }) };
                return program === undefined ? rehearseStack(name, flags) : rehearseProgram(program, name, flags);
            },
        })),
    );
    const judged = rehearsals.map((rehearsal) => ({ rehearsal, judgement: judgementOf(rehearsal, program) }));
    for (const { rehearsal, judgement } of json === standardOutput ? [] : judged) {
        console.log(reportText(rehearsal, judgement));
    }
    const reports = judged.map(({ rehearsal, judgement }) => reportOf(rehearsal, judgement));
    writeJson?.(options.all === true ? reports : reports[0]);
    if (!rehearsals.every(({ ok }) => ok)) {
        process.exitCode = 1;
    }
}

/** Everything around the deployment, where the stack's platform has such a pipeline. */
function pipelineOfRehearsal({ stack, deployment, ledger, timeline }: Rehearsal): string[] {
    const platform = readStackConfig(stack)["strata:platform"]?.value;
    return deployment === undefined || timeline === undefined || typeof platform !== "string" || !hasPipeline(platform)
        ? []
        : pipelineText(pipelineOf(platform, deployMinutes(deployment, ledger, timeline)));
}

/** Rehearses a stack and answers one question about it. */
async function answer(stack: string, tell: (rehearsal: Rehearsal, judgement: Judgement) => string[]): Promise<void> {
    fleetOf(stack);
    const [rehearsal] = await showProgress([
        { title: stack, run: (onEvent) => rehearseStack(stack, { faults: [], onEvent }) },
    ]);
    const judgement = rehearsal === undefined ? undefined : judgementOf(rehearsal, undefined);
    if (rehearsal === undefined || judgement === undefined || !rehearsal.ok) {
        console.log(rehearsal === undefined ? "" : reportText(rehearsal, judgement));
        throw new Error(`${stack} failed its rehearsal, so there is nothing to answer from.`);
    }
    console.log(tell(rehearsal, judgement).join("\n"));
}

function wholeNumber(text: string): number {
    if (!/^\d+$/.test(text)) {
        throw new InvalidArgumentError("expected a whole number from 0.");
    }
    return Number(text);
}

/** The command with everything it can do. */
export function command(): Command {
    const strata = new Command("strata")
        .description("From a bare hypervisor to running applications, rehearsed before it touches anything.")
        .showHelpAfterError("(--help tells what there is)");
    strata
        .command("rehearse [STACK]")
        .description(
            "deploy a stack in a simulated world by the real engine, with the policy pack, and destroy it again",
        )
        .option("--all", "every stack of this project")
        .option("--program <dir>", "somebody else's Pulumi Node program")
        .option(
            "--fault <spec>",
            "let something fail: create:TYPE_OR_NAME[:once|always], host:NAME, kill-engine:N; repeatable",
            (spec: string, specs: readonly string[]) => [...specs, spec],
            [],
        )
        .option("--seed <n>", "stretch and reorder latencies, swap device names", wholeNumber)
        .option("--json <file>", "write the result for other programs; - is standard output")
        .action(rehearseAll);
    strata
        .command("spof <STACK>")
        .description("what stops when one thing fails")
        .action((stack: string) => answer(stack, (_, judgement) => spofText(stack, judgement)));
    strata
        .command("timeline <STACK>")
        .description("how long a deployment takes, and what makes it so long")
        .action((stack: string) =>
            answer(stack, (rehearsal) => [
                ...(rehearsal.timeline === undefined ? [] : timelineText(rehearsal.timeline)),
                ...pipelineOfRehearsal(rehearsal),
            ]),
        );
    strata
        .command("cost <STACK>")
        .description("what a stack costs a month, and what it uses of the free tier")
        .action((stack: string) => answer(stack, (_, judgement) => costText(judgement)));
    strata
        .command("preview <STACK>")
        .description("what would happen on the real providers")
        .action((stack: string) => preview(stack));
    strata
        .command("up <STACK>")
        .description("deploy on the real providers; previews under the policy pack first")
        .action((stack: string) => up(stack));
    strata
        .command("destroy <STACK>")
        .description("take everything away again on the real providers")
        .option("--unprotect", "take the protection off what stores data first")
        .action((stack: string, { unprotect }: { unprotect?: boolean }) => destroy(stack, unprotect === true));
    addStackCommands(strata);
    addHelpCommand(strata);
    return strata;
}

if (require.main === module) {
    listen();
    command()
        .parseAsync()
        .catch((error: unknown) => {
            const stopped = error instanceof Stopped;
            console.error(stopped ? error.message : `error: ${sentenceOf(error)}`);
            // 130 is what shells say of a program that Ctrl-C ended.
            process.exitCode = interruption.code ?? (stopped ? 130 : 1);
        });
}
