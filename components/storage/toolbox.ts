import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type Home, inside } from "../kubernetes/cluster";

export interface ToolboxArgs {
    readonly home: Pick<Home, "provider" | "owner">;
    readonly namespace: pulumi.Input<string>;
    /** The cluster, whose addresses and keys Rook hands to pods once its monitors stand. */
    readonly cluster: pulumi.Resource;
    /** The Ceph image of the cluster. */
    readonly image: string;
}

/**
 * A pod with the `ceph` command and the cluster's keyring, for looking and mending:
 * `kubectl -n rook-ceph exec -it deploy/rook-ceph-tools -- ceph status`.
 *
 * The script writes the configuration the command reads out of what Rook hands to pods: the monitors' addresses and
 * the admin key; it goes on watching, because monitors move.
 */
export function toolbox(name: string, args: ToolboxArgs, parent: pulumi.Resource): k8s.apps.v1.Deployment {
    const labels = { app: "rook-ceph-tools" };
    return new k8s.apps.v1.Deployment(
        name,
        {
            metadata: { name: "rook-ceph-tools", namespace: args.namespace, labels },
            spec: {
                replicas: 1,
                selector: { matchLabels: labels },
                template: {
                    metadata: { labels },
                    spec: {
                        automountServiceAccountToken: false,
                        securityContext: { runAsNonRoot: true, runAsUser: 2016, runAsGroup: 2016, fsGroup: 2016 },
                        containers: [
                            {
                                name: "ceph",
                                image: args.image,
                                command: ["/bin/bash", "-c", script],
                                env: [
                                    {
                                        name: "ROOK_CEPH_USERNAME",
                                        valueFrom: { secretKeyRef: { name: "rook-ceph-mon", key: "ceph-username" } },
                                    },
                                ],
                                securityContext: {
                                    allowPrivilegeEscalation: false,
                                    capabilities: { drop: ["ALL"] },
                                    seccompProfile: { type: "RuntimeDefault" },
                                },
                                volumeMounts: [
                                    { name: "configuration", mountPath: "/etc/ceph" },
                                    { name: "endpoints", mountPath: "/run/rook/endpoints", readOnly: true },
                                    { name: "admin", mountPath: "/run/rook/admin", readOnly: true },
                                ],
                            },
                        ],
                        volumes: [
                            { name: "configuration", emptyDir: {} },
                            {
                                name: "endpoints",
                                configMap: {
                                    name: "rook-ceph-mon-endpoints",
                                    items: [{ key: "data", path: "monitors" }],
                                },
                            },
                            {
                                name: "admin",
                                secret: {
                                    secretName: "rook-ceph-mon",
                                    items: [{ key: "ceph-secret", path: "key" }],
                                },
                            },
                        ],
                    },
                },
            },
        },
        inside(args.home, parent, { dependsOn: [args.cluster] }),
    );
}

/** Rook lists monitors as `a=10.0.0.1:6789,b=...`; `ceph` wants the addresses alone. */
const script = `set -euo pipefail
written=
while true; do
    monitors=$(sed -e 's/[a-z0-9_-]\\+=//g' /run/rook/endpoints/monitors)
    if [ "$monitors" != "$written" ]; then
        umask 077
        printf '[global]\\nmon_host = %s\\n\\n[%s]\\nkeyring = /etc/ceph/keyring\\n' \\
            "$monitors" "$ROOK_CEPH_USERNAME" > /etc/ceph/ceph.conf
        printf '[%s]\\nkey = %s\\n' "$ROOK_CEPH_USERNAME" "$(cat /run/rook/admin/key)" > /etc/ceph/keyring
        written=$monitors
    fi
    sleep 15
done
`;
