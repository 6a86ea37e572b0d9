import * as fs from "node:fs";
import * as path from "node:path";
import { projectFolder } from "../../operations/stack";

/** Copies what the project needs to run into a folder, made where it is not there; packages are those of the project. */
export function copyProject(folder: string): void {
    const needless = /^(\..*|node_modules|tests|docs)$/;
    for (const each of fs.readdirSync(projectFolder).filter((name) => !needless.test(name))) {
        fs.cpSync(path.join(projectFolder, each), path.join(folder, each), { recursive: true });
    }
    fs.symlinkSync(path.join(projectFolder, "node_modules"), path.join(folder, "node_modules"));
}
