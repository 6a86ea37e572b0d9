/** Sections every platform has: what the policy pack judges a stack by. */
import { acceptedRisksSchema, accountTypeSchema, allowanceSchema, profileSchema } from "../risks";

/** The sections of every platform. */
export const commonSections = {
    profile: profileSchema.optional(),
    allowance: allowanceSchema.optional(),
    accountType: accountTypeSchema.optional(),
    acceptedRisks: acceptedRisksSchema.default([]),
} as const;
