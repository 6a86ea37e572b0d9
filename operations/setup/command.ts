/** `strata setup`: phase 0 of a stack. */
import * as os from "node:os";
import type { Fleet } from "../../config";
import { projectFolder } from "../stack";
import { fleetOf } from "../stack-fleet";
import { secretsStep, sshKeyStep } from "./key-steps";
import { oracleSteps, repositoryStep } from "./oracle-steps";
import { keyboard } from "./prompter";
import { ciliumStep, grafanaStep, meshStep, proxmoxStep } from "./service-steps";
import { type Step, setup, type Told } from "./setup";
import { openStackConfig } from "./stack-config";

/** The steps of a fleet, in the document's order. */
export function stepsOf(fleet: Fleet): readonly Step[] {
    return fleet.platform === "proxmox"
        ? [proxmoxStep]
        : [
              ...oracleSteps(fleet.cloud),
              sshKeyStep,
              ciliumStep(fleet.cni.version),
              meshStep,
              repositoryStep,
              secretsStep(fleet.delivery.path),
              grafanaStep,
          ];
}

/** A step's line. */
export function toldText({ step, outcome, said }: Told): string {
    return `  ${outcome.padEnd(8)} ${step.padEnd(16)} ${said}`;
}

/** Prepares a stack at the keyboard. */
export async function setupCommand(stack: string, folder = projectFolder): Promise<void> {
    const fleet = fleetOf(stack, folder);
    const { env: environment } = process;
    const config = await openStackConfig({ stack, folder, environment, prompter: keyboard });
    console.log(`${stack}:`);
    await setup(
        {
            stack,
            folder,
            home: os.homedir(),
            environment,
            fleet,
            prompter: keyboard,
            config,
            values: new Map(Object.entries(await config.read())),
            tell: (told) => console.log(toldText(told)),
        },
        stepsOf(fleet),
    );
    console.log(`${stack} is prepared: rehearse it, build its images if it has any, then \`strata up ${stack}\`.`);
}
