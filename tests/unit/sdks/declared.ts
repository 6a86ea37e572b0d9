/** What the local SDK declares, read from its source: classes, functions, arguments, nested types. */
import * as fs from "node:fs";
import * as path from "node:path";
import * as ts from "typescript";

/** A declared property, its own properties below it where it is an object. */
export interface Property {
    readonly optional: boolean;
    readonly properties?: Properties;
}

/** Property name to property. */
export type Properties = { readonly [name: string]: Property };

/** A resource or a function by its token: what goes in, what comes out. */
export interface Declared {
    readonly kind: "resource" | "function";
    readonly token: string;
    readonly inputs: Properties;
    readonly outputs: Properties;
}

interface Names {
    readonly [name: string]: ts.InterfaceDeclaration | undefined;
}

/** Everything the SDK's files declare, in the order of the tokens. */
export function declared(folder: string): readonly Declared[] {
    const sources = fs
        .readdirSync(folder)
        .filter((file) => file.endsWith(".ts"))
        .map((file) => {
            const text = fs.readFileSync(path.join(folder, file), "utf8");
            return ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
        });
    const shared = interfaces(sources.filter(({ fileName }) => fileName === "types.ts"));
    return sources
        .flatMap((source) => statementsOf(source, { ...shared, ...interfaces([source]) }))
        .sort((a, b) => (a.token < b.token ? -1 : 1));
}

function interfaces(sources: readonly ts.SourceFile[]): Names {
    const all = sources.flatMap(({ statements }) => [...statements]).filter(ts.isInterfaceDeclaration);
    return Object.fromEntries(all.map((each) => [each.name.text, each]));
}

function statementsOf(source: ts.SourceFile, names: Names): Declared[] {
    return source.statements.flatMap((statement): Declared[] => {
        const token = tokenIn(statement);
        if (token === undefined) {
            return [];
        }
        if (ts.isClassDeclaration(statement)) {
            const built = statement.members.find(ts.isConstructorDeclaration);
            const fields = statement.members.filter(ts.isPropertyDeclaration);
            return [
                {
                    kind: "resource",
                    token,
                    inputs: below(built?.parameters[1]?.type, names) ?? {},
                    outputs: Object.fromEntries(fields.map((field) => member(field, names))),
                },
            ];
        }
        if (ts.isFunctionDeclaration(statement)) {
            const inputs = below(statement.parameters[0]?.type, names) ?? {};
            return [{ kind: "function", token, inputs, outputs: below(statement.type, names) ?? {} }];
        }
        return [];
    });
}

/** The first text in a statement that looks like `package:module/member:Member`. */
function tokenIn(node: ts.Node): string | undefined {
    if (ts.isStringLiteral(node) && /^talos:\w+\/\w+:\w+$/.test(node.text)) {
        return node.text;
    }
    return ts.forEachChild(node, tokenIn);
}

function member(node: ts.PropertyDeclaration | ts.PropertySignature, names: Names): [string, Property] {
    const properties = below(node.type, names);
    const undefinable = /\bundefined\b/.test(node.type?.getText() ?? "");
    const optional = node.questionToken !== undefined || undefinable;
    return [node.name.getText(), { optional, ...(properties === undefined ? {} : { properties }) }];
}

/** The properties of a type; undefined where it is no object. */
function below(type: ts.TypeNode | undefined, names: Names): Properties | undefined {
    if (type === undefined) {
        return undefined;
    }
    if (ts.isTypeLiteralNode(type)) {
        return Object.fromEntries(type.members.filter(ts.isPropertySignature).map((each) => member(each, names)));
    }
    if (!ts.isTypeReferenceNode(type)) {
        return undefined;
    }
    const [wrapped] = type.typeArguments ?? [];
    if (wrapped !== undefined) {
        return below(wrapped, names);
    }
    const found = names[type.typeName.getText()];
    return found === undefined ? undefined : membersOf(found, names);
}

function membersOf(declaration: ts.InterfaceDeclaration, names: Names): Properties {
    const inherited = (declaration.heritageClauses ?? [])
        .flatMap(({ types }) => [...types])
        .map(({ expression }) => names[expression.getText()]);
    return {
        ...Object.assign({}, ...inherited.map((each) => (each === undefined ? {} : membersOf(each, names)))),
        ...Object.fromEntries(declaration.members.filter(ts.isPropertySignature).map((each) => member(each, names))),
    };
}
