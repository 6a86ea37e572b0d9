import * as k8s from "@pulumi/kubernetes";
import fc from "fast-check";
import { expect, test } from "vitest";
import { inside, schedulable, spread } from "../../../components/kubernetes/cluster";
import { through, throughAll } from "../../../components/kubernetes/edge";
import { namespace } from "../../../components/kubernetes/namespace";
import { home, homelabNodes, named, recorded, stand } from "./recorded";

test("a value hung on a resource is known at preview and orders the graph", async () => {
    const resources = await recorded(() => {
        const [first, second] = [stand("first"), stand("second")];
        new k8s.core.v1.ConfigMap("one", { data: { name: through(first, "plain") } });
        new k8s.core.v1.ConfigMap("both", { data: { name: throughAll([first, second], "plain") } });
    });
    expect(named(resources, "one").inputs.data).toEqual({ name: "plain" });
    expect(named(resources, "one").dependencies).toEqual(["first"]);
    expect(named(resources, "both").inputs.data).toEqual({ name: "plain" });
    expect(named(resources, "both").dependencies).toEqual(["first", "second"]);
});

test("an object's own name is not known at preview, which is what the value hung on it is for", async () => {
    const resources = await recorded(() => {
        const made = new k8s.core.v1.Namespace("made", { metadata: { name: "made" } });
        new k8s.core.v1.ConfigMap("put", { metadata: { namespace: made.metadata.name } });
    });
    expect(named(resources, "put").inputs.metadata).toEqual({ namespace: "<unknown>" });
});

test("an object inside a cluster goes with it and keeps the options of its own", async () => {
    const resources = await recorded(() => {
        const cluster = home();
        new k8s.core.v1.ConfigMap("put", {}, inside(cluster, stand("component"), { protect: true }));
    });
    expect(named(resources, "put")).toMatchObject({ parent: "component", deletedWith: "birth", protect: true });
});

test("a namespace says the level it enforces, audits and warns of", async () => {
    const resources = await recorded(() => {
        const cluster = home();
        const name = namespace("apps", { home: cluster, namespace: "shop", podSecurity: "restricted" }, stand("it"));
        new k8s.core.v1.ConfigMap("put", { metadata: { namespace: name } });
    });
    expect(named(resources, "apps").inputs.metadata).toEqual({
        name: "shop",
        labels: {
            "pod-security.kubernetes.io/enforce": "restricted",
            "pod-security.kubernetes.io/audit": "restricted",
            "pod-security.kubernetes.io/warn": "restricted",
        },
    });
    expect(named(resources, "apps").protect).toBe(false);
    expect(named(resources, "put").inputs.metadata).toEqual({ namespace: "shop" });
    expect(named(resources, "put").dependencies).toEqual(["apps"]);
});

test("workloads stand on workers, not on a tainted control plane", () => {
    expect(schedulable(homelabNodes).map(({ name }) => name)).toEqual(["w0", "w1"]);
    expect(spread(["a", "b"], homelabNodes)).toEqual({ a: "machine/w0", b: "machine/w1" });
    expect(spread(["a"], [])).toEqual({});
});

test("however many replicas and nodes, no node holds two more than another", () => {
    fc.assert(
        fc.property(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 1, max: 7 }), (replicas, workers) => {
            const nodes = Array.from({ length: workers }, (_, turn) => ({
                name: `w${turn}`,
                role: "worker" as const,
                schedulable: true,
            }));
            const members = Array.from({ length: replicas }, (_, turn) => `m${turn}`);
            const hosts = Object.values(spread(members, nodes));
            const counts = nodes.map(({ name }) => hosts.filter((host) => host === `machine/${name}`).length);
            expect(hosts).toHaveLength(replicas);
            expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
        }),
    );
});
