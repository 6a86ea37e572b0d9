/** Volume backups: those that are declared, and those that a schedule keeps. */

import type { Graph, Resource } from "../graph";
import { UNKNOWN } from "../graph";
import { asNumber, asRecord, read } from "../reading";
import type { Entry } from "./meters";

const backups: readonly string[] = ["oci:Core/volumeBackup:VolumeBackup", "oci:Core/bootVolumeBackup:BootVolumeBackup"];

const POLICY = "oci:Core/volumeBackupPolicy:VolumeBackupPolicy";
const ASSIGNMENT = "oci:Core/volumeBackupPolicyAssignment:VolumeBackupPolicyAssignment";

const HOUR = 3600;
/** Seconds between two backups of a schedule. Source: Oracle, VolumeBackupSchedule.period. */
const periods: Readonly<Record<string, number>> = {
    ONE_HOUR: HOUR,
    ONE_DAY: 24 * HOUR,
    ONE_WEEK: 7 * 24 * HOUR,
    ONE_MONTH: 30 * 24 * HOUR,
    ONE_YEAR: 365 * 24 * HOUR,
};

/** Backups of the stack: each declared one, and for each assigned policy as many as its schedules keep at a time. */
export function backupsOf(graph: Graph): Entry[] {
    return graph.resources.flatMap((resource): Entry[] => {
        if (backups.includes(resource.type)) {
            return [{ resource, amount: 1 }];
        }
        return resource.type === ASSIGNMENT ? [kept(graph, resource)] : [];
    });
}

function kept(graph: Graph, assignment: Resource): Entry {
    const policy = [...(assignment.propertyDependencies.policyId ?? []), ...assignment.dependencies]
        .map((urn) => graph.byUrn.get(urn))
        .find((candidate) => candidate?.type === POLICY);
    if (policy === undefined) {
        return { resource: assignment, path: "policyId" };
    }
    const schedules = read(policy, "schedules");
    if (schedules.state === "unknown") {
        return { resource: policy, path: "schedules" };
    }
    let amount = 0;
    for (const schedule of schedules.state === "known" && Array.isArray(schedules.value) ? schedules.value : []) {
        const fields = asRecord(schedule);
        const period = fields?.period;
        const retention = fields?.retentionSeconds;
        if (schedule === UNKNOWN || period === UNKNOWN || retention === UNKNOWN) {
            return { resource: policy, path: "schedules" };
        }
        amount += Math.ceil((asNumber(retention) ?? 0) / (periods[String(period)] ?? HOUR));
    }
    return { resource: assignment, amount };
}
