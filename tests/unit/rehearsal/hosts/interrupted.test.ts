/** Scripts that are cut off anywhere: run again, they go on from there, and nothing is done twice. */
import { describe, expect, test } from "vitest";
import { CutOff } from "../../../../rehearsal/world/hosts/linux-host";
import { type Name, names, stage, steps } from "./stage";

/** More commands than any step has. */
const most = 60;

type World = ReturnType<typeof stage>;

/** Runs a step over and over, cut off one command later each time, until it comes to its end; how often it was cut. */
function runCutOff(world: World, [name, step, variables]: ReturnType<typeof steps>[number], dark: boolean): number {
    for (let commands = 0; commands < most; commands++) {
        const host = world.hosts.named(name);
        host?.cut({ commands, dark });
        try {
            const { code, err } = world.run(name, step, variables);
            host?.cut(undefined);
            expect([name, step, commands, code, err]).toEqual([name, step, commands, 0, ""]);
            return commands;
        } catch (error) {
            if (!(error instanceof CutOff)) {
                throw error;
            }
            world.hosts.outages.end(name);
        }
    }
    throw new Error(`${step} on ${name} comes to no end.`);
}

/** What a cluster is in the end. */
function picture({ hosts, tailnet }: World): unknown {
    const [cluster] = hosts.clusters;
    return {
        hosts: names.map((name) => {
            const host = hosts.named(name);
            return [host?.hostname, [...(host?.files ?? [])].sort(), host?.node, host?.nat];
        }),
        shared: [...(cluster?.files.keys() ?? [])].sort(),
        osds: [...(cluster?.osdNumbers ?? [])].sort(),
        members: cluster?.members.map(({ hostname }) => hostname),
        health: cluster?.health,
        pool: cluster?.pool,
        usableGiB: cluster?.usableGiB,
        containers: [...(cluster?.containers.values() ?? [])],
        vnets: [...(cluster?.vnets.values() ?? [])],
        users: [...(cluster?.users ?? [])],
        tokens: [...(cluster?.tokens.keys() ?? [])],
        devices: [...tailnet.devices.values()].map(({ hostname }) => hostname),
    };
}

describe.each([
    ["the connection breaks", false],
    ["the node loses its power, and comes back", true],
])("where %s", (_, dark) => {
    test("every step goes on where it was cut off, before whichever command that was", () => {
        const whole = stage();
        for (const [name, step, variables] of steps(whole.key().key)) {
            expect(whole.run(name, step, variables).code).toBe(0);
        }
        const world = stage();
        const cuts = steps(world.key().key).map((each) => runCutOff(world, each, dark));
        expect(cuts.reduce((sum, each) => sum + each, 0)).toBeGreaterThan(100);
        expect(picture(world)).toEqual(picture(whole));
    });
});

/** More than the commands of any step have together. */
const middles = [0, 1, 2, 3, 4];

test.each(middles)("every step goes on where it was cut off after %i middles of its commands", (passed) => {
    const whole = stage();
    for (const [name, step, variables] of steps(whole.key().key)) {
        expect(whole.run(name, step, variables).code).toBe(0);
    }
    const world = stage();
    for (const [name, step, variables] of steps(world.key().key)) {
        world.hosts.named(name)?.cut({ commands: "half", middles: passed, dark: true });
        expect(() => world.run(name, step, variables)).toThrow(CutOff);
        world.hosts.outages.end(name);
        const { code, err } = world.run(name, step, variables);
        expect([name, step, code, err]).toEqual([name, step, 0, ""]);
    }
    expect(picture(world)).toEqual(picture(whole));
});

test("a node lost while it joins leaves a cluster of two without quorum, and is joined when it is back", () => {
    const world = stage();
    const all = steps(world.key().key);
    const place = all.findIndex(([, step]) => step === "join-cluster");
    for (const [name, step, variables] of all.slice(0, place)) {
        expect(world.run(name, step, variables).code).toBe(0);
    }
    const [name, step, variables] = all[place] as readonly [Name, "join-cluster", Record<string, string>];
    const host = world.hosts.named(name);
    // It is listed as a member, and has not fetched what it needs to be one.
    for (let commands = 0; world.hosts.clusters[0]?.quorate === true; commands++) {
        world.hosts.outages.end(name);
        host?.cut({ commands, dark: true });
        expect(() => world.run(name, step, variables)).toThrow(CutOff);
    }
    expect(world.hosts.clusters[0]?.members.map(({ hostname }) => hostname)).toEqual(["ampere-1", "ampere-2"]);
    world.hosts.outages.end(name);
    expect(world.run(name, step, variables)).toMatchObject({ code: 0 });
    expect(world.hosts.clusters[0]?.up.map(({ hostname }) => hostname)).toEqual(["ampere-1", "ampere-2"]);
});
