import { expect, test } from "vitest";
import { projectFolder, projectName, readStackConfig, rehearsedSecrets } from "../../operations/stack";
import { rehearse } from "../../rehearsal/engine/rehearse";
import { siteOf } from "../../rehearsal/sites";

test("the ordinary pulumi command runs index.ts as it is: type-checked and loaded by Pulumi's own runner", async () => {
    const site = siteOf("homelab");
    const rehearsal = await rehearse({
        program: { directory: projectFolder },
        project: projectName,
        stack: "homelab",
        config: { ...readStackConfig("homelab"), ...rehearsedSecrets(site) },
        site,
    });
    expect(
        rehearsal.phases.flatMap(({ diagnostics }) => diagnostics.filter(({ severity }) => severity === "error")),
    ).toEqual([]);
    expect(rehearsal.phases.map(({ name, ok }) => `${name} ${ok}`)).toEqual([
        "preview true",
        "up true",
        "up-again true",
        "refresh true",
        "destroy true",
    ]);
    expect(rehearsal.remains).toEqual([]);
});
