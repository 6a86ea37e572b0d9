/** Sections `profile`, `allowance`, `accountType` and `acceptedRisks`: what the policy pack judges a stack by. */
import { z } from "zod";

/** What a stack claims. */
export const profileSchema = z
    .enum(["free", "ha"])
    .describe(
        "`free`: nothing of it may cost anything. `ha`: no single point of failure may be left. Both at once is impossible on today's allowance. Default: neither is claimed.",
    );

/** The free allowance a stack is judged by. */
export const allowanceSchema = z
    .enum(["2021", "2026-06-15"])
    .describe(
        "Oracle's Always Free allowance the stack is judged by, named by the day it came into force. Default: the one in force today.",
    );

/** The kind of Oracle account. */
export const accountTypeSchema = z
    .enum(["always-free", "payg"])
    .describe("Oracle account: `always-free` cannot be charged, `payg` can. Default: not said, judged as `payg`.");

/** Findings the owner of a stack lives with. */
export const acceptedRisksSchema = z
    .array(
        z.strictObject({
            component: z.string().min(1).describe("Failure domain or service as the finding names it."),
            reason: z.string().min(1).describe("Why it is lived with."),
            owner: z.string().min(1).describe("Who decided so."),
            until: z.iso
                .date({ error: "a date such as 2027-06-30" })
                .describe(
                    'Last day it is accepted, in quotes, e.g. `"2027-06-30"`: YAML makes something else of a bare date.',
                ),
        }),
    )
    .describe("Single points of failure this stack lives with, each until its day.");
