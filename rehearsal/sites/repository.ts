/** The repository the Oracle stacks follow: this one's own `gitops`, with secrets its owner has encrypted. */
import * as path from "node:path";
import type { SiteRepository } from "../world/site";
import { rehearsedAgeKey } from "./credentials";

/** The repository as the owner of a stack has it. */
export function repositoryOf(stack: string): SiteRepository {
    return {
        url: "https://github.com/example/strata",
        branches: ["main"],
        checkout: path.join(__dirname, "..", ".."),
        folders: ["gitops"],
        encrypted: {
            templates: "gitops/base/secrets",
            folder: `gitops/${stack}/secrets`,
            recipient: rehearsedAgeKey().recipient,
        },
    };
}
