import * as core from "@pulumi/oci/core";
import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { Compartment } from "../../../components/cloud/compartment";
import { CostGuard } from "../../../components/cloud/cost-guard";
import { CustomImage, lookUpImage, newest } from "../../../components/cloud/custom-image";
import { type InstanceSpec, Instances } from "../../../components/cloud/instances";
import { checkMetadata } from "../../../components/cloud/metadata";
import { Network } from "../../../components/cloud/network";
import {
    attachedVnicId,
    primaryAddressId,
    ReservedAddress,
    type ReservedAddressArgs,
} from "../../../components/cloud/reserved-address";
import { listed, named, synth } from "../../harness/synth";
import { oracle } from "./oracle";

const tenancyId = "ocid1.tenancy.oc1..root";
const compartmentId = "ocid1.compartment.oc1..strata";

test("a compartment is made under the tenancy's root and goes with the stack", async () => {
    const graph = await synth(() => ({ id: new Compartment("c", { tenancyId, name: "strata" }).id }));
    expect(named(graph, "c-compartment").inputs).toMatchObject({
        compartmentId: tenancyId,
        name: "strata",
        enableDelete: true,
    });
    expect(graph.outputs).toEqual({ id: "c-compartment-id" });
});

test("a compartment that exists is taken as it stands", async () => {
    const graph = await synth(() => ({
        id: new Compartment("c", { tenancyId, name: "strata", id: compartmentId }).id,
    }));
    expect(listed(graph)).toEqual(["strata:cloud:Compartment c"]);
    expect(graph.outputs).toEqual({ id: compartmentId });
});

test("budget and quota stand in the root compartment, and the quota waits for the compartment it names", async () => {
    const graph = await synth(() => {
        const { id } = new Compartment("c", { tenancyId, name: "strata" });
        return void new CostGuard("guard", {
            tenancyId,
            compartmentId: id,
            compartmentName: "strata",
            allowance: { region: "eu-frankfurt-1", ocpus: 4, memoryGiB: 24, micros: 1, storageGiB: { "AD-1": 200 } },
            recipients: ["owner@example.org"],
        });
    });
    expect(named(graph, "guard-budget").inputs).toMatchObject({
        compartmentId: tenancyId,
        amount: 1,
        targets: ["c-compartment-id"],
    });
    expect(named(graph, "guard-any-charge").inputs).toMatchObject({
        type: "ACTUAL",
        thresholdType: "PERCENTAGE",
        threshold: 1,
        recipients: "owner@example.org",
    });
    expect(named(graph, "guard-quota").inputs).toMatchObject({ compartmentId: tenancyId });
    expect(named(graph, "guard-budget").dependencies).toContain("c-compartment");
    expect(named(graph, "guard-quota").dependencies).toContain("guard-budget");
});

const image = {
    compartmentId,
    bucket: "images",
    object: "talos-arm64.oci",
    path: "images/out/talos-arm64.oci",
    displayName: "talos-v1.10.5",
    platform: "talos",
    sizeGb: 0.2,
} as const;

test("an image is known once it is imported from its archive and allowed on A1", async () => {
    const graph = await synth(() => {
        const { id } = new CustomImage("image", image);
        return void new core.Image("user", { compartmentId, instanceId: id });
    }, oracle());
    expect(named(graph, "image-archive").inputs).toMatchObject({
        namespace: "frhomelab",
        bucket: "images",
        object: "talos-arm64.oci",
        source: "images/out/talos-arm64.oci",
        metadata: { "size-gb": "0.2" },
    });
    expect(named(graph, "image-image").inputs).toMatchObject({
        displayName: "talos-v1.10.5",
        launchMode: "PARAVIRTUALIZED",
        imageSourceDetails: {
            sourceType: "objectStorageTuple",
            namespaceName: "frhomelab",
            bucketName: "images",
            objectName: "talos-arm64.oci",
        },
        freeformTags: { "size-gb": "0.2" },
    });
    expect(named(graph, "image-a1").inputs).toMatchObject({
        imageId: "image-image-id",
        shapeName: "VM.Standard.A1.Flex",
    });
    expect(named(graph, "image-bucket").inputs).toMatchObject({ accessType: "NoPublicAccess" });
    expect(named(graph, "user").dependencies).toContain("image-a1");
});

