import { beforeAll, describe, expect, test } from "vitest";
import { stackNames } from "../../../../operations/stack";
import { type FailureReport, failureReport, type PlainResource } from "../../../../policy/report";
import { firstPreview } from "./first-preview";

/** What components say of themselves, taken away: a stranger's program that makes the same resources. */
function withoutFacts(resources: readonly PlainResource[]): PlainResource[] {
    return resources.map(({ props, ...rest }) => {
        const { facts: _, ...others } = props;
        return { ...rest, props: others };
    });
}

const grounds = ["hypervisor-node", "hypervisor-cluster", "machine"];

/** Hosts and machines of a report, or those of them that alone stop something. */
function hardware({ components }: FailureReport, which: "all" | "spof"): string[] {
    return components
        .filter(({ kind, spof }) => grounds.includes(kind) && (which === "all" || spof))
        .map(({ component }) => component);
}

/** How facts name a service that the resources alone name after themselves. */
const names: readonly (readonly [RegExp, string])[] = [
    [/^control-plane\//, "etcd"],
    [/^hypervisor-cluster/, "proxmox-quorum"],
    [/^ceph-mon\//, "ceph-mon"],
    [/^ceph-data\//, "ceph-data"],
    [/^postgresql\//, "postgresql"],
    [/^statefulset\/.*rabbitmq$/, "rabbitmq"],
    [/^bastion\//, "ssh"],
    [/^helm\/cilium\//, "cilium"],
    // Instances by themselves: what they are there for is the cluster on them.
    [/^machines\//, "kubernetes-api"],
];

function inFacts(service: string): string {
    return names.find(([pattern]) => pattern.test(service))?.[1] ?? service;
}

describe.each(stackNames())("the facts of %s", (stack) => {
    let told: FailureReport;
    let raw: FailureReport;

    beforeAll(async () => {
        const resources = await firstPreview(stack);
        [told, raw] = [resources, withoutFacts(resources)].map((each) => failureReport(each, [], "2026-07-01")) as [
            FailureReport,
            FailureReport,
        ];
    });

    test("are all known before anything exists, and contradict nothing", () => {
        expect(told.unknown).toEqual([]);
    });

    test("leave out no host and no machine that the resources alone show", () => {
        expect(hardware(raw, "all").length).toBeGreaterThan(0);
        expect(hardware(told, "all")).toEqual(expect.arrayContaining(hardware(raw, "all")));
    });

    test("hide no host and no machine that the resources alone show to stop something", () => {
        expect(hardware(told, "spof")).toEqual(expect.arrayContaining(hardware(raw, "spof")));
    });

    test("hide no service that the resources alone show to bear no loss", () => {
        const bare = ({ components }: FailureReport) =>
            components.filter(({ kind, spof }) => kind === "service" && spof).map(({ component }) => component);
        expect(bare(told)).toEqual(expect.arrayContaining(bare(raw).map(inFacts)));
    });
});
