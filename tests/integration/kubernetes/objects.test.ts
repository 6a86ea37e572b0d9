/** What the stacks and the repository ask of Kubernetes, judged by the API server itself. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { stackNames } from "../../../operations/stack";
import type { Files } from "../../../rehearsal/world/git";
import { kustomizeBuild } from "../../../rehearsal/world/kubernetes/kustomize";
import { isProperties, type Properties } from "../../../rehearsal/world/value";
import { type KubeApiserver, kubernetesVersion, ownKubeApiserver } from "../../harness/kube-apiserver";
import { stackInProcess } from "../../harness/rehearsed";
import { projectFolder, stackSections } from "../../harness/stack-config";
import { create, isBuiltin, podsOf, shownName, tryPod, type Verdict } from "./create";

const stacks = stackNames();

/** Every object a stack's program creates, in the order of creation; Helm releases are none. */
async function objectsOf(stackName: string): Promise<readonly Properties[]> {
    const stack = stackInProcess(stackName);
    const { errors } = await stack.up();
    expect(errors).toEqual([]);
    return [...stack.state.values()]
        .filter(({ type, custom }) => custom && type.startsWith("kubernetes:") && !type.startsWith("kubernetes:helm."))
        .map(({ inputs }) => inputs);
}

/** Every object the repository says in plain text, each once, namespaces first. */
function objectsOfRepository(): readonly Properties[] {
    const paths = readdirSync(join(projectFolder, "gitops"), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(projectFolder.length + 1));
    const files: Files = new Map(paths.map((path) => [path, readFileSync(join(projectFolder, path), "utf8")]));
    const folders = paths.filter((path) => path.endsWith("/kustomization.yaml")).map(dirname);
    const built = folders.flatMap((folder) => kustomizeBuild(files, folder)).filter(isProperties);
    const once = [...new Map(built.map((object) => [shownName(object), object])).values()];
    const isNamespace = ({ kind }: Properties) => kind === "Namespace";
    return [...once.filter(isNamespace), ...once.filter((object) => !isNamespace(object))];
}

/** Creates objects one after the other, then tries the pods of their templates. */
async function judge(server: KubeApiserver, objects: readonly Properties[]): Promise<readonly Verdict[]> {
    const verdicts: Verdict[] = [];
    for (const object of objects) {
        verdicts.push(await create(server, object));
    }
    for (const pod of podsOf(objects)) {
        verdicts.push(await tryPod(server, pod));
    }
    return verdicts;
}

/** All that is to be: taken without a word, or of a kind that only an operator's chart brings. */
function expectTaken(verdicts: readonly Verdict[], objects: readonly Properties[]): void {
    const judged = verdicts.filter(({ status }) => status !== undefined);
    expect(judged.filter(({ status, warnings }) => status !== 201 || warnings.length > 0)).toEqual([]);
    // Nobody judged custom resources here: their definitions come with their operators' charts.
    expect(verdicts.filter(({ status }) => status === undefined).map(({ object }) => object)).toEqual(
        objects.filter((object) => !isBuiltin(object)).map(shownName),
    );
}

test("the stacks to judge are known", () => {
    expect(stacks).toEqual(expect.arrayContaining(["homelab", "homelab-ha"]));
});

describe.each(stacks)("the API server judges %s", (stack) => {
    const server = ownKubeApiserver();

    test("takes every object of a kind it serves, and every pod of its templates, without a word", async () => {
        expect(stackSections(stack).talos).toMatchObject({ kubernetesVersion });
        expect((await server().ask("GET", "/version")).body.gitVersion).toBe(`v${kubernetesVersion}`);
        const objects = await objectsOf(stack);
        const verdicts = await judge(server(), objects);
        expectTaken(verdicts, objects);
        expect(podsOf(objects).map(({ name }) => name)).toEqual(
            stackSections(stack).apps === undefined ? [] : ["rabbitmq-0"],
        );
    });
});

describe("the API server judges the repository", () => {
    const server = ownKubeApiserver();

    test("takes every object of a kind it serves, and every pod of its templates, without a word", async () => {
        const objects = objectsOfRepository();
        const verdicts = await judge(server(), objects);
        expectTaken(verdicts, objects);
        expect(verdicts.filter(({ status }) => status === 201).length).toBeGreaterThan(7);
    });
});
