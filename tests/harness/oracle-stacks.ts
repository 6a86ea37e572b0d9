/** The Oracle stacks as objects: sections as their files have them, a copy of one's own each time. */

const availabilityDomains = [1, 2, 3].map((number) => `Uocm:EU-FRANKFURT-1-AD-${number}`);

const place = (number: 1 | 2 | 3) => ({
    availabilityDomain: `Uocm:EU-FRANKFURT-1-AD-${number}`,
    faultDomain: `FAULT-DOMAIN-${number}`,
});

const cloud = (stack: string) => ({
    region: "eu-frankfurt-1",
    tenancyId: "ocid1.tenancy.oc1..aaaaaaaahomelab",
    compartment: { name: `strata-${stack}` },
    availabilityDomains,
    sshSources: ["198.51.100.7/32"],
    recipients: ["owner@example.org"],
    // Micro instances are to be had in one availability domain of a tenancy only.
    bastion: { address: "10.0.1.20", ...place(1), faultDomain: "FAULT-DOMAIN-2" },
    images: {
        instance: {
            name: "strata-image-1",
            bucket: "strata-images",
            object: "strata-image-1.oci",
            path: "images/out/strata-image-1.oci",
            sizeGb: 1.6,
        },
        bastion: { operatingSystem: "Canonical Ubuntu", version: "24.04 Minimal" },
    },
});

const accepted = (...components: readonly string[]) =>
    components.map((component) => ({
        component,
        reason: "What is free has no second of it.",
        owner: "owner",
        until: "2027-12-31",
    }));

const delivery = (stack: string) => ({ repository: "https://github.com/example/strata", path: `gitops/${stack}` });

/** Sections of a stack on platform `oracle-proxmox`: the document as it is drawn. */
export function oracleProxmoxSections(): Record<string, unknown> {
    const machine = (number: 1 | 2 | 3, cpuCores: number) => ({
        role: "controlplane",
        host: `ampere-${number}`,
        address: `10.20.0.1${number}`,
        vmId: 110 + number,
        cpuCores,
        memoryGiB: 3,
        systemDiskGiB: 10,
    });
    return {
        platform: "oracle-proxmox",
        profile: "free",
        allowance: "2021",
        accountType: "payg",
        cloud: {
            ...cloud("oci-free"),
            quota: { ocpus: 4, memoryGiB: 24, micros: 1, storageGiB: 200 },
            instances: {
                "ampere-1": { address: "10.0.1.10", ocpus: 2, memoryGiB: 8, ...place(1) },
                "ampere-2": { address: "10.0.1.11", ocpus: 1, memoryGiB: 8, ...place(2) },
                "ampere-3": { address: "10.0.1.12", ocpus: 1, memoryGiB: 8, ...place(3) },
            },
            ingress: { instance: "ampere-1", address: "10.0.1.30" },
        },
        mesh: { ownsPolicy: true },
        proxmoxCluster: { clusterName: "oci-proxmox", tailscale: { address: "10.20.0.2" } },
        machines: { "cp-1": machine(1, 2), "cp-2": machine(2, 1), "cp-3": machine(3, 1) },
        talos: { clusterName: "oci-free", virtualIp: "10.20.0.10", schedulingOnControlPlanes: true },
        delivery: delivery("oci-free"),
        acceptedRisks: accepted("ceph-data", "ingress", "private-access", "ssh"),
    };
}

/** Sections of a stack on platform `oracle-talos`: what Oracle gives free today. */
export function oracleTalosSections(): Record<string, unknown> {
    return {
        platform: "oracle-talos",
        profile: "free",
        allowance: "2026-06-15",
        accountType: "payg",
        cloud: {
            ...cloud("oci-free-2026"),
            quota: { ocpus: 2, memoryGiB: 12, micros: 1, storageGiB: 200 },
            instances: {
                "ampere-1": { address: "10.0.1.10", ocpus: 2, memoryGiB: 12, bootVolumeGiB: 100, ...place(2) },
            },
            ingress: { instance: "ampere-1", address: "10.0.1.30" },
        },
        mesh: { ownsPolicy: true },
        talos: { clusterName: "oci-free-2026" },
        delivery: delivery("oci-free-2026"),
        acceptedRisks: accepted(
            "availability-domain/Uocm:EU-FRANKFURT-1-AD-2",
            "machine/ampere-1",
            "ingress",
            "private-access",
            "ssh",
        ),
    };
}

/** A key of OpenSSH's own form, made for tests: nobody lets it in. */
export const testSshKey = `-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
QyNTUxOQAAACAsWF8sQRQNofyscqwX0YMOlLm+AHXbIY9uRwsx1gB+tAAAAIjvc3u073N7
tAAAAAtzc2gtZWQyNTUxOQAAACAsWF8sQRQNofyscqwX0YMOlLm+AHXbIY9uRwsx1gB+tA
AAAEArT9eAmq9FPtqG8cUVWfFil9W6ajAaYDA7nz/uJcjoBixYXyxBFA2h/KxyrBfRgw6U
ub4Addshj25HCzHWAH60AAAAAAECAwQF
-----END OPENSSH PRIVATE KEY-----
`;

/** An age key of the right form, made for tests. */
export const testAgeKey = `AGE-SECRET-KEY-1${"Q".repeat(58)}`;

/** The config of a running stack with these sections: sections, secrets, region. */
export function oracleConfig(sections: Record<string, unknown>): Record<string, unknown> {
    return {
        ...Object.fromEntries(Object.entries(sections).map(([key, value]) => [`strata:${key}`, value])),
        "oci:region": "eu-frankfurt-1",
        "strata:sshPrivateKey": testSshKey,
        "strata:ageKey": testAgeKey,
    };
}
