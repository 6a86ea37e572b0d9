/** What the Image Factory and Talos itself support: versions, and the Kubernetes minors that go with them. */

/** Talos versions the factory serves, oldest first (siderolabs/talos: releases). */
export const talosVersions: readonly string[] = [
    ...range("1.9", 6),
    ...range("1.10", 9),
    ...range("1.11", 6),
    ...range("1.12", 6),
];

function range(minor: string, last: number): string[] {
    return Array.from({ length: last + 1 }, (_, patch) => `v${minor}.${patch}`);
}

/** Kubernetes minors by Talos minor (siderolabs/talos: pkg/machinery/compatibility). */
export const kubernetesByTalos: Readonly<Record<string, readonly string[]>> = {
    "1.9": ["1.27", "1.28", "1.29", "1.30", "1.31", "1.32"],
    "1.10": ["1.28", "1.29", "1.30", "1.31", "1.32", "1.33"],
    "1.11": ["1.29", "1.30", "1.31", "1.32", "1.33", "1.34"],
    "1.12": ["1.30", "1.31", "1.32", "1.33", "1.34", "1.35"],
};
