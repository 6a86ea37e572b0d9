import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type MachineConfigSpec, machineConfigPatch } from "../../../components/talos/machine-config";

const network = { cidr: "10.10.0.0/24", prefixLength: 24, gateway: "10.10.0.1", nameservers: ["10.10.0.1"] };
const installer = "factory.talos.dev/nocloud-installer/ce4c9805:v1.10.5";
const c0: MachineConfigSpec = {
    name: "c0",
    role: "controlplane",
    address: "10.10.0.140",
    host: "pve-0",
    systemDiskSerial: "sys-140",
    installer,
    network,
    certSans: [],
    schedulingOnControlPlanes: false,
};
const w0: MachineConfigSpec = {
    ...c0,
    name: "w0",
    role: "worker",
    address: "10.10.0.150",
    systemDiskSerial: "sys-150",
};
const label = "node.kubernetes.io/exclude-from-external-load-balancers";

/** Any machine a stack could ask for. */
const anySpec = fc
    .record({
        role: fc.constantFrom("controlplane" as const, "worker" as const),
        schedulingOnControlPlanes: fc.boolean(),
        virtualIp: fc.constantFrom(undefined, "10.10.0.130"),
        certSans: fc.array(fc.domain()),
    })
    .map(({ virtualIp, ...rest }) => ({ ...c0, ...rest, ...(virtualIp === undefined ? {} : { virtualIp }) }));

describe("every machine", () => {
    test("installs by the disk's serial, from the nocloud installer of its own schematic", () => {
        expect(machineConfigPatch(w0).machine.install).toEqual({
            disk: "/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_sys-150",
            image: installer,
        });
    });

    test("has its static address on the physical interface, whatever that is called", () => {
        expect(machineConfigPatch(w0).machine.network).toEqual({
            hostname: "w0",
            nameservers: ["10.10.0.1"],
            interfaces: [
                {
                    deviceSelector: { physical: true },
                    addresses: ["10.10.0.150/24"],
                    routes: [{ network: "0.0.0.0/0", gateway: "10.10.0.1" }],
                },
            ],
        });
    });

    test("leaves the pod network and kube-proxy to Cilium, and lets CoreDNS alone", () => {
        fc.assert(
            fc.property(anySpec, (spec) => {
                const { machine, cluster } = machineConfigPatch(spec);
                expect(cluster.network.cni).toEqual({ name: "none" });
                expect(cluster.proxy).toEqual({ disabled: true });
                expect(machine.features.kubePrism).toEqual({ enabled: true, port: 7445 });
                expect(machine.features.hostDNS.forwardKubeDNSToHost).toBe(false);
            }),
        );
    });

    test("is known by its own network's address and labelled with its hypervisor node as zone", () => {
        const { kubelet, nodeLabels } = machineConfigPatch(w0).machine;
        expect(kubelet.nodeIP.validSubnets).toEqual(["10.10.0.0/24"]);
        expect(nodeLabels).toEqual({ "topology.kubernetes.io/zone": "pve-0" });
    });

    test("has every name of the API in its certificate once, its own address among them", () => {
        fc.assert(
            fc.property(anySpec, (spec) => {
                const { certSANs } = machineConfigPatch(spec).machine;
                expect(new Set(certSANs).size).toBe(certSANs.length);
                expect(certSANs).toEqual(expect.arrayContaining([spec.address, ...spec.certSans]));
            }),
        );
    });
});

describe("the virtual address", () => {
    test("is on control planes alone: a worker would take the API away from them", () => {
        fc.assert(
            fc.property(anySpec, (spec) => {
                const [only] = machineConfigPatch(spec).machine.network.interfaces;
                const shared = spec.role === "controlplane" && spec.virtualIp !== undefined;
                expect(only?.vip).toEqual(shared ? { ip: "10.10.0.130" } : undefined);
            }),
        );
    });

    test("is in the API's certificate", () => {
        const { cluster } = machineConfigPatch({ ...c0, virtualIp: "10.10.0.130" });
        expect(cluster.apiServer?.certSANs).toEqual(["10.10.0.140", "10.10.0.130"]);
    });
});

describe("load-balancer announcements", () => {
    test("stay away from control planes that take no workloads, as Talos has it", () => {
        expect(machineConfigPatch(c0).machine.nodeLabels).not.toHaveProperty(label);
        expect(machineConfigPatch(c0).cluster.allowSchedulingOnControlPlanes).toBe(false);
    });

    test("may come from control planes that take workloads: the label that keeps them away is deleted", () => {
        const serving = machineConfigPatch({ ...c0, schedulingOnControlPlanes: true });
        expect(serving.machine.nodeLabels[label]).toEqual({ $patch: "delete" });
        expect(serving.cluster.allowSchedulingOnControlPlanes).toBe(true);
    });

    test("are no worker's business: its patch speaks of no control plane", () => {
        const worker = machineConfigPatch({ ...w0, schedulingOnControlPlanes: true });
        expect(worker.machine.nodeLabels).not.toHaveProperty(label);
        expect(worker.cluster).not.toHaveProperty("allowSchedulingOnControlPlanes");
        expect(worker.cluster).not.toHaveProperty("apiServer");
    });
});
