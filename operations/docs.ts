/** Writes the generated pages of `docs/` anew. */
import * as fs from "node:fs";
import * as path from "node:path";
import { configurationMarkdown, stackJsonSchema } from "../config/documentation";
import { policiesDocument } from "../policy/docs";
import { projectFolder } from "./stack";

/** File under `docs/` to what belongs into it. */
export function generatedPages(): Readonly<Record<string, string>> {
    return {
        "configuration.md": configurationMarkdown(),
        "policies.md": policiesDocument(),
        "stack.schema.json": `${JSON.stringify(stackJsonSchema(), null, 2)}\n`,
    };
}

if (require.main === module) {
    for (const [file, text] of Object.entries(generatedPages())) {
        fs.writeFileSync(path.join(projectFolder, "docs", file), text);
        console.log(`docs/${file}`);
    }
}
