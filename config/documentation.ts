/** The config's documentation, made from its schemas: a page for people, a JSON schema for editors. */
import { z } from "zod";
import { platforms } from ".";
import { secretMeanings } from "./secrets";

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
    readonly anyOf?: readonly Schema[];
}

/** A section as some platforms have it. */
interface Described {
    readonly section: string;
    readonly schema: z.ZodType;
    readonly platforms: readonly string[];
}

/** Every section in each of its forms, with the platforms that have it so; sections that name a platform are one each. */
function sections(): readonly Described[] {
    const all: Described[] = [];
    for (const [platform, { sections }] of Object.entries(platforms)) {
        for (const [section, schema] of Object.entries<z.ZodType>(sections)) {
            const known = all.findIndex((each) => each.section === section && each.schema === schema);
            const found = all[known];
            if (found === undefined) {
                all.push({ section, schema, platforms: [platform] });
            } else {
                all[known] = { ...found, platforms: [...found.platforms, platform] };
            }
        }
    }
    // Forms of one section stand together, in the order the sections first appear.
    const order = [...new Set(all.map(({ section }) => section))];
    return order.flatMap((section) => all.filter((each) => each.section === section));
}

function jsonSchema(schema: z.ZodType): Schema {
    const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input" });
    return rest as Schema;
}

/** JSON schema of a stack's file, for editors: only the keys of this program are described, others may stand beside. */
export function stackJsonSchema(): Record<string, unknown> {
    const described = sections();
    const own = [...new Set(described.map(({ section }) => section))].map((section) => {
        const forms = described.filter((each) => each.section === section).map(({ schema }) => jsonSchema(schema));
        return [`strata:${section}`, forms.length === 1 ? forms[0] : { anyOf: forms }];
    });
    const secret = Object.entries(secretMeanings).map(([name, description]) => [`strata:${name}`, { description }]);
    return {
        $schema: "https://json-schema.org/draft/2020-12/schema",
        title: "A stack of Strata",
        type: "object",
        properties: {
            config: {
                type: "object",
                properties: Object.fromEntries([...own, ...secret]),
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
    const forms = (schema.anyOf ?? []).flatMap((form) => rows(key, form, true).slice(1));
    const named = typeof additionalProperties === "object" ? rows(`${key}.NAME`, additionalProperties, true) : [];
    const listed = items?.properties === undefined ? [] : rows(`${key}[]`, items, true);
    return [own, ...nested, ...forms, ...named.slice(1), ...listed.slice(1)];
}

/** The page `docs/configuration.md`. */
export function configurationMarkdown(): string {
    const names = Object.keys(platforms);
    const pages = sections().map(({ section, schema, platforms: on }) => {
        const described = jsonSchema(schema);
        const optional = schema.safeParse(undefined).success;
        const everywhere = on.length === names.length;
        const where = on.map((name) => `\`${name}\``).join(" and ");
        return [
            everywhere ? `## ${section}` : `## ${section} (${on.join(", ")})`,
            "",
            ...(everywhere ? [] : [`On platform ${where}.`, ""]),
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
        `A stack stands on one platform, ${names.map((name) => `\`${name}\``).join(", ")}, which \`strata:platform\` names; the platform tells which sections there are.`,
        "",
        ...pages,
        "## Secrets",
        "",
        "Encrypted in the stack's file: `pulumi config set --secret KEY`.",
        "",
        "| key | platforms | default | meaning |",
        "| --- | --- | --- | --- |",
        "| `proxmoxve:apiToken` | proxmox | required | Proxmox VE API token, `user@realm!name=uuid` |",
        ...Object.entries(secretMeanings).map(
            ([name, meaning]) => `| \`strata:${name}\` | oracle-proxmox, oracle-talos | required | ${meaning} |`,
        ),
        "",
    ].join("\n");
}
