import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as talos from "@pulumiverse/talos";
import { describe, expect, test } from "vitest";
import { projectFolder } from "../../harness/stack-config";
import { named, synth } from "../../harness/synth";
import { declared, type Properties } from "./declared";

const sdk = declared(path.join(projectFolder, "sdks", "talos"));

test("the SDK has the resources and functions Strata uses, under the published tokens", () => {
    expect(sdk.map(({ token }) => token)).toEqual([
        "talos:client/getConfiguration:getConfiguration",
        "talos:cluster/getHealth:getHealth",
        "talos:cluster/kubeconfig:Kubeconfig",
        "talos:imageFactory/schematic:Schematic",
        "talos:machine/bootstrap:Bootstrap",
        "talos:machine/configurationApply:ConfigurationApply",
        "talos:machine/getConfiguration:getConfiguration",
        "talos:machine/secrets:Secrets",
    ]);
});

test("every resource names the plugin it needs, so that the engine can fetch it", async () => {
    const clientConfiguration = { caCertificate: "ca", clientCertificate: "crt", clientKey: "key" };
    const at = { clientConfiguration, node: "10.10.0.140" };
    const graph = await synth(() => {
        new talos.machine.Secrets("secrets", { talosVersion: "v1.10.5" });
        new talos.machine.ConfigurationApply("apply", { ...at, machineConfigurationInput: "machine: {}" });
        new talos.machine.Bootstrap("bootstrap", at);
        new talos.cluster.Kubeconfig("kubeconfig", at);
        new talos.imagefactory.Schematic("schematic", {});
        new talos.Provider("provider");
    });
    const plugins = graph.resources.map(({ name, plugin }) => [name, plugin]);
    const expected = "github://api.github.com/pulumiverse 0.8.1";
    expect(plugins).toEqual(
        ["apply", "bootstrap", "kubeconfig", "provider", "schematic", "secrets"].map((name) => [name, expected]),
    );
    expect(named(graph, "apply").inputs.machineConfigurationInput).toEqual({ secret: "machine: {}" });
});

test("a caller's own options are kept beside the plugin's", async () => {
    const graph = await synth(() => {
        const schematic = new talos.imagefactory.Schematic("schematic", {}, { protect: true });
        pulumi.output(schematic);
    });
    expect(named(graph, "schematic").protect).toBe(true);
});

const schemaFile = path.join(projectFolder, "..", "shared", "schemas", "talos.json");
const none = fs.existsSync(schemaFile) ? undefined : "the provider's schema is not beside this checkout";

/** An object in the provider's schema. */
interface SchemaObject {
    readonly properties?: Readonly<Record<string, SchemaProperty>>;
    readonly required?: readonly string[];
}

interface SchemaProperty {
    readonly $ref?: string;
    readonly secret?: boolean;
}

interface SchemaResource extends SchemaObject {
    readonly inputProperties: Readonly<Record<string, SchemaProperty>>;
    readonly requiredInputs?: readonly string[];
}

interface Schema {
    readonly version: string;
    readonly pluginDownloadURL: string;
    readonly types: Readonly<Record<string, SchemaObject>>;
    readonly resources: Readonly<Record<string, SchemaResource>>;
    readonly functions: Readonly<Record<string, { readonly inputs?: SchemaObject; readonly outputs?: SchemaObject }>>;
}

/**
 * What properties say against a schema object: unknown names, and optional where it says required or the reverse. An
 * input may be required that the schema leaves optional: a program that keeps to less keeps to the published package.
 */
function differences(
    at: "inputs" | "outputs" | `${"inputs" | "outputs"}.${string}`,
    own: Properties,
    schema: Schema,
    object: SchemaObject,
): string[] {
    const required = object.required ?? [];
    const stricter = at.startsWith("inputs");
    const unmet = required.filter((name) => own[name] === undefined).map((name) => `${at}.${name} is required`);
    return Object.entries(own).flatMap(([name, property]) => {
        const known = object.properties?.[name];
        if (known === undefined) {
            return [`${at}.${name} is not in the schema`];
        }
        const agrees = property.optional ? !required.includes(name) : stricter || required.includes(name);
        const wrong = agrees ? [] : [`${at}.${name} has the wrong optionality`];
        const nested = schema.types[known.$ref?.replace("#/types/", "") ?? ""];
        return property.properties === undefined || nested === undefined
            ? wrong
            : [...wrong, ...differences(`${at}.${name}`, property.properties, schema, nested)];
    }, unmet);
}

describe.skipIf(none !== undefined)(`the provider's schema${none === undefined ? "" : ` (skipped: ${none})`}`, () => {
    const schema = none === undefined ? (JSON.parse(fs.readFileSync(schemaFile, "utf8")) as Schema) : undefined;

    test.each(sdk.map((each) => [each.token, each] as const))("agrees with %s", (token, { kind, inputs, outputs }) => {
        if (schema === undefined) {
            throw new Error("the schema was there a moment ago");
        }
        const resource = schema.resources[token];
        const call = schema.functions[token];
        const [into, out] =
            kind === "resource"
                ? [{ properties: resource?.inputProperties ?? {}, required: resource?.requiredInputs ?? [] }, resource]
                : [call?.inputs, call?.outputs];
        expect(differences("inputs", inputs, schema, into ?? {})).toEqual([]);
        // What the SDK leaves out of the outputs is not used here; what it has must be there, and be it always.
        const named = Object.fromEntries(Object.keys(outputs).map((key) => [key, out?.properties?.[key] ?? {}]));
        const required = (out?.required ?? []).filter((key) => key in outputs);
        const own = Object.keys(outputs).filter((key) => out?.properties?.[key] === undefined);
        expect(own, "outputs the schema has not").toEqual([]);
        expect(differences("outputs", outputs, schema, { properties: named, required })).toEqual([]);
    });

    test("names the same plugin", () => {
        const own = JSON.parse(fs.readFileSync(path.join(projectFolder, "sdks", "talos", "package.json"), "utf8"));
        expect([own.pulumi.version, own.pulumi.server]).toEqual([schema?.version, schema?.pluginDownloadURL]);
    });

    test("hides what the SDK hides: every secret output of a resource is secret without the caller's doing", async () => {
        const graph = await synth(() => {
            const at = { clientConfiguration: { caCertificate: "", clientCertificate: "", clientKey: "" }, node: "n" };
            new talos.machine.Secrets("talos:machine/secrets:Secrets", { talosVersion: "v1.10.5" });
            new talos.cluster.Kubeconfig("talos:cluster/kubeconfig:Kubeconfig", at);
            new talos.machine.ConfigurationApply("talos:machine/configurationApply:ConfigurationApply", {
                ...at,
                machineConfigurationInput: "",
            });
        });
        const missed = graph.resources.flatMap(({ type, secretOutputs }) =>
            Object.entries(schema?.resources[type]?.properties ?? {})
                .filter(([key, { secret }]) => secret === true && !key.endsWith("Wo") && !secretOutputs.includes(key))
                .map(([key]) => `${type} ${key}`),
        );
        expect(missed).toEqual([]);
    });
});
