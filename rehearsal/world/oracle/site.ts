/** An Oracle tenancy as it stands before the first deployment. */

/** What Oracle's service limits leave an account; a launch over them is `LimitExceeded`. */
export interface OracleLimits {
    /** Ampere A1 cores in the region. */
    readonly a1Ocpus: number;
    /** Ampere A1 memory in the region, GiB. */
    readonly a1MemoryGiB: number;
    /** VM.Standard.E2.1.Micro instances; their limit counts cores, one each. */
    readonly micros: number;
    /** Cores of every other shape. An Always Free tenancy has none. Default 0. */
    readonly otherOcpus?: number;
    /** Boot and block volumes together, GB. */
    readonly storageGB: number;
    /** Reserved public addresses. */
    readonly reservedPublicIps: number;
    /** VCNs. */
    readonly vcns: number;
    /** Object storage, GB. */
    readonly objectsGB: number;
}

/** An image Oracle publishes, or one that was made before. */
export interface OracleSiteImage {
    /** e.g. `Canonical-Ubuntu-24.04-Minimal-2026.09.30-0`. */
    readonly name: string;
    /** e.g. `Canonical Ubuntu`. */
    readonly operatingSystem: string;
    /** e.g. `24.04 Minimal`. */
    readonly version: string;
    /** Shapes it boots on. */
    readonly shapes: readonly string[];
    /** What runs on it, for the world. Default `linux`. */
    readonly boots?: "linux" | "proxmox" | "talos";
    /** Talos version of a Talos image, e.g. `v1.10.5`. */
    readonly talosVersion?: string;
    /** OCID of the compartment an imported one is in, and seen from. Default none: Oracle's own are seen from everywhere. */
    readonly compartmentId?: string;
    readonly state?: "AVAILABLE" | "IMPORTING" | "DISABLED";
    /**
     * What a custom one is billed as, in whole units of 1,073,741,824 bytes (Oracle, API reference:
     * Image.billableSizeInGBs). Default none: Oracle's own cost nothing.
     */
    readonly billedGiB?: number;
}

/** An object that was put into object storage before. */
export interface OracleSiteObject {
    readonly bucket: string;
    readonly object: string;
    /** Decimal gigabytes. */
    readonly gb: number;
    /** OCID of the bucket's compartment. */
    readonly compartmentId: string;
}

/** One tenancy in its home region. */
export interface SiteOracle {
    /** e.g. `eu-frankfurt-1`. */
    readonly region: string;
    readonly tenancyId: string;
    /** Object storage namespace. */
    readonly namespace: string;
    /** Full names, e.g. `Uocm:EU-FRANKFURT-1-AD-1`; each has three fault domains. */
    readonly availabilityDomains: readonly string[];
    /** Availability domains that have Micro instances: an Always Free tenancy gets them in one only. */
    readonly microAvailabilityDomains: readonly string[];
    readonly limits: OracleLimits;
    readonly images: readonly OracleSiteImage[];
    /** What is in object storage; their buckets are there with them. Default nothing. */
    readonly objects?: readonly OracleSiteObject[];
    /** Compartments under the root, by OCID. Default none. */
    readonly compartments?: Readonly<Record<string, string>>;
    /** How many launches of A1 find no room before one does. Default 0. */
    readonly capacityRefusals?: number;
    /**
     * Where no launch of A1 ever finds room: availability domains, or a fault domain of one, e.g.
     * `Uocm:EU-FRANKFURT-1-AD-1/FAULT-DOMAIN-2`. Default nowhere.
     */
    readonly fullDomains?: readonly string[];
}
