/** Section `mesh`: the Tailscale network through which everything private is reached. */
import { z } from "zod";
import { cidr, isInside, toNumber } from "./address";
import type { Mistake } from "./mistake";

/** Addresses Tailscale gives devices: the carrier-grade range (Tailscale, IP pool). */
export const tailscaleRange = "100.64.0.0/10";

/** The mesh. */
export const meshSchema = z
    .strictObject({
        tag: z
            .string()
            .regex(/^tag:[a-z][a-z0-9-]*$/, { error: "a tag such as tag:strata" })
            .default("tag:strata")
            .describe("Tag of the stack's devices, which the tailnet's policy must know. Default tag:strata."),
        pool: cidr()
            .default("100.64.0.0/29")
            .describe("Addresses of the stack's devices, in the order of their names. Default 100.64.0.0/29."),
        ownsPolicy: z
            .boolean()
            .default(false)
            .describe(
                "True lets the stack write the policy of the whole tailnet, and put it back to Tailscale's default at destroy. Default false: the tag, the address pool, the approval of routes and `tag:k8s-operator` as an owner of `tag:k8s` are yours to write.",
            ),
        replacesPolicy: z
            .boolean()
            .default(false)
            .describe(
                "True: whatever policy the tailnet has is replaced at the first up. Default false: only Tailscale's default is, and another one is refused. Needs ownsPolicy.",
            ),
    })
    .describe(
        "The Tailscale network through which everything private is reached. Credentials are secret: `tailscale:oauthClientId` and `tailscale:oauthClientSecret`, or `tailscale:apiKey`.",
    );

/** The mesh. */
export type MeshConfig = z.output<typeof meshSchema>;

/** Devices' addresses: the first of the pool to the first name, and so on; the pool's own address is nobody's. */
export function meshAddresses(pool: string, names: readonly string[]): Readonly<Record<string, string>> {
    const [base = ""] = pool.split("/");
    const octets = (number: number) => [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join(".");
    return Object.fromEntries(names.map((name, turn) => [name, octets(toNumber(base) + turn + 1)]));
}

/** The pool is Tailscale's and has an address for every device; a policy is replaced by a stack that owns it only. */
export function checkMesh({ pool, ownsPolicy, replacesPolicy }: MeshConfig, devices: readonly string[]): Mistake[] {
    const size = 2 ** (32 - Number(pool.split("/")[1])) - 2;
    const [base = ""] = pool.split("/");
    const key = "strata:mesh.pool";
    return [
        ...(isInside(base, tailscaleRange)
            ? []
            : [
                  {
                      key,
                      value: pool,
                      expected: `a network inside ${tailscaleRange}, which Tailscale gives addresses of`,
                  },
              ]),
        ...(size >= devices.length
            ? []
            : [{ key, value: pool, expected: `room for ${devices.length} devices (${devices.join(", ")})` }]),
        ...(replacesPolicy && !ownsPolicy
            ? [
                  {
                      key: "strata:mesh.replacesPolicy",
                      value: replacesPolicy,
                      expected:
                          "false, or strata:mesh.ownsPolicy true: a stack replaces the policy it owns and no other",
                  },
              ]
            : []),
    ];
}
