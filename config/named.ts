/** Looking things up by names that the config has been checked to hold. */

/**
 * What a map holds under a name.
 *
 * @throws Error where it holds nothing, which the checks of the config rule out.
 */
export function named<T>(map: Readonly<Record<string, T>>, name: string): T {
    const found = map[name];
    if (found === undefined) {
        throw new Error(`There is no '${name}': there are ${Object.keys(map).join(", ")}.`);
    }
    return found;
}
