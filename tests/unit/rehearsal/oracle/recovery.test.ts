import { describe, expect, it } from "vitest";
import type { Deployment } from "../../../../rehearsal/engine/deployment";
import { Faults, packageWords, parseFault } from "../../../../rehearsal/engine/faults";
import { recover } from "../../../../rehearsal/engine/recovery";
import { Tenant, tokens } from "./tenant";

const urn = `urn:pulumi:oci-free::strata::${tokens.instance}::instance-ampere-1`;

/** A stack whose engine died during a launch. */
function dead(type: string = tokens.instance) {
    const resource = { urn, type, custom: true, inputs: { displayName: "ampere-1" } };
    const deployment = {
        version: 3,
        deployment: { resources: [], pending_operations: [{ resource, type: "creating" }] },
    } as unknown as Deployment; // The rest of a deployment's fields plays no part here.
    const imported: Deployment[] = [];
    return {
        imported,
        cancel: async () => {},
        export: async () => imported.at(-1) ?? deployment,
        import: async (given: Deployment) => {
            imported.push(given);
        },
        refresh: async () => {},
    };
}

describe("an engine that died during a launch", () => {
    it("stops a recovery that cannot know the instance, in one sentence, and leaves the state alone", async () => {
        const stack = dead();
        await expect(recover(stack, () => undefined)).rejects.toThrow(
            /^'instance-ampere-1' was being made .*look for 'ampere-1' .*'pulumi import oci:Core\/instance:Instance instance-ampere-1 OCID'/,
        );
        expect(stack.imported).toEqual([]);
    });

    it("names the form a rule is imported by", async () => {
        await expect(recover(dead("oci:Budget/rule:Rule"), () => undefined)).rejects.toThrow(
            "'pulumi import oci:Budget/rule:Rule instance-ampere-1 budgets/BUDGET_OCID/alertRules/RULE_OCID'",
        );
    });

    it("leaves an instance that is found by its name, and adopted", async () => {
        const tenant = new Tenant();
        const asked = await tenant.launch(await tenant.network());
        expect(tenant.behaviour("instance").findId?.(asked)).toBeUndefined();
        const { id } = await tenant.make("instance", asked);
        expect(tenant.behaviour("instance").findId?.(asked)).toBe(id);
        const stack = dead();
        const { resources } = await recover(stack, () => id);
        expect(resources).toEqual([{ urn, fate: "adopted", id }]);
    });
});

describe("an instance that was looked for", () => {
    it("and is not there is made again, and said to be absent", async () => {
        const { resources, sentences } = await recover(dead(), () => null);
        expect(resources).toEqual([{ urn, fate: "made-again" }]);
        expect(sentences.at(-1)).toBe(
            "'instance-ampere-1' was to be made when the engine died; it is not there and will be made.",
        );
    });
});

describe("a fault", () => {
    it("of a launch says what Oracle says, as often as it is told", () => {
        const tenant = new Tenant();
        const faults = new Faults([parseFault("create:it:2")], () => {}, packageWords([tenant.oci]));
        const asked = { ...tenant.operation("instance"), kind: "create" as const };
        expect(() => faults.begun(asked, {})).toThrow(/^500-InternalError, Out of host capacity\./);
        expect(() => faults.begun(asked, {})).toThrow(/Out of host capacity/);
        expect(() => faults.begun(asked, {})).not.toThrow();
    });

    it("of anything else is a connection that breaks", () => {
        const tenant = new Tenant();
        const faults = new Faults([parseFault("create:it")], () => {}, packageWords([tenant.oci]));
        expect(() => faults.begun({ ...tenant.operation("vcn"), kind: "create" }, {})).toThrow(/connection reset/);
    });
});
