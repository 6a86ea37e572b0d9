/** Services beside Oracle: the chart of Cilium, the mesh, Grafana Cloud, an existing Proxmox VE. */
import { meshOf } from "../../config/oracle-fleet";
import { meshPreparation } from "./mesh-preparation";
import { keep, type Step, secretOf } from "./setup";

/** Where Cilium's charts are (Cilium, installation with Helm). */
const ciliumCharts = "https://helm.cilium.io";

/** Whether something can be fetched: the answer's status, or why there is none. */
export type Fetchable = (url: string) => Promise<number | string>;

const overHttps: Fetchable = async (url) => {
    try {
        return (await fetch(url, { method: "HEAD" })).status;
    } catch (error) {
        const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
        return cause instanceof Error ? cause.message : String(cause);
    }
};

/**
 * The document writes a manifest of Cilium here; the stack installs its chart instead, so what can be prepared is that
 * the pinned version is to be had.
 */
export function ciliumStep(version: string, fetchable: Fetchable = overHttps): Step {
    return {
        name: "Cilium Manifest",
        run: async ({ tell }) => {
            const url = `${ciliumCharts}/cilium-${version}.tgz`;
            const answer = await fetchable(url);
            if (answer !== 200) {
                throw new Error(
                    `The chart of Cilium ${version} cannot be had (${url}: ${answer}): correct strata:cni.version, or the way to the internet.`,
                );
            }
            tell({
                step: "Cilium Manifest",
                outcome: "checked",
                said: `chart ${version} is there; the stack installs it`,
            });
        },
    };
}

/** Credentials of the mesh: an OAuth client, or an API key where somebody set one. */
export const meshStep: Step = {
    name: "Tailscale",
    run: async (setting) => {
        const step = "Tailscale";
        const { values, environment, tell } = setting;
        if (values.has("tailscale:apiKey") || (environment.TAILSCALE_API_KEY ?? "") !== "") {
            tell({ step, outcome: "found", said: "an API key" });
            return;
        }
        const before = setting.fleet.platform === "proxmox" ? undefined : meshPreparation(meshOf(setting.fleet));
        const client = "the stack's OAuth client of the tailnet";
        const asked = await secretOf(
            setting,
            step,
            "tailscale:oauthClientId",
            `Id of ${client}`,
            "TAILSCALE_OAUTH_CLIENT_ID",
            before,
        );
        await secretOf(
            setting,
            step,
            "tailscale:oauthClientSecret",
            `Secret of ${client}`,
            "TAILSCALE_OAUTH_CLIENT_SECRET",
            asked ? undefined : before,
        );
    },
};

/** What `strata validate` asks Grafana Cloud with. */
export const grafanaStep: Step = {
    name: "Grafana Cloud",
    run: async (setting) => {
        const step = "Grafana Cloud";
        const { values, environment, prompter, tell } = setting;
        if (!values.has("grafana:url") && (environment.GRAFANA_URL ?? "") === "") {
            const url = await prompter({
                message: "Address of the Grafana Cloud stack, e.g. https://you.grafana.net",
                check: (text) => /^https:\/\/\S+$/.test(text) || "An https address.",
            });
            await keep(setting, "grafana:url", url, false);
            tell({ step, outcome: "asked", said: `grafana:url ${url}` });
        }
        await secretOf(
            setting,
            step,
            "grafana:auth",
            "Token of a Grafana service account that may read",
            "GRAFANA_AUTH",
        );
    },
};

/** The token of Proxmox VE hosts that are there already. */
export const proxmoxStep: Step = {
    name: "Proxmox VE",
    run: async (setting) => {
        const message = "API token of Proxmox VE, user@realm!name=uuid";
        await secretOf(setting, "Proxmox VE", "proxmoxve:apiToken", message, "PROXMOX_VE_API_TOKEN");
    },
};
