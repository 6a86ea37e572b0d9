import { X509Certificate } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import { parse } from "yaml";
import { text } from "../../../../rehearsal/world/value";
import { address, kubeconfigType, type Machine, Stage } from "./stage";

let stage: Stage;

beforeEach(async () => {
    stage = await Stage.open();
});

test("a kubeconfig leads to its cluster and holds a client certificate of its authority", async () => {
    await stage.standUp();
    const { id, outputs } = await stage.actor.kubeconfig(stage.secrets, address("c0"));
    expect(id).toBe("homelab");
    const raw = parse(text(outputs, "kubeconfigRaw") ?? "");
    expect(raw["current-context"]).toBe("admin@homelab");
    expect(raw.clusters[0].cluster.server).toBe("https://10.10.0.140:6443");
    const client = new X509Certificate(Buffer.from(raw.users[0].user["client-certificate-data"], "base64"));
    const authority = new X509Certificate(
        Buffer.from(text(stage.secrets, "machineSecrets.certs.k8s.cert") ?? "", "base64"),
    );
    expect(client.verify(authority.publicKey)).toBe(true);
    expect(outputs.certificateRenewalDuration).toBe("720h");
});

test.each<[string, Machine, boolean, string]>([
    ["a machine in maintenance", "c0", false, "API is not implemented in maintenance mode"],
    ["a worker", "w0", true, "kubeconfig is only available on control plane nodes"],
])("%s has no kubeconfig to give", async (_, name, configured, words) => {
    if (configured) {
        await stage.configure(name);
    }
    await expect(stage.actor.kubeconfig(stage.secrets, address(name))).rejects.toThrow(words);
});

test("a kubeconfig is renewed when its certificate has less time left than asked", async () => {
    await stage.standUp();
    const { outputs } = await stage.actor.kubeconfig(stage.secrets, address("c0"));
    const inputs = { node: address("c0"), clientConfiguration: stage.client };
    const behaviour = stage.actor.behaviour(kubeconfigType);
    expect(behaviour.diff?.(inputs, inputs, outputs)).toEqual({ changes: [], replaces: [] });
    const longer = { ...inputs, certificateRenewalDuration: "9000h" };
    expect(behaviour.diff?.(inputs, longer, outputs).changes).toContain("kubeconfigRaw");
    const renewed = await behaviour.update(
        "homelab",
        outputs,
        longer,
        stage.actor.operation(kubeconfigType, "kubeconfig", {}),
    );
    expect(renewed.kubeconfigRaw).not.toBe(outputs.kubeconfigRaw);
});
