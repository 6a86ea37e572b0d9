/** The chart of Rook's operator. */
import { at, list, type Properties } from "../value";
import type { Chart, ChartWorkload, ReleasePlace } from "./helm-charts";
import type { Kind } from "./kinds";
import { podTemplate } from "./pods";

function kind(name: string, plural: string): Kind {
    return { apiVersion: "ceph.rook.io/v1", kind: name, plural, namespaced: true };
}

/** Rook's operator. It brings its kinds, and the CSI drivers once a cluster is there. */
export const rookChart: Chart = {
    name: "rook-ceph",
    repositories: ["https://charts.rook.io/release", "oci://ghcr.io/rook/rook-ceph"],
    versions: [
        ...Array.from({ length: 12 }, (_, patch) => `v1.18.${patch}`),
        ...Array.from({ length: 10 }, (_, patch) => `v1.17.${patch}`),
    ],
    appVersion: (version) => version,
    step: "helm/rook-ceph",
    kinds: [
        kind("CephCluster", "cephclusters"),
        kind("CephBlockPool", "cephblockpools"),
        kind("CephBlockPoolRadosNamespace", "cephblockpoolradosnamespaces"),
        kind("CephFilesystem", "cephfilesystems"),
        kind("CephFilesystemSubVolumeGroup", "cephfilesystemsubvolumegroups"),
        kind("CephObjectStore", "cephobjectstores"),
        kind("CephObjectStoreUser", "cephobjectstoreusers"),
        kind("CephClient", "cephclients"),
        kind("CephNFS", "cephnfses"),
        kind("CephRBDMirror", "cephrbdmirrors"),
    ],
    workloads({ namespace, values }: ReleasePlace): readonly ChartWorkload[] {
        const pod = (name: string, spec: Properties) =>
            podTemplate(namespace, name, { metadata: { labels: { app: name } }, spec });
        const operator = pod("rook-ceph-operator", {
            securityContext: { runAsNonRoot: true, runAsUser: 2016, seccompProfile: { type: "RuntimeDefault" } },
            tolerations: list(values, "tolerations"),
            containers: [
                {
                    name: "rook-ceph-operator",
                    image: "docker.io/rook/ceph",
                    resources: at(values, "resources") ?? { requests: { cpu: "200m", memory: "128Mi" } },
                    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
                },
            ],
        });
        const plugin = pod("csi-rbdplugin", {
            hostNetwork: true,
            hostPID: true,
            tolerations: list(values, "csi.pluginTolerations"),
            containers: [
                { name: "csi-rbdplugin", securityContext: { privileged: true, capabilities: { add: ["SYS_ADMIN"] } } },
            ],
            volumes: [{ name: "plugin-dir", hostPath: { path: "/var/lib/kubelet/plugins" } }],
        });
        return [
            { template: operator },
            ...(at(values, "csi.enableRbdDriver") === false ? [] : [{ template: plugin, everywhere: true }]),
        ];
    },
};