test("a bare disk is refused where it is written: A1 would not boot it", async () => {
    const made = synth(() => void new CustomImage("image", { ...image, object: "talos-arm64.qcow2" }), oracle());
    await expect(made).rejects.toThrow("object must name an archive in Oracle's format, ending in .oci");
});

test("the newest image that fits is taken, asked for by name or by operating system and shape", async () => {
    const ubuntu = { operatingSystem: "Canonical Ubuntu", version: "24.04", shape: "VM.Standard.E2.1.Micro" };
    const graph = await synth(
        () => ({
            byName: lookUpImage(compartmentId, { displayName: "debian-12" }),
            byKind: lookUpImage(tenancyId, ubuntu),
        }),
        oracle({}, ["ocid1.image.oc1..newest", "ocid1.image.oc1..older"]),
    );
    expect(graph.outputs).toEqual({ byName: "ocid1.image.oc1..newest", byKind: "ocid1.image.oc1..newest" });
    expect(graph.calls.map(({ args }) => args)).toEqual([
        expect.objectContaining({ displayName: "debian-12", sortBy: "TIMECREATED", sortOrder: "DESC" }),
        expect.objectContaining({ operatingSystem: "Canonical Ubuntu", operatingSystemVersion: "24.04" }),
    ]);
});

test("an image that is not there is one sentence", () => {
    expect(() => newest([], { displayName: "debian-12" })).toThrow(
        'Oracle has no available image named "debian-12" in this region',
    );
});

const bastion = () => new core.Instance("bastion", { availabilityDomain: "AD-1", compartmentId, shape: "x" });
const reserved = (rest: Record<string, unknown>) => () => {
    const args = { compartmentId, vnicOf: bastion(), address: "10.0.1.20", secondary: false, ...rest };
    const address = new ReservedAddress("ssh", args as ReservedAddressArgs);
    return { address: address.address };
};

test("a reserved address takes the primary private address of the interface that is attached", async () => {
    const graph = await synth(reserved({ livesOn: "machine/bastion" }), oracle());
    expect(named(graph, "ssh-public").inputs).toMatchObject({
        lifetime: "RESERVED",
        privateIpId: "ocid1.privateip.oc1..first",
    });
    expect(graph.calls.map(({ args }) => args)).toEqual([
        { compartmentId, instanceId: "bastion-id" },
        { vnicId: "ocid1.vnic.oc1..primary" },
    ]);
    expect(graph.outputs).toEqual({ address: "203.0.113.9" });
    expect(named(graph, "ssh").outputs).toMatchObject({
        facts: { domains: [{ name: "nat/ssh", kind: "nat", partOf: ["machine/bastion"] }] },
    });
});

test("a second one sits on a private address of its own: one holds one", async () => {
    const graph = await synth(reserved({ address: "10.0.1.30", secondary: true }), oracle());
    expect(named(graph, "ssh-private").inputs).toMatchObject({
        vnicId: "ocid1.vnic.oc1..primary",
        ipAddress: "10.0.1.30",
    });
    expect(named(graph, "ssh-public").inputs).toMatchObject({ privateIpId: "ssh-private-id" });
});

test("a private address that is known is taken as it is", async () => {
    const own = () => void new ReservedAddress("ip", { compartmentId, privateIpId: "ocid1.privateip.oc1..mine" });
    const graph = await synth(own, oracle());
    expect(named(graph, "ip-public").inputs).toMatchObject({ privateIpId: "ocid1.privateip.oc1..mine" });
    expect(graph.calls).toEqual([]);
});

test("an instance with no interface, or with another address, is one sentence", () => {
    expect(() => attachedVnicId("bastion", [{ state: "DETACHING", vnicId: "a" }])).toThrow(
        "instance bastion has no attached network interface",
    );
    const beside = { id: "b", isPrimary: false, ipAddress: "10.0.1.20" };
    const other = { id: "a", isPrimary: true, ipAddress: "10.0.1.21" };
    expect(() => primaryAddressId("10.0.1.20", [beside, other])).toThrow(
        "the interface's primary address must be 10.0.1.20, got 10.0.1.21",
    );
    expect(() => primaryAddressId("10.0.1.20", [beside])).toThrow("got none");
});

