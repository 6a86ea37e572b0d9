/**
 * What Flux builds of a folder: kustomize's work, but no folder is without a kustomization. Source: fluxcd/pkg,
 * kustomize 1.27, kustomize_generator.go.
 */
import { posix } from "node:path";
import { stringify } from "yaml";
import type { Files } from "../git";
import { list, type Properties } from "../value";
import { documentsOf, kustomizationOf, kustomizeBuild } from "./kustomize";

/**
 * The objects of a folder. Without a kustomization of its own Flux writes one that lists every manifest below it; where
 * there is none, or a kustomization names nothing, that is no mistake: the folder makes no objects.
 *
 * @throws Error in Flux's or kustomize's words.
 */
export function fluxBuild(files: Files, folder: string): readonly Properties[] {
    const place = posix.normalize(folder).replace(/\/$/, "");
    if (![...files.keys()].some((path) => path.startsWith(`${place}/`))) {
        throw new Error(`kustomization path not found: stat ${place}: no such file or directory`);
    }
    const own = kustomizationOf(files, place);
    if (own !== undefined) {
        const [kustomization = {}] = documentsOf(own.source, own.path);
        return namesNothing(kustomization) ? [] : kustomizeBuild(files, place);
    }
    const resources = manifestsBelow(files, place);
    const generated = stringify({ apiVersion: "kustomize.config.k8s.io/v1beta1", kind: "Kustomization", resources });
    return resources.length === 0
        ? []
        : kustomizeBuild(new Map([...files, [`${place}/kustomization.yaml`, generated]]), place);
}

function namesNothing(kustomization: Properties): boolean {
    return ["resources", "configMapGenerator"].every((key) => list(kustomization, key).length === 0);
}

/** Manifests of a folder and of those in it; one with a kustomization of its own is listed as a whole. */
function manifestsBelow(files: Files, place: string): readonly string[] {
    const below = [...files.keys()].filter((path) => path.startsWith(`${place}/`)).sort();
    const found = new Set<string>();
    for (const path of below) {
        const whole = foldersBetween(place, path).find((folder) => kustomizationOf(files, folder) !== undefined);
        if (whole !== undefined) {
            found.add(posix.relative(place, whole));
        } else if (/\.ya?ml$/.test(path)) {
            demandManifests(files.get(path) ?? "", path);
            found.add(posix.relative(place, path));
        }
    }
    return [...found];
}

/** The folders a file is in, from just below a place down. */
function foldersBetween(place: string, path: string): readonly string[] {
    const steps = posix.relative(place, posix.dirname(path)).split("/").filter(Boolean);
    return steps.map((_, index) => posix.join(place, ...steps.slice(0, index + 1)));
}

function demandManifests(source: string, path: string): void {
    const strange = documentsOf(source, path).find(
        ({ kind, apiVersion }) => typeof kind !== "string" || typeof apiVersion !== "string",
    );
    if (strange !== undefined) {
        throw new Error(`failed to decode Kubernetes YAML from ${path}: missing kind or apiVersion`);
    }
}
