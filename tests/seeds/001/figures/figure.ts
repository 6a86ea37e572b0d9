/** What a figure of the architecture document is, and what several parts of its table ask of the stack. */
import { expect } from "vitest";
import type { Built } from "../built";

/** One thing the document says with a figure in it. */
export interface Figure {
    /** Starts of the headings it stands under. */
    readonly sections: readonly string[];
    /** What the line says in the document's own letters; together they hold each of its figures. */
    readonly mentions: readonly string[];
    readonly says: string;
    /** Fails where it is not so. */
    readonly holds: (stack: Built) => void;
}

/** The document's three Amperes. */
export const amperes = ["ampere-1", "ampere-2", "ampere-3"] as const;
/** Their addresses, in the same order. */
export const addresses = ["10.0.1.10", "10.0.1.11", "10.0.1.12"] as const;

/** A figure that stands under one heading only. */
export const one = (section: string, mentions: readonly string[], says: string, holds: Figure["holds"]): Figure => ({
    sections: [section],
    mentions,
    says,
    holds,
});

/** The sum of one input of the three Amperes. */
export const amount = (stack: Built, path: string): number =>
    amperes.reduce((sum, name) => sum + Number(stack.input(`instance-${name}`, path)), 0);

/** One of the policy pack's meters. */
export const meter = (stack: Built, id: string) => stack.meters.find((each) => each.id === id);

/** Fails unless so much of what is free is used, and all of it is known. */
export const limit = (id: string, used: number, max: number) => (stack: Built) =>
    expect(meter(stack, id)).toMatchObject({ used, max, unknown: [] });

/** Fails unless two addresses are reserved, the bastion's and the ingress's, of two that are free. */
export const reserved = (stack: Built): void => {
    const lasting = stack.resources.filter(({ inputs }) => inputs.lifetime === "RESERVED").map(({ name }) => name);
    expect(lasting.sort()).toEqual(["bastion-address-public", "ingress-address-public"]);
    expect(meter(stack, "reserved-ips")).toMatchObject({ used: 2, max: 2 });
};

/** Fails unless 20 GB of objects are free, and no more are used. */
export const objects = (stack: Built): void => {
    expect(meter(stack, "object-storage")?.max).toBe(20);
    expect(meter(stack, "object-storage")?.used).toBeLessThanOrEqual(20);
};

/** Fails unless the three boot volumes have 150 GB together. */
export const bootVolumes = (stack: Built): void => expect(amount(stack, "sourceDetails.bootVolumeSizeInGbs")).toBe(150);
