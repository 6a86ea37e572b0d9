import { expect, test } from "vitest";
import { containersOf } from "../../../../rehearsal/world/kubernetes/pods";
import { reachExternalAddress, reachNodePort, reachOverMesh } from "../../../../rehearsal/world/kubernetes/reach";
import { text } from "../../../../rehearsal/world/value";
import { FluxStage, ownKey, ownRepository } from "./flux-stage";

test.each(["oci-free", "oci-free-2026"])(
    "all that this project's repository holds for %s becomes ready",
    async (stack) => {
        const stage = await new FluxStage(ownRepository(stack)).prepared();
        await stage.source();
        await stage.sync(stack);
        expect(stage.steps).toEqual(["helm/cilium", "helm/flux", "flux/source", "flux/reconcile"]);
        expect(stage.cluster.releases.map(({ namespace, chart }) => `${namespace}/${chart}`).sort()).toEqual([
            "cert-manager/cert-manager",
            "flux-system/flux2",
            "ingress/traefik",
            "kube-system/cilium",
            "monitoring/alloy",
            "tailscale/tailscale-operator",
        ]);
        expect(stage.kubernetes.audit()).toEqual([]);
        expect([...stage.strangers]).toEqual([]);
        expect(stage.says("Kustomization", "flux-system")).toMatch(/^Applied revision: main@sha1:[0-9a-f]{40}$/);
    },
);

test("the repository's secrets are in the cluster, decrypted", async () => {
    const stage = await new FluxStage(ownRepository()).prepared();
    await stage.source();
    await stage.sync("oci-free");
    const secret = stage.object("v1", "Secret", "tailscale/operator-oauth");
    const encoded = text(secret?.manifest, "data.client_id") ?? "";
    expect(Buffer.from(encoded, "base64").toString()).toBe("rehearsed client_id");
});

test("a packet to the ingress controller's node ports ends at its pods", async () => {
    const stage = await new FluxStage(ownRepository()).prepared();
    await stage.source();
    expect(reachNodePort(stage.cluster, 30080)).toEqual({ stopped: "no service answers at port 30080 of a node" });
    await stage.sync("oci-free");
    expect(reachNodePort(stage.cluster, 30080)).toEqual({
        service: "ingress/traefik",
        pods: ["ingress/traefik-0", "ingress/traefik-1"],
        port: 8000,
    });
    expect(reachNodePort(stage.cluster, 30443)).toMatchObject({ port: 8443 });
    expect(reachExternalAddress(stage.cluster, "10.0.1.30", 443)).toEqual({
        stopped: "no service answers at 10.0.1.30:443",
    });
});

test.each(["oci-free", "oci-free-2026"])("in %s HTTP leads to HTTPS, for good", async (stack) => {
    const stage = await new FluxStage(ownRepository(stack)).prepared();
    await stage.source();
    await stage.sync(stack);
    const pod = stage.cluster.pods.find(({ name }) => name === "traefik-0");
    expect(containersOf(pod?.spec ?? {})[0]?.args).toEqual([
        "--entryPoints.web.http.redirections.entryPoint.to=:443",
        "--entryPoints.web.http.redirections.entryPoint.scheme=https",
        "--entryPoints.web.http.redirections.entryPoint.permanent=true",
    ]);
});

test("on one node, Cilium answers for the ingress address itself", async () => {
    const stage = await new FluxStage(ownRepository("oci-free-2026")).prepared();
    await stage.source();
    await stage.sync("oci-free-2026");
    expect(reachExternalAddress(stage.cluster, "10.0.1.30", 443)).toEqual({
        service: "ingress/traefik",
        pods: ["ingress/traefik-0"],
        port: 8443,
    });
});

test("the private service is reached over the mesh, and in no other way", async () => {
    const stage = await new FluxStage(ownRepository()).prepared();
    await stage.source();
    expect(reachOverMesh(stage.cluster, "whoami", 80)).toEqual({
        stopped: "nobody exposes whoami to the mesh: no Tailscale operator runs",
    });
    await stage.sync("oci-free");
    expect(reachOverMesh(stage.cluster, "whoami", 80)).toEqual({
        service: "private/whoami",
        pods: ["private/whoami-0"],
        port: 8080,
    });
    expect(reachNodePort(stage.cluster, 80)).toHaveProperty("stopped");
    const service = stage.object("v1", "Service", "private/whoami");
    if (service !== undefined) {
        // Even as a node port: the policy lets in the mesh's proxy alone.
        service.manifest = {
            ...service.manifest,
            spec: {
                type: "NodePort",
                selector: { app: "whoami" },
                ports: [{ port: 80, targetPort: 8080, nodePort: 30099 }],
            },
        };
    }
    expect(reachNodePort(stage.cluster, 30099)).toEqual({
        stopped: "denied by ingress of private/whoami (NetworkPolicy private/only-the-mesh)",
    });
});

test.each([
    ["is left at its default", {}],
    ["is off", { socketLB: { hostNamespaceOnly: false } }],
])("nothing reaches the private service over the mesh where socketLB.hostNamespaceOnly %s", async (_what, values) => {
    const stage = await new FluxStage(ownRepository()).prepared(ownKey.identity, values);
    await stage.source();
    await stage.sync("oci-free");
    expect(reachOverMesh(stage.cluster, "whoami", 80)).toEqual({
        stopped: expect.stringMatching(/^the mesh's proxy forwards whoami to its service's cluster address/),
    });
});
