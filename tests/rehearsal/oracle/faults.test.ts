/** What goes wrong on the way to an Oracle stack, under the real engine. */
import { beforeEach, describe, expect, test } from "vitest";
import { nameOf } from "../../../rehearsal/engine/deployment";
import type { Rehearsal } from "../../../rehearsal/engine/rehearsal";
import { needsEngine } from "../../harness/engine";
import { course, isWholeInTheEnd, struck } from "../../harness/struck";
import { inventories } from "../../seeds/001/resources";

const timeout = 300_000;

/** What the engine said of a resource that failed. */
const said = ({ phases }: Rehearsal, name: string): string =>
    phases
        .flatMap(({ diagnostics }) => diagnostics)
        .filter(({ urn, severity }) => urn !== undefined && nameOf(urn) === name && severity === "error")
        .map(({ message }) => message)
        .join("\n");

describe("oci-free without room for an instance, a node lost while it joins, and a repository out of reach", () => {
    needsEngine();
    let done: Promise<Rehearsal> | undefined;
    let rehearsal: Rehearsal;
    beforeEach(async () => {
        done ??= struck("oci-free", [
            "create:instance-ampere-2:5",
            "host:ampere-3@proxmox-cluster-join-cluster-ampere-3",
            "host:github.com",
        ]);
        rehearsal = await done;
    }, timeout);

    test("launches at the sixth try, in the same run, and says each time that it tries again", () => {
        const launches = rehearsal.ledger.filter(({ kind, name }) => kind === "create" && name === "instance-ampere-2");
        expect(launches.map(({ failure }) => failure?.includes("Out of host capacity") ?? false)).toEqual([
            ...Array<boolean>(5).fill(true),
            false,
        ]);
        const [up] = rehearsal.phases.filter(({ name }) => name === "up");
        const told = up?.diagnostics.map(({ message }) => message).join("\n");
        expect(told).toContain("instance-ampere-2: Oracle has no room, trying again in 0 s (5 of 20)");
        expect(said(rehearsal, "instance-ampere-2")).not.toContain("Out of host capacity");
    });

    test("fails twice, by the node and by the repository, and goes on from there", () => {
        expect(course(rehearsal)).toEqual(["preview", "up*", "up*", "up", "up-again", "refresh", "destroy"]);
        expect(said(rehearsal, "proxmox-cluster-join-cluster-ampere-3")).toContain(
            "wait: remote command exited without exit status or exit signal",
        );
        expect(said(rehearsal, "flux-system-source")).toContain("dial tcp: lookup github.com: no such host");
    });

    test("ends in the stack all the same", () =>
        isWholeInTheEnd(rehearsal, inventories["oci-free"], ["flux-system-source"]));
});

/** An id as the provider has it: an OCID, or the place of a bucket, an object or a shape's compatibility. */
const oracleId = /^(ocid1\.|n\/[^/]+\/b\/|c\/ocid1\.)/;

describe("oci-free-2026 whose engine is killed while it makes its keys and its instances, and whose upload is cut", () => {
    needsEngine();
    let done: Promise<Rehearsal> | undefined;
    let rehearsal: Rehearsal;
    beforeEach(async () => {
        done ??= struck("oci-free-2026", ["kill-engine:5", "create:instance-image-archive:once", "kill-engine:27"]);
        rehearsal = await done;
    }, timeout);

    test("is recovered after each kill, by the names Oracle's own things have", () => {
        expect(course(rehearsal).filter((phase) => phase === "recover")).toHaveLength(2);
        const fates = rehearsal.recoveries.flatMap(({ resources }) => resources);
        const adopted = fates.filter(({ fate, urn }) => fate === "adopted" && urn.includes("$oci:"));
        expect(adopted.length).toBeGreaterThan(0);
        expect(adopted.map(({ id }) => id)).toEqual(adopted.map(() => expect.stringMatching(oracleId)));
    });

    test("says in the provider's words what was cut, and which upload its owner aborts before the next up", () => {
        expect(said(rehearsal, "instance-image-archive")).toContain("failed to upload object parts of");
        const notes = rehearsal.phases.flatMap((phase) => phase.notes);
        expect(notes.filter((note) => note.includes("was cut; what Oracle kept of it is given up"))).toHaveLength(1);
    });

    test("ends in the stack all the same", () => isWholeInTheEnd(rehearsal, inventories["oci-free-2026"]));
});
