/** The secrets of a Talos cluster: made once, borne by every machine config and client. */
import { createPrivateKey, randomBytes } from "node:crypto";
import { authority, certificate, keyPem, privateKey, type Subject } from "./certificates";
import type { Properties } from "./value";

const encode = (text: string) => Buffer.from(text).toString("base64");
const decode = (text: string) => Buffer.from(text, "base64").toString();

/** Ten years, the life of the authorities Talos makes (siderolabs/talos: secrets.NewEtcdCA and the like). */
const authorityDays = 3650;

/** When the rehearsed world begins: nothing in it depends on the day it is rehearsed. */
export const worldBegins = new Date("2026-01-01T00:00:00Z");

function later(days: number): Date {
    return new Date(worldBegins.getTime() + days * 86_400_000);
}

/** Certificate, its key and its authority as Talos clients hold them, each base64 of PEM. */
export interface ClientConfiguration {
    readonly caCertificate: string;
    readonly clientCertificate: string;
    readonly clientKey: string;
}

/** A client certificate of an authority given as base64 of PEM. */
function client(
    ca: { readonly cert: string; readonly key: string },
    issuer: Subject,
    subject: Subject,
    kind: "ed25519" | "p256",
    days: number,
): ClientConfiguration {
    const key = privateKey(kind);
    const made = certificate(
        { subject, uses: ["digital_signature", "client_auth"], validFrom: worldBegins, validUntil: later(days) },
        key,
        { subject: issuer, key: createPrivateKey(decode(ca.key)) },
    );
    return { caCertificate: ca.cert, clientCertificate: encode(made), clientKey: encode(keyPem(key)) };
}

const talosAuthority: Subject = { organization: "talos" };
const kubernetesAuthority: Subject = { organization: "kubernetes" };

/** A fresh bundle of machine secrets with the client configuration of its administrator. */
export function machineSecrets(): { readonly machineSecrets: Properties; readonly clientConfiguration: Properties } {
    const pair = (subject: Subject, kind: "ed25519" | "p256") => {
        const made = authority(subject, kind, worldBegins, later(authorityDays));
        return { cert: encode(made.certificate), key: encode(made.key) };
    };
    const os = pair(talosAuthority, "ed25519");
    const token = () => `${randomBytes(4).toString("hex").slice(0, 6)}.${randomBytes(8).toString("hex")}`;
    const secrets: Properties = {
        certs: {
            etcd: pair({ organization: "etcd" }, "p256"),
            k8s: pair(kubernetesAuthority, "p256"),
            k8sAggregator: pair({ commonName: "front-proxy" }, "p256"),
            k8sServiceaccount: { key: encode(keyPem(privateKey("p256"))) },
            os,
        },
        cluster: { id: randomBytes(32).toString("base64url"), secret: randomBytes(32).toString("base64") },
        secrets: { bootstrapToken: token(), secretboxEncryptionSecret: randomBytes(32).toString("base64") },
        trustdinfo: { token: token() },
    };
    return {
        machineSecrets: secrets,
        clientConfiguration: { ...client(os, talosAuthority, { organization: "os:admin" }, "ed25519", authorityDays) },
    };
}

/** The administrator's client certificate of a Kubernetes cluster: a year, as Talos signs it. */
export function kubernetesClient(ca: { readonly cert: string; readonly key: string }): ClientConfiguration {
    return client(ca, kubernetesAuthority, { organization: "system:masters", commonName: "admin" }, "p256", 365);
}
