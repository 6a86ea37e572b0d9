import { expect, test } from "vitest";
import { oversize } from "../../../images/sizes";

test("images below what is free fit", () => {
    expect(oversize([{ name: "debian-base.qcow2", bytes: 20e9 - 1 }], 20)).toBeUndefined();
    expect(oversize([{ name: "debian-base.qcow2", bytes: 10e9 }], 10)).toContain("free below 10.00 GB");
});

test("images that reach the allowance do not, and each is named with its size", () => {
    expect(
        oversize(
            [
                { name: "debian-base.qcow2", bytes: 1.5e9 },
                { name: "proxmox.qcow2", bytes: 18.5e9 },
            ],
            20,
        ),
    ).toBe(
        "The images take 20.00 GB (debian-base.qcow2 1.50 GB, proxmox.qcow2 18.50 GB), but object storage is free below 20.00 GB: drop one or make it smaller.",
    );
});
