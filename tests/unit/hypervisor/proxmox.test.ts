import * as pulumi from "@pulumi/pulumi";
import { afterEach, expect, test } from "vitest";
import { apiToken } from "../../../components/hypervisor/api-token";
import { hypervisorFacts, Proxmox } from "../../../components/hypervisor/proxmox";
import { listed, named, synth } from "../../harness/synth";

const token = "strata@pve!deploy=00000000-0000-4000-8000-000000000001";

afterEach(() => {
    pulumi.runtime.setAllConfig({});
});

test("the hypervisor is one provider with the token as a secret", async () => {
    const graph = await synth(() => {
        new Proxmox("proxmox", {
            endpoint: "https://10.10.0.10:8006/",
            apiToken: token,
            insecure: true,
            nodes: ["pve"],
        });
    });
    expect(listed(graph)).toEqual(["strata:hypervisor:Proxmox proxmox", "pulumi:providers:proxmoxve proxmox-api"]);
    const { inputs } = named(graph, "proxmox-api");
    expect(inputs.apiToken).toEqual({ secret: token });
    expect(inputs.endpoint).toBe("https://10.10.0.10:8006/");
    expect(inputs.ssh, "an SSH section would be a second way in").toBeUndefined();
});

test("one host is a failure domain and no quorum; three hosts are a cluster that most of must hold", () => {
    expect(hypervisorFacts(["pve"]).services).toBeUndefined();
    expect(hypervisorFacts(["pve"]).domains?.map(({ name, title }) => [name, title])).toEqual([
        ["hypervisor-node/pve", "Proxmox"],
    ]);
    const [quorum] = hypervisorFacts(["pve-0", "pve-1", "pve-2"]).services ?? [];
    expect(quorum?.redundancy).toEqual({ rule: "majority" });
    expect(quorum?.members).toEqual({
        "pve-0": "hypervisor-node/pve-0",
        "pve-1": "hypervisor-node/pve-1",
        "pve-2": "hypervisor-node/pve-2",
    });
});

test("the token comes from the environment where the config has none", async () => {
    const taken = await synth(() => ({ token: apiToken({ PROXMOX_VE_API_TOKEN: token }) }));
    expect(taken.outputs.token).toEqual({ secret: token });
});

test("the config's token goes before the environment's", async () => {
    const taken = await synth(() => ({ token: apiToken({ PROXMOX_VE_API_TOKEN: "other@pve!x=none" }) }), {
        config: { "proxmoxve:apiToken": token },
    });
    expect(taken.outputs.token).toEqual({ secret: token });
});

test.each([
    ["none at all", undefined, "proxmoxve:apiToken is missing"],
    ["an empty one", "", "proxmoxve:apiToken is missing"],
    ["a password", "hunter2", "proxmoxve:apiToken has the wrong form, expected user@realm!name=uuid"],
    ["one without its id", token.replace("!deploy", ""), "proxmoxve:apiToken has the wrong form"],
])("of tokens, %s is refused in one sentence that does not repeat it", (_, wrong, sentence) => {
    const take = () => apiToken(wrong === undefined ? {} : { PROXMOX_VE_API_TOKEN: wrong });
    expect(take).toThrow(sentence);
    expect(take).not.toThrow("hunter2");
});

test("nodes that another component has declared are not declared again, and their quorum is", () => {
    const { domains, services } = hypervisorFacts(["ampere-1", "ampere-2", "ampere-3"], true);
    expect(domains).toEqual([]);
    expect(services?.map(({ name }) => name)).toEqual(["proxmox-quorum"]);
});
