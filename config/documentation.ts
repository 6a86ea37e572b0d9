/** The config's documentation, made from its schemas: a page for people, a JSON schema for editors. */
import { z } from "zod";
import { sections } from ".";

/** The part of a JSON schema that is read here. */
interface Schema {
    readonly type?: string;
    readonly description?: string;
    readonly default?: unknown;
    readonly enum?: readonly unknown[];
    readonly const?: unknown;
    readonly minimum?: number;
    readonly maximum?: number;
    readonly properties?: Readonly<Record<string, Schema>>;
    readonly required?: readonly string[];
    readonly additionalProperties?: Schema | boolean;
    readonly items?: Schema;
}

function jsonSchema(schema: z.ZodType): Schema {
    const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input" });
    return rest as Schema;
}

/** JSON schema of a stack's file, for editors: only the keys of this program are described, others may stand beside. */
export function stackJsonSchema(): Record<string, unknown> {
    const own = Object.entries(sections).map(([section, schema]) => [`strata:${section}`, jsonSchema(schema)]);
    return {
        $schema: "https://json-schema.org/draft/2020-12/schema",
        title: "A stack of Strata",
        type: "object",
        properties: {
            config: {
                type: "object",
                properties: Object.fromEntries(own),
                patternProperties: { "^(?!strata:)": {} },
                additionalProperties: false,
            },
        },
    };
}

function kind(schema: Schema): string {
    if (schema.const !== undefined) {
        return `\`${String(schema.const)}\``;
    }
    if (schema.enum !== undefined) {
        return schema.enum.map((value) => `\`${String(value)}\``).join(" or ");
    }
    const range = [
        ...(schema.minimum === undefined ? [] : [`from ${schema.minimum}`]),
        ...(schema.maximum === undefined || schema.maximum === Number.MAX_SAFE_INTEGER ? [] : [`to ${schema.maximum}`]),
    ];
    return [schema.type ?? "any", ...range].join(" ");
}

/** One row a key, nested keys after their parent. */
function rows(key: string, schema: Schema, required: boolean): string[] {
    const fallback =
        schema.default === undefined ? (required ? "required" : "none") : `\`${JSON.stringify(schema.default)}\``;
    const own = `| \`${key}\` | ${kind(schema)} | ${fallback} | ${(schema.description ?? "").replaceAll("|", "\\|")} |`;
    const nested = Object.entries(schema.properties ?? {}).flatMap(([name, each]) =>
        rows(`${key}.${name}`, each, schema.required?.includes(name) ?? false),
    );
    const { additionalProperties, items } = schema;
    const named = typeof additionalProperties === "object" ? rows(`${key}.NAME`, additionalProperties, true) : [];
    const listed = items?.properties === undefined ? [] : rows(`${key}[]`, items, true);
    return [own, ...nested, ...named.slice(1), ...listed.slice(1)];
}

/** The page `docs/configuration.md`. */
export function configurationMarkdown(): string {
    const pages = Object.entries(sections).map(([section, schema]) => {
        const described = jsonSchema(schema);
        const optional = schema.safeParse(undefined).success;
        return [
            `## ${section}`,
            "",
            described.description ?? "",
            "",
            "| key | type | default | meaning |",
            "| --- | --- | --- | --- |",
            ...rows(`strata:${section}`, described, !optional),
            "",
        ].join("\n");
    });
    return [
        "# Configuration",
        "",
        "What `Pulumi.<stack>.yaml` may say. Generated from the schemas in `config/`; `npm run docs` writes it anew.",
        "",
        ...pages,
    ].join("\n");
}
