/** How Oracle, Tailscale and Talos answer a program that runs under mocks: one interface an instance, one image. */
import type { SynthOptions } from "../../harness/synth";

const answers: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    "oci:Core/getImages:getImages": { images: [{ id: "ocid1.image.oc1..ubuntu" }] },
    "oci:Core/getVnicAttachments:getVnicAttachments": {
        vnicAttachments: [{ state: "ATTACHED", vnicId: "ocid1.vnic.oc1..primary" }],
    },
    "oci:ObjectStorage/getNamespace:getNamespace": { namespace: "frhomelab" },
    "tailscale:index/getDevice:getDevice": { nodeId: "nRouter" },
    "talos:machine/getConfiguration:getConfiguration": { machineConfiguration: "machine: {}" },
    "talos:client/getConfiguration:getConfiguration": { talosConfig: "context: {}" },
};

/** Answers at an update. Every look-up of addresses finds the one it is asked for: the bastion's, then the instance's. */
export function oracleAnswers(
    ...primaries: readonly string[]
): Pick<SynthOptions, "answered" | "computed" | "preview"> {
    let asked = 0;
    return {
        preview: false,
        computed: (type, name) => ({
            ...(type === "oci:Core/publicIp:PublicIp" ? { ipAddress: "203.0.113.9" } : {}),
            ...(type === "oci:Core/instance:Instance"
                ? { displayName: name, privateIp: `10.0.1.${name}`, publicIp: "203.0.113.8" }
                : {}),
            ...(type === "tailscale:index/tailnetKey:TailnetKey" ? { key: `tskey-auth-${name}` } : {}),
            ...(type === "tls:index/privateKey:PrivateKey"
                ? { publicKeyOpenssh: "ssh-ed25519 AAAA\n", privateKeyOpenssh: "-----BEGIN" }
                : {}),
            ...(type.startsWith("command:") ? { stdout: "said" } : {}),
            ...(type === "talos:machine/secrets:Secrets"
                ? { clientConfiguration: { clientKey: "k" }, machineSecrets: { cluster: {} }, talosVersion: "v1.10.5" }
                : {}),
            ...(type === "talos:cluster/kubeconfig:Kubeconfig" ? { kubeconfigRaw: "kind: Config" } : {}),
        }),
        answered: (token) => {
            if (token === "oci:Core/getPrivateIps:getPrivateIps") {
                const ipAddress = primaries[asked++ % primaries.length];
                return { privateIps: [{ id: `ocid1.privateip.${ipAddress}`, isPrimary: true, ipAddress }] };
            }
            return answers[token] ?? {};
        },
    };
}
