/** A tenancy of the Always Free kind, in a region with three availability domains. */
import type { OracleLimits, SiteOracle } from "../world/oracle/site";

/** The region's availability domains. */
const availabilityDomains = [1, 2, 3].map((number) => `Uocm:EU-FRANKFURT-1-AD-${number}`);

/** Ampere, which images for 64-bit ARM boot on. */
export const a1 = "VM.Standard.A1.Flex";
const micro = "VM.Standard.E2.1.Micro";

/** What both allowances have in common (Oracle, "Always Free Resources"). */
const shared = { micros: 2, storageGB: 200, reservedPublicIps: 2, vcns: 2, objectsGB: 20 } as const;

/** The allowance until 2026-06-14: 4 cores, 24 GB. */
export const allowanceOf2025: OracleLimits = { a1Ocpus: 4, a1MemoryGiB: 24, ...shared };

/** The allowance since 2026-06-15: 2 cores, 12 GB. */
export const allowanceOf2026: OracleLimits = { a1Ocpus: 2, a1MemoryGiB: 12, ...shared };

/** A tenancy with Oracle's Ubuntu images. */
export function tenancy(limits: OracleLimits): SiteOracle {
    return {
        region: "eu-frankfurt-1",
        tenancyId: "ocid1.tenancy.oc1..aaaaaaaahomelab",
        namespace: "frhomelab",
        availabilityDomains,
        microAvailabilityDomains: [availabilityDomains[0] ?? ""],
        limits,
        images: ["2026.08.31-0", "2026.09.30-0"].flatMap((build) =>
            ["24.04", "24.04 Minimal"].flatMap((version) => [
                {
                    name: `Canonical-Ubuntu-${version.replace(" ", "-")}-${build}`,
                    operatingSystem: "Canonical Ubuntu",
                    version,
                    shapes: [micro],
                },
                {
                    name: `Canonical-Ubuntu-${version.replace(" ", "-")}-aarch64-${build}`,
                    operatingSystem: "Canonical Ubuntu",
                    version,
                    shapes: [a1],
                },
            ]),
        ),
    };
}
