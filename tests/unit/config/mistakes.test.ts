import { describe, expect, test } from "vitest";
import { platforms } from "../../../config";
import { type Change, mistakesOf as mistakes } from "../../harness/stack-mistakes";

test.each<[string, string, readonly Change[], readonly string[]]>([
    [
        "a wrong value",
        "homelab",
        [["machines/c0/cpuCores", "four"]],
        ['strata:machines.c0.cpuCores is "four", expected a number.'],
    ],
    [
        "a missing value",
        "homelab",
        [["machines/c0/vmId", undefined]],
        ["strata:machines.c0.vmId is missing, expected a number."],
    ],
    [
        "an unknown key",
        "homelab",
        [["machines/c0/cores", 4]],
        ["strata:machines.c0.cores is no key of this section: see docs/configuration.md for those there are."],
    ],
    [
        "an unknown key at the top of a section",
        "homelab",
        [["talos/clustername", "x"]],
        ["strata:talos.clustername is no key of this section: see docs/configuration.md for those there are."],
    ],
    [
        "an unknown section",
        "homelab",
        [["macines", {}]],
        [`strata:macines is no section: there are ${Object.keys(platforms.proxmox.sections).join(", ")}.`],
    ],
    ["a section that is missing", "homelab", [["cni", undefined]], ["strata:cni is missing, expected a map."]],
    [
        "a machine name that is no host name",
        "homelab",
        [["machines/Worker_2", { role: "worker", host: "pve", address: "10.10.0.152", vmId: 152 }]],
        ['strata:machines.Worker_2 is "Worker_2", expected a host name: lower-case letters, digits and dashes.'],
    ],
    ["an unknown profile", "homelab", [["profile", "cheap"]], ['strata:profile is "cheap", expected one of free, ha.']],
    [
        "a risk without an end",
        "homelab",
        [["acceptedRisks", [{ component: "machine/c0", reason: "r", owner: "o", until: "never" }]]],
        ['strata:acceptedRisks.0.until is "never", expected a date such as 2027-06-30.'],
    ],
])("%s is one sentence naming key, value and expectation", (_, stack, changes, expected) => {
    expect(mistakes(stack, changes)).toEqual(expected);
});

test("a secret under a mistyped key or section is not shown", () => {
    const token = "root@pam!me=99999999-9999-4999-8999-999999999999";
    const found = mistakes("homelab", [
        ["hypervisor/apiToken", token],
        ["apiToken", token],
    ]);
    expect(found.map((each) => each.split(" ")[0])).toEqual(["strata:apiToken", "strata:hypervisor.apiToken"]);
    expect(found.join("\n")).not.toContain("99999999");
});

describe("mistakes in one section", () => {
    test("do not hide those of another", () => {
        const found = mistakes("homelab", [
            ["machines/c0/cpuCores", 1],
            ["talos/kubernetesVersion", "1.34.0"],
            ["storage/size", 3],
        ]);
        expect(found.map((each) => each.split(" ")[0])).toEqual([
            "strata:machines.c0.cpuCores",
            "strata:talos.kubernetesVersion",
            "strata:storage.size",
        ]);
    });

    test("leave promises to sections that are malformed unjudged, and judge the others", () => {
        const found = mistakes("homelab", [
            ["hypervisor/nodes", {}],
            ["network/gateway", "10.11.0.1"],
        ]);
        expect(found.map((each) => each.split(" ")[0])).toEqual(["strata:hypervisor.nodes", "strata:network.gateway"]);
    });
});
