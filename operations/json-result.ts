/** The result of a command for other programs: in a file, or on standard output. */
import * as fs from "node:fs";
import * as path from "node:path";

/** What stands for standard output in a file's place. */
export const standardOutput = "-";

/**
 * Makes ready to write a result.
 *
 * @param file Where to, or `-`.
 * @returns Writes it.
 * @throws Error where it could not be written: who waits for a rehearsal learns so before it begins.
 */
export function jsonWriter(file: string): (result: unknown) => void {
    const text = (result: unknown): string => JSON.stringify(result, null, 2);
    if (file === standardOutput) {
        return (result) => console.log(text(result));
    }
    const refuse = (why: string): never => {
        throw new Error(`--json ${file} cannot be written: ${why}.`);
    };
    const folder = path.dirname(path.resolve(file));
    if (fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
        refuse(`there is no folder ${folder}`);
    }
    const there = fs.statSync(file, { throwIfNoEntry: false });
    if (there?.isDirectory() === true) {
        refuse("it is a folder, expected a file");
    }
    const touched = there === undefined ? folder : file;
    try {
        fs.accessSync(touched, fs.constants.W_OK);
    } catch {
        refuse(`${touched} is not yours to write`);
    }
    return (result) => fs.writeFileSync(file, `${text(result)}\n`);
}
