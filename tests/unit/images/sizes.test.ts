import { expect, test } from "vitest";
import { allowanceBytes, oversize } from "../../../images/sizes";

test("images below the allowance fit", () => {
    expect(oversize([{ name: "debian-base.qcow2", bytes: allowanceBytes - 1 }])).toBeUndefined();
});

test("images that reach the allowance do not, and each is named with its size", () => {
    expect(
        oversize([
            { name: "debian-base.qcow2", bytes: 1.5e9 },
            { name: "proxmox.qcow2", bytes: 18.5e9 },
        ]),
    ).toBe(
        "The images take 20.00 GB (debian-base.qcow2 1.50 GB, proxmox.qcow2 18.50 GB), but object storage is free below 20.00 GB: drop one or make it smaller.",
    );
});
