/** `strata setup`: phase 0 of a stack. */
import * as os from "node:os";
import type { Fleet } from "../../config";
import { projectFolder } from "../stack";
import { fleetOf } from "../stack-fleet";
import { type Cipher, secretsStep, sshKeyStep } from "./key-steps";
import { type OracleSeam, oracleSteps, repositoryStep } from "./oracle-steps";
import { keyboard } from "./prompter";
import { ciliumStep, type Fetchable, grafanaStep, meshStep, proxmoxStep } from "./service-steps";
import { type Step, setup, type Told } from "./setup";
import { openStackConfig } from "./stack-config";

/** What the steps reach outside of this process. Default: Oracle, the internet and `sops` themselves. */
export interface Outside {
    readonly oracle?: OracleSeam;
    readonly fetchable?: Fetchable;
    readonly cipher?: Cipher;
}

/** The steps of a fleet, in the document's order. */
export function stepsOf(fleet: Fleet, { oracle, fetchable, cipher }: Outside = {}): readonly Step[] {
    return fleet.platform === "proxmox"
        ? [proxmoxStep]
        : [
              ...oracleSteps(fleet.cloud, oracle),
              sshKeyStep,
              ciliumStep(fleet.cni.version, fetchable),
              meshStep,
              repositoryStep,
              secretsStep(fleet.delivery.path, cipher),
              grafanaStep,
          ];
}

/** A step's line. */
export function toldText({ step, outcome, said }: Told): string {
    return `  ${outcome.padEnd(8)} ${step.padEnd(16)} ${said}`;
}

/** What comes after the steps. */
export function preparedText(stack: string, fleet: Fleet): string {
    return fleet.platform === "proxmox"
        ? `${stack} is prepared: rehearse it, then \`strata up ${stack}\`.`
        : `${stack} is prepared: commit and push ${fleet.delivery.path}/secrets, build its images, join this machine to the tailnet (\`tailscale up --accept-routes\`), then \`strata up ${stack}\`; docs/oracle.md has each.`;
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
    console.log(preparedText(stack, fleet));
}
