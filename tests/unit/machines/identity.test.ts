import * as fc from "fast-check";
import { expect, test } from "vitest";
import { diskSerial, macAddress } from "../../../components/machines/identity";

/** Ids as Proxmox VE takes them: 100 to 999999999 (qm(1), VMID). */
const vmId = fc.integer({ min: 100, max: 999_999_999 });

test("c0's MAC address follows from its id alone", () => {
    expect(macAddress(140)).toBe("02:50:00:00:00:8C");
});

test("every MAC address is locally administered and unicast, or it could be a real card's or a group's", () => {
    fc.assert(
        fc.property(vmId, (id) => {
            const mac = macAddress(id);
            expect(mac).toMatch(/^([0-9A-F]{2}:){5}[0-9A-F]{2}$/);
            expect(Number.parseInt(mac.slice(0, 2), 16) & 0b11).toBe(0b10);
        }),
    );
});

test("two machines never share a MAC address", () => {
    fc.assert(
        fc.property(vmId, vmId, (a, b) => {
            expect(macAddress(a) === macAddress(b)).toBe(a === b);
        }),
    );
});

test("a disk's serial fits the twenty characters QEMU shows, and is no other disk's", () => {
    fc.assert(
        fc.property(vmId, vmId, (a, b) => {
            expect(diskSerial(a, "osd").length).toBeLessThanOrEqual(20);
            expect(diskSerial(a, "sys")).not.toBe(diskSerial(b, "osd"));
            expect(diskSerial(a, "osd") === diskSerial(b, "osd")).toBe(a === b);
        }),
    );
});
