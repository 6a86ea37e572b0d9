import { afterEach, expect, test, vi } from "vitest";
import { parseFleet } from "../../../../config";
import { command } from "../../../../operations/cli";
import { clusterAccess, expectedOf } from "../../../../operations/validate/command";
import { oracleProxmoxSections, oracleTalosSections } from "../../../harness/oracle-stacks";
import { stackSections } from "../../../harness/stack-config";

const limits = { activeSeries: 10_000, logsGBPerMonth: 50 };
const day = "2026-11-21";

function fleet(sections: Record<string, unknown>) {
    const verdict = parseFleet(sections);
    if ("mistakes" in verdict) {
        throw new Error(verdict.mistakes.join(" "));
    }
    return verdict.fleet;
}

afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
});

test("each platform is asked for what it has", () => {
    expect(expectedOf(fleet(stackSections("homelab-ha")), day, limits)).toEqual({
        hypervisors: ["pve-0", "pve-1", "pve-2"],
        machines: ["c0", "c1", "c2", "w0", "w1", "w2"],
    });
    const drawn = expectedOf(fleet(oracleProxmoxSections()), day, limits);
    expect([drawn.hypervisors, drawn.machines, drawn.oracle?.allowance.name]).toEqual([
        ["ampere-1", "ampere-2", "ampere-3"],
        ["cp-1", "cp-2", "cp-3"],
        "2021",
    ]);
    const today = expectedOf(fleet(oracleTalosSections()), day, limits);
    expect([today.hypervisors, today.machines, today.oracle?.allowance.name]).toEqual([
        undefined,
        ["ampere-1"],
        "2026-06-15",
    ]);
});

test("a stack's clusters are asked with its own outputs and config", () => {
    const outputs = {
        proxmoxApi: "https://10.0.1.10:8006/",
        credentials: { proxmox: "strata@pve!deploy=1" },
        kubeconfig: "apiVersion: v1",
    };
    const config = { "grafana:url": "https://me.grafana.net", "grafana:auth": "glsa" };
    expect(clusterAccess(fleet(oracleProxmoxSections()), { config, outputs })).toEqual({
        proxmox: { endpoint: "https://10.0.1.10:8006/", apiToken: "strata@pve!deploy=1", insecure: true },
        kubeconfig: "apiVersion: v1",
        grafana: { url: "https://me.grafana.net", token: "glsa" },
    });
});

test("a homelab's API is asked with its token, from the config or the environment", () => {
    const homelab = fleet(stackSections("homelab"));
    vi.stubEnv("PROXMOX_VE_API_TOKEN", undefined);
    expect(clusterAccess(homelab, { config: {}, outputs: {} }).proxmox).toBeUndefined();
    vi.stubEnv("PROXMOX_VE_API_TOKEN", "root@pam!a=b");
    expect(clusterAccess(homelab, { config: {}, outputs: {} }).proxmox).toMatchObject({
        endpoint: "https://10.10.0.10:8006/",
        apiToken: "root@pam!a=b",
    });
});

test("the command takes the power of simulated hosts only", async () => {
    await expect(command().parseAsync(["node", "strata", "validate", "homelab", "--down", "pve"])).rejects.toThrow(
        "say --rehearse as well",
    );
});

test("the command prints the matrix, and ends with 1 where it says STOP", async () => {
    const lines: string[] = [];
    vi.spyOn(console, "log").mockImplementation((line: string) => lines.push(line));
    const before = process.exitCode;
    await command().parseAsync(["node", "strata", "validate", "homelab-ha", "--rehearse", "--down", "pve-2"]);
    const after = process.exitCode;
    process.exitCode = before;
    expect(lines.join("\n")).toMatch(/^homelab-ha, rehearsed: STOP\n/);
    expect(after).toBe(1);
});
