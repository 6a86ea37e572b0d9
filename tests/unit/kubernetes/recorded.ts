import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Home, Node } from "../../../components/kubernetes/cluster";
import { type Registered, synth } from "../../harness/synth";

/** One resource as the program registered it. */
export type Recorded = Registered;

/**
 * Runs a program under mocks as a first preview sees it, where nothing a provider computes is known but passwords, and
 * returns every resource it registered, in the order of their names.
 */
export async function recorded(program: () => void): Promise<readonly Recorded[]> {
    const { resources } = await synth(program, { computed: passwordOf });
    return resources.filter(({ name }) => !scaffolding.includes(name));
}

/** Passwords alone are drawn, so that a test can look for where they go: `drawn-` and the resource's name. */
function passwordOf(type: string, name: string): Record<string, string> {
    return type === "random:index/randomPassword:RandomPassword" ? { result: `drawn-${name}` } : {};
}

/** Names of the resources `home` makes. */
const scaffolding: readonly string[] = ["api", "birth"];

/** The homelab's nodes: one control plane that takes no workloads, two workers. */
export const homelabNodes: readonly Node[] = [
    { name: "c0", role: "controlplane", schedulable: false },
    { name: "w0", role: "worker", schedulable: true },
    { name: "w1", role: "worker", schedulable: true },
];

/** A cluster whose kubeconfig is not known yet. To be called inside the program. */
export function home(nodes: readonly Node[] = homelabNodes): Home {
    const owner = new pulumi.ComponentResource("test:index:Birth", "birth");
    return { provider: new k8s.Provider("api", {}), owner, nodes };
}

class Stand extends pulumi.CustomResource {
    constructor(name: string) {
        super("test:index:Stand", name);
    }
}

/** A resource that stands for one of another layer. To be called inside the program. */
export function stand(name: string): pulumi.Resource {
    return new Stand(name);
}

/** `type name` of each resource, without those that only stand for another layer. */
export function listed(resources: readonly Recorded[]): readonly string[] {
    return resources.filter(({ type }) => type !== "test:index:Stand").map(({ type, name }) => `${type} ${name}`);
}

/** The resource of a name. */
export function named(resources: readonly Recorded[], name: string): Recorded {
    const found = resources.find((each) => each.name === name);
    if (found === undefined) {
        throw new Error(`no resource is called ${name}; there are ${resources.map((each) => each.name).join(", ")}`);
    }
    return found;
}

/** Everything the resources say, as text, with what is marked secret left out. */
export function withoutSecrets(resources: readonly Recorded[]): string {
    return JSON.stringify(
        resources.map(({ inputs, outputs }) => ({ inputs, outputs })),
        (_, value: unknown) => (typeof value === "object" && value !== null && "secret" in value ? "hidden" : value),
    );
}