const network = {
    compartmentId,
    vcnCidr: "10.0.0.0/16",
    subnetCidr: "10.0.1.0/24",
    dnsLabel: "strata",
    openPorts: [{ protocol: "udp", port: 41641, sources: ["0.0.0.0/0"], reason: "Tailscale, direct" }],
    groups: {
        bastion: [{ protocol: "tcp", port: 22, sources: ["203.0.113.7/32", "198.51.100.0/24"], reason: "SSH" }],
        ingress: [{ protocol: "tcp", port: 443, sources: ["0.0.0.0/0"], reason: "HTTPS" }],
    },
} as const;

test("SSH is opened in the bastion's group only: the subnet's list, which holds for every instance, has none of it", async () => {
    const graph = await synth(() => {
        const { groups } = new Network("net", network);
        return { bastion: groups.bastion };
    });
    const rules = named(graph, "net-security").inputs as { readonly ingressSecurityRules: readonly object[] };
    expect(JSON.stringify(rules.ingressSecurityRules)).not.toContain('"min":22');
    const ssh = graph.resources.filter(({ name }) => name.startsWith("net-bastion-tcp-22-"));
    expect(ssh.map(({ inputs }) => inputs)).toEqual(
        ["198.51.100.0/24", "203.0.113.7/32"].map((source) =>
            expect.objectContaining({
                networkSecurityGroupId: "net-bastion-id",
                direction: "INGRESS",
                protocol: "6",
                source,
                sourceType: "CIDR_BLOCK",
                description: "SSH",
                tcpOptions: { destinationPortRange: { min: 22, max: 22 } },
            }),
        ),
    );
    expect(graph.outputs).toEqual({ bastion: "net-bastion-id" });
});

const spec: InstanceSpec = {
    shape: "VM.Standard.A1.Flex",
    ocpus: 2,
    memoryGiB: 8,
    address: "10.0.1.10",
    bootVolumeGiB: 50,
    availabilityDomain: "AD-1",
    faultDomain: "FAULT-DOMAIN-1",
    ephemeralPublicIp: true,
    imageId: "ocid1.image.oc1..a",
};
const launch = (rest: Partial<InstanceSpec>) => () => {
    const guard = new core.Vcn("guard", { compartmentId });
    const onOutOfCapacity = new pulumi.ErrorHook("capacity", async () => false);
    const instances = { "ampere-1": { ...spec, ...rest } };
    return void new Instances("cloud", { compartmentId, subnetId: "subnet", instances, onOutOfCapacity, guard });
};

test("an instance waits for the quota, is in its groups, and leaves its place and its first boot's words alone", async () => {
    const graph = await synth(launch({ groups: ["net-ingress-id"], userData: "Zm9v", sshAuthorizedKeys: ["a", "b"] }));
    const instance = named(graph, "cloud-ampere-1");
    expect(instance.dependencies).toContain("guard");
    expect(instance.ignoreChanges).toEqual(["availabilityDomain", "faultDomain", "metadata", "sourceDetails.sourceId"]);
    expect(instance.inputs).toMatchObject({
        displayName: "ampere-1",
        shapeConfig: { ocpus: 2, memoryInGbs: 8 },
        createVnicDetails: { privateIp: "10.0.1.10", assignPublicIp: "true", nsgIds: ["net-ingress-id"] },
        instanceOptions: { areLegacyImdsEndpointsDisabled: true },
        preserveBootVolume: false,
        metadata: { user_data: "Zm9v", ssh_authorized_keys: "a\nb" },
    });
});

test("metadata that is more than Oracle takes is refused, to the byte", () => {
    const metadata = (bytes: number) => ({ user_data: "x".repeat(bytes - 16) });
    expect(() => checkMetadata("ampere-1", metadata(32_000))).not.toThrow();
    expect(() => checkMetadata("ampere-1", metadata(32_001))).toThrow(
        "instance ampere-1: its metadata must be at most 32000 bytes, got 32001; shorten its user data",
    );
});
