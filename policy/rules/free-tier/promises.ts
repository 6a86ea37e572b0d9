/** What a free stack can and cannot promise: rules about the claim itself. */

import { machinesOf } from "../../free-tier/compute";
import { prices } from "../../free-tier/prices";
import { A1_SHAPE } from "../../free-tier/shapes";
import { costInForce } from "../../free-tier/superseded";
import { known } from "../../reading";
import type { StackRule } from "../../rule";
import { hasOracle } from "./scope";

/** Members a quorum needs to survive one of them, each on a machine of its own. */
const QUORUM_MEMBERS = 3;

/** A stack does not claim what excludes itself. */
export const freeOrHa: StackRule = {
    id: "free-tier-or-ha",
    title: "Free or highly available, not both",
    family: "free-tier",
    level: "mandatory",
    severity: "high",
    scope: "stack",
    why: "A quorum that survives the loss of a machine has three members on three machines, and an A1 machine has at least one OCPU: the allowance has to hold three.",
    limit: "`strata:profile` claims both only under an allowance with at least 3 A1 OCPUs and 3 A1 instances (2021: 4; 2026-06-15: 2 OCPUs on one or two instances).",
    fix: "Declare `strata:profile` as free or as ha.",
    onUnknown: "fail",
    judge: (_, { profiles, allowance }) => {
        const machines = Math.min(allowance.a1Ocpus, allowance.a1Instances ?? allowance.a1Ocpus);
        return profiles.includes("free") && profiles.includes("ha") && machines < QUORUM_MEMBERS
            ? [
                  {
                      message: `strata:profile claims free and ha: a quorum needs ${QUORUM_MEMBERS} machines of at least one OCPU each, and allowance ${allowance.name} has ${allowance.a1Ocpus} OCPUs on at most ${machines} machines; declare one of the two.`,
                  },
              ]
            : [];
    },
};

/** Idle machines are taken back. */
export const idleReclamation: StackRule = {
    id: "free-tier-idle-reclamation",
    title: "Idle machines are taken back",
    family: "free-tier",
    level: "advisory",
    severity: "low",
    scope: "stack",
    why: "Oracle stops Always Free A1 machines that it finds idle; a stack that merely waits loses them.",
    limit: "Seven days with CPU (95th percentile), network and memory all under 20 % (Oracle, Always Free Resources, Reclamation of Idle Compute Instances).",
    fix: "Give the machine real work, or upgrade to a pay-as-you-go account, whose machines are not reclaimed, and declare `strata:accountType: payg`.",
    onUnknown: "ignore",
    judge: (graph, settings) => {
        if (!hasOracle(graph, settings) || settings.accountType !== "always-free") {
            return [];
        }
        const names = machinesOf(graph).flatMap((group) =>
            known(group.shape) === A1_SHAPE ? [group.resource.name] : [],
        );
        return names.length === 0
            ? []
            : [{ message: `${names.join(", ")}: may be taken back after seven idle days (account type always-free).` }];
    },
};

/** A stack under yesterday's allowance says what it costs today. */
export const supersededAllowance: StackRule = {
    id: "free-tier-superseded-allowance",
    title: "A superseded allowance has a price",
    family: "free-tier",
    level: "advisory",
    severity: "medium",
    scope: "stack",
    why: "A stack that is judged by an allowance which is no longer in force is free on paper only.",
    limit: `The allowance in force on the day; prices of ${prices.date} (${prices.source}).`,
    fix: "Shrink the stack to the allowance in force, or accept the bill.",
    onUnknown: "ignore",
    judge: (graph, settings) => {
        const inForce = costInForce(graph, settings.allowance, settings.today);
        if (!hasOracle(graph, settings) || inForce === undefined) {
            return [];
        }
        const { name, since } = inForce.allowance;
        const { monthlyUsd, lines, unpriced } = inForce.cost;
        const detail = lines.map((line) => `${line.item} $${line.monthlyUsd.toFixed(2)}`).join(", ");
        return [
            {
                message: `judged by allowance ${settings.allowance.name}; under ${name}, in force since ${since}, the stack costs $${monthlyUsd.toFixed(2)} a month${detail === "" ? "" : ` (${detail})`}${unpriced.length === 0 ? "" : ` and what is not priced: ${unpriced.join(" ")}`}.`,
            },
        ];
    },
};

/** Proxmox on A1 runs its machines under emulation. */
export const nestedVirtualisation: StackRule = {
    id: "free-tier-nested-virtualisation",
    title: "A1 machines offer no nested virtualisation",
    family: "free-tier",
    level: "advisory",
    severity: "medium",
    scope: "stack",
    why: "The cores of A1 are Armv8.2, which has no nested virtualisation: there is no /dev/kvm, and virtual machines run under emulation, many times slower.",
    limit: "No Proxmox VE virtual machines on VM.Standard.A1.Flex (Arm architecture: nested virtualisation from Armv8.3; Proxmox VE is official on arm64 since 9.2, 2026-08).",
    fix: "Run Talos on the instances themselves, or accept the speed of emulation.",
    onUnknown: "ignore",
    judge: (graph, settings) => {
        const onA1 = machinesOf(graph).some((group) => known(group.shape) === A1_SHAPE);
        const machines = graph.resources.filter((resource) => /^proxmoxve:.*[vV]m(Legacy)?$/.test(resource.type));
        return onA1 && machines.length > 0 && hasOracle(graph, settings)
            ? [
                  {
                      message: `${machines.map(({ name }) => name).join(", ")}: virtual machines on ${A1_SHAPE} run under emulation; A1 has no nested virtualisation.`,
                  },
              ]
            : [];
    },
};
