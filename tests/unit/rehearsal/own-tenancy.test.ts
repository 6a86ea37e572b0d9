/** Somebody's own Oracle stack, rehearsed in the tenancy its file names. */
import { describe, expect, test } from "vitest";
import program from "../../../index";
import { impatient, readStackConfig, rehearsedSecrets } from "../../../operations/stack";
import { InProcessStack } from "../../../rehearsal/engine/in-process";
import type { StackConfig } from "../../../rehearsal/engine/rehearsal";
import { packages } from "../../../rehearsal/providers";
import { siteOf, sites } from "../../../rehearsal/sites";
import type { Site } from "../../../rehearsal/world/site";

/** What a person in London writes in place of ours. */
const mine: readonly (readonly [string, string])[] = [
    ["eu-frankfurt-1", "uk-london-1"],
    ["EU-FRANKFURT-1", "UK-LONDON-1"],
    ["ocid1.tenancy.oc1..aaaaaaaahomelab", "ocid1.tenancy.oc1..aaaaaaaamine"],
    ["ocid1.compartment.oc1..aaaaaaaastrata", "ocid1.compartment.oc1..aaaaaaaamine"],
    ["198.51.100.7/32", "192.0.2.200/32"],
    ["strata-proxmox-9.2", "my-proxmox"],
    ["https://github.com/example/strata", "https://github.com/me/fleet"],
];

function configOfMine(stack: string): StackConfig {
    const text = mine.reduce(
        (all, [ours, theirs]) => all.replaceAll(ours, theirs),
        JSON.stringify(readStackConfig(stack)),
    );
    return JSON.parse(text) as StackConfig;
}

async function upIn(site: Site, config: StackConfig) {
    const options = { program, project: "strata", stack: "mine", site, packages };
    return new InProcessStack({ ...options, config: { ...impatient(config), ...rehearsedSecrets(site) } }).up();
}

describe.each(["oci-free", "oci-free-2026"])("a stack like %s", (stack) => {
    test("comes up in the tenancy, the compartment and from the repository its own file names", async () => {
        const config = configOfMine(stack);
        expect((await upIn(siteOf("mine", config), config)).errors).toEqual([]);
    });

    test("does not in another's", async () => {
        expect((await upIn(siteOf(stack), configOfMine(stack))).errors).not.toEqual([]);
    });

    test("has the drawn site where its file says what is drawn", () => {
        const { git: drawnGit, ...drawn } = sites[stack] as Site;
        const { git, ...site } = siteOf(stack, readStackConfig(stack));
        expect(site).toEqual(drawn);
        expect(git).toEqual(drawnGit);
    });
});
