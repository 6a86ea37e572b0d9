/** Arrows of phase 0: what is found, made and asked for, and in which order. */
import { identityToRecipient } from "age-encryption";
import { expect } from "vitest";
import { prepared } from "../prepared";
import { type Claim, claim } from "./arrow";

const section = "Phase 0: Setup";
const tenancy = "strata:cloud.tenancyId is written";

/** Fails unless the second came after the first. */
function inOrder(events: readonly string[], first: string, second: string): void {
    expect(events).toEqual(expect.arrayContaining([first, second]));
    expect(events.indexOf(first)).toBeLessThan(events.indexOf(second));
}

/** Arrows that are true of `strata setup`. */
export const setupFacts: readonly Claim[] = [
    claim(section, ["Start --> CheckOCI"], "setup begins with Oracle's credentials", async () => {
        const { events } = await prepared({ oracleConfig: true });
        expect(events.filter((event) => !event.endsWith("is written"))[0]).toBe("OCI config");
    }),
    claim(
        section,
        ["CheckOCI -->|Missing| InstallOCI"],
        "Oracle's own setup runs where its config is missing",
        async () => {
            const { events } = await prepared();
            expect(events[0]).toBe("oci setup config");
        },
    ),
    claim(
        section,
        ["CheckOCI -->|Exists| GenTF"],
        "where the config exists the stack's values come at once",
        async () => {
            const { events } = await prepared({ oracleConfig: true });
            expect(events).not.toContain("oci setup config");
            expect(events).toContain(tenancy);
        },
    ),
    claim(section, ["InstallOCI --> GenTF"], "and where it was made, after that", async () => {
        const { events } = await prepared();
        inOrder(events, "oci setup config", tenancy);
    }),
    claim(section, ["GenTF --> SSH"], "the SSH key comes after the stack's values", async () => {
        const { events, config } = await prepared();
        inOrder(events, tenancy, "SSH Keys");
        expect(config.get("strata:sshPrivateKey")).toMatch(/^-----BEGIN OPENSSH PRIVATE KEY-----/);
    }),
    claim(section, ["Cilium --> Age"], "the age key comes after Cilium", async () => {
        const { events } = await prepared();
        inOrder(events, "Cilium Manifest", "Age Key");
    }),
    claim(section, ["Age --> Encrypt"], "secrets are encrypted for that age key", async () => {
        const { events, config, recipient } = await prepared();
        inOrder(events, "Age Key", "Encrypt Secrets");
        expect(recipient).toBe(await identityToRecipient(config.get("strata:ageKey") ?? ""));
    }),
    claim(section, ["SSH --> Done"], "setup is not done without an SSH key", async () => {
        expect((await prepared()).failure).toBeUndefined();
        expect((await prepared({ brokenSshKey: true })).failure).toContain("is no OpenSSH private key");
    }),
    claim(section, ["Encrypt --> Done"], "setup is not done before the secrets are encrypted", async () => {
        const { failure, events } = await prepared({ sopsRefuses: true });
        expect(failure).toBe("sops refused");
        expect(events).not.toContain("Encrypt Secrets");
    }),
];

/** Arrows we draw otherwise. */
export const setupDeviations: readonly Claim[] = [
    claim(
        section,
        ["StartFlux --> Cilium"],
        "one command does both chains: the second begins where the first ends; what it checks is the chart, not a manifest",
        async () => {
            const { events } = await prepared();
            expect(events[events.indexOf("SSH Keys") + 1]).toBe("Cilium Manifest");
        },
    ),
];
