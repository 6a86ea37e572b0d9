/** Section `delivery`: the repository Flux brings the applications from, and which Flux. */
import { z } from "zod";
import type { Mistake } from "./mistake";
import type { TalosConfig } from "./talos";

const version = (fallback: string, of: string) =>
    z
        .string()
        .regex(/^\d+\.\d+\.\d+$/, { error: `a complete version, e.g. ${fallback}` })
        .default(fallback)
        .describe(`Version of ${of}. Default ${fallback}.`);

/** The repository Flux brings the applications from. */
export const deliverySchema = z
    .strictObject({
        repository: z
            .url({ protocol: /^https$/, error: "an https address such as https://github.com/you/strata" })
            .describe("Git repository, over https; public, or none of its secrets would need encrypting."),
        branch: z.string().min(1).default("main").describe("Branch. Default main."),
        path: z
            .string()
            .regex(/^[a-z0-9][a-z0-9./-]*$/, { error: "a folder of the repository such as gitops/oci-free" })
            .describe("Folder of the repository with the stack's Kustomizations."),
        intervalSeconds: z
            .int()
            .min(30)
            .default(60)
            .describe("How often Flux asks for changes, in seconds. Default 60: the document's every minute."),
        fluxVersion: version("2.18.3", "Flux's chart, which is Flux 2.8.5"),
    })
    .describe("The Git repository Flux brings the applications from.");

/** The repository Flux brings the applications from. */
export type DeliveryConfig = z.output<typeof deliverySchema>;

/**
 * The oldest minor of Kubernetes 1 that each minor of the chart installs on; a newer chart asks for no less. Its first job
 * is `flux check --pre` (Flux, cmd/flux/check.go of 2.7 and 2.8), and no value turns it off.
 */
const oldestKubernetesMinors: readonly (readonly [chartMinor: number, kubernetesMinor: number])[] = [
    [18, 33],
    [17, 32],
];

/** Flux installs on the Kubernetes Talos brings. */
export function checkFluxRuns(
    { fluxVersion }: DeliveryConfig,
    { kubernetesVersion }: Pick<TalosConfig, "kubernetesVersion">,
): Mistake[] {
    const minorOf = (version: string) => Number(version.split(".")[1]);
    const [, oldest = 0] = oldestKubernetesMinors.find(([chart]) => minorOf(fluxVersion) >= chart) ?? [];
    return minorOf(kubernetesVersion) >= oldest
        ? []
        : [
              {
                  key: "strata:talos.kubernetesVersion",
                  value: kubernetesVersion,
                  expected: `1.${oldest} or later, which Flux's chart ${fluxVersion} (strata:delivery.fluxVersion) asks for before it installs anything`,
              },
          ];
}
