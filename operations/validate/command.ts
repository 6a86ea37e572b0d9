/** `strata validate`: a deployed stack's matrix, asked of reality. */
import type { Fleet } from "../../config";
import { allowanceFor } from "../../policy/report";
import { today } from "../judgement";
import { oracleCredentials } from "../oracle/credentials";
import { oracleServices } from "../oracle/services";
import { projectFolder } from "../stack";
import { fleetOf } from "../stack-fleet";
import { type StackValues, stackValues } from "../stack-values";
import { type ClusterAccess, clusterProbes, type ProxmoxAccess } from "./cluster-probes";
import type { GrafanaLimits } from "./findings";
import { grafanaLimits } from "./grafana-budget";
import { oracleProbes } from "./oracle-probes";
import type { Probes } from "./probes";
import { checksOf, type Expected, matrixText, validate } from "./validate";

/** What can be checked of a fleet. */
export function expectedOf(fleet: Fleet, day: string, grafana: GrafanaLimits): Expected {
    switch (fleet.platform) {
        case "proxmox":
            return { hypervisors: Object.keys(fleet.hypervisor.nodes), machines: Object.keys(fleet.machines) };
        case "oracle-proxmox":
            return {
                oracle: { allowance: allowanceFor(fleet.allowance, day, fleet.accountType), grafana },
                hypervisors: Object.keys(fleet.cloud.instances),
                machines: Object.keys(fleet.machines),
            };
        case "oracle-talos":
            return {
                oracle: { allowance: allowanceFor(fleet.allowance, day, fleet.accountType), grafana },
                machines: Object.keys(fleet.cloud.instances),
            };
    }
}

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

function proxmoxAccess(fleet: Fleet, { config, outputs }: StackValues): ProxmoxAccess | undefined {
    if (fleet.platform === "proxmox") {
        const apiToken = config["proxmoxve:apiToken"] ?? process.env.PROXMOX_VE_API_TOKEN;
        const { endpoint, insecure } = fleet.hypervisor;
        return apiToken === undefined ? undefined : { endpoint, insecure, apiToken };
    }
    const endpoint = text(outputs.proxmoxApi);
    const apiToken = text((outputs.credentials as { readonly proxmox?: unknown } | undefined)?.proxmox);
    // The stack's own hosts carry the certificates they made themselves.
    return endpoint === undefined || apiToken === undefined ? undefined : { endpoint, apiToken, insecure: true };
}

/** What the stack's clusters are asked with, from its config, its outputs and the environment. */
export function clusterAccess(fleet: Fleet, values: StackValues): ClusterAccess {
    const url = values.config["grafana:url"] ?? process.env.GRAFANA_URL;
    const token = values.config["grafana:auth"] ?? process.env.GRAFANA_AUTH;
    return {
        proxmox: proxmoxAccess(fleet, values),
        kubeconfig: text(values.outputs.kubeconfig),
        grafana: url === undefined || token === undefined ? undefined : { url, token },
    };
}

const none = () => Promise.reject(new Error("this stack has nothing of Oracle's"));

function realProbes(fleet: Fleet, values: StackValues): Probes {
    const clusters = clusterProbes(clusterAccess(fleet, values));
    if (fleet.platform === "proxmox") {
        return { ...clusters, stored: none, inventory: none, spending: none };
    }
    const { provider } = oracleCredentials(values.config);
    const services = oracleServices({ provider, region: fleet.cloud.region });
    return { ...clusters, ...oracleProbes({ services, tenancyId: fleet.cloud.tenancyId, now: new Date() }) };
}

/** Runs the matrix and prints it; true where the stack is safe. */
export async function validateCommand(stack: string, folder = projectFolder): Promise<boolean> {
    const fleet = fleetOf(stack, folder);
    const values = await stackValues(stack, folder);
    const grafana = fleet.platform === "proxmox" ? { activeSeries: 0, logsGBPerMonth: 0 } : grafanaLimits(folder);
    const matrix = await validate(checksOf(expectedOf(fleet, today(), grafana), realProbes(fleet, values)));
    console.log(matrixText(stack, matrix));
    return matrix.safe;
}

/** Runs the matrix in the rehearsed world and prints it; true where the stack would be safe. */
export async function validateInRehearsal(stack: string, down: readonly string[] = []): Promise<boolean> {
    // The world and its providers are not needed to ask reality.
    const { validateRehearsed } = await import("./rehearsed.js");
    const matrix = await validateRehearsed(stack, { down });
    console.log(matrixText(`${stack}, rehearsed`, matrix));
    return matrix.safe;
}
