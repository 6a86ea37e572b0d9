/** What Oracle computes for what a test makes, and how it answers look-ups. */
import type { SynthOptions } from "../../harness/synth";

/** Attachments and addresses of the one instance a test has. */
export interface Interface {
    readonly state?: string;
    readonly primary?: string;
}

/** An Oracle whose look-ups know one interface and some images. */
export function oracle({ state = "ATTACHED", primary = "10.0.1.20" }: Interface = {}, images: readonly string[] = []) {
    const answers: Record<string, Record<string, unknown>> = {
        "oci:Core/getVnicAttachments:getVnicAttachments": {
            vnicAttachments: [
                { state: "DETACHED", vnicId: "ocid1.vnic.oc1..old" },
                { state, vnicId: "ocid1.vnic.oc1..primary" },
            ],
        },
        "oci:Core/getPrivateIps:getPrivateIps": {
            privateIps: [
                { id: "ocid1.privateip.oc1..second", isPrimary: false, ipAddress: "10.0.1.30" },
                { id: "ocid1.privateip.oc1..first", isPrimary: true, ipAddress: primary },
            ],
        },
        "oci:Core/getImages:getImages": { images: images.map((id) => ({ id })) },
        "oci:ObjectStorage/getNamespace:getNamespace": { namespace: "frhomelab" },
    };
    return {
        preview: false,
        computed: (type, name) => ({
            ...(type === "oci:Core/publicIp:PublicIp" ? { ipAddress: "203.0.113.9" } : {}),
            ...(type === "oci:Core/instance:Instance" ? { displayName: name } : {}),
        }),
        answered: (token) => answers[token] ?? {},
    } satisfies SynthOptions;
}
