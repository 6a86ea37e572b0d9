/** The first import of the command: ends it where Node is too old to load the others. */

/** The oldest Node, as `engines` of package.json has it. */
const oldest = [20, 19] as const;

/** What is wrong with a version of Node, one sentence; undefined where nothing is. */
export function nodeMistake(version: string): string | undefined {
    const [major = 0, minor = 0] = version.split(".").map(Number);
    return major > oldest[0] || (major === oldest[0] && minor >= oldest[1])
        ? undefined
        : `Node ${version} is too old for strata: install ${oldest.join(".")} or later, as package.json says.`;
}

const mistake = nodeMistake(process.versions.node);
if (mistake !== undefined) {
    console.error(`error: ${mistake}`);
    process.exit(1);
}
