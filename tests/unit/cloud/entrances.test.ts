import { expect, test } from "vitest";
import { Entrances, entranceFacts } from "../../../components/cloud/entrances";
import { rules } from "../../../policy/rules";
import { synth } from "../../harness/synth";
import { judged } from "../policy/stack";

const args = {
    bastion: "bastion",
    router: { name: "router", livesOn: "hypervisor-node/ampere-1" },
    ingress: "ingress-address",
    ingressNeeds: ["cilium"],
};

test("there is one way in of each kind, and each stands where it dies", () => {
    const { services = [], domains = [] } = entranceFacts(args);
    expect(services.map(({ name, members }) => [name, Object.values(members)])).toEqual([
        ["ssh", ["machine/bastion"]],
        ["private-access", ["tunnel-replica/router"]],
        ["ingress", ["nat/ingress-address"]],
    ]);
    expect(domains).toMatchObject([{ name: "tunnel-replica/router", partOf: ["hypervisor-node/ampere-1"] }]);
});

test("it makes no resource, and says its facts", async () => {
    const { resources } = await synth(() => new Entrances("entrances", args));
    expect(resources.map(({ type }) => type)).toEqual(["strata:cloud:Entrances"]);
    expect(resources[0]?.outputs.facts).toEqual(entranceFacts(args));
});

test("each way in is found to be the only one, and what it takes along is said", async () => {
    const domains = ["machine/bastion", "hypervisor-node/ampere-1"].map((name) => ({
        name,
        kind: name.startsWith("machine") ? "machine" : "hypervisor-node",
        title: name,
    }));
    const nat = { name: "nat/ingress-address", kind: "nat", title: "nat", partOf: ["hypervisor-node/ampere-1"] };
    const cilium = {
        name: "cilium",
        title: "Cilium",
        redundancy: { rule: "any-of" },
        members: { a: "machine/bastion" },
    };
    const others = { facts: { domains: [...domains, nat], services: [cilium] } };
    const found = await judged(
        rules,
        [
            { type: "strata:cloud:Entrances", name: "entrances", outputs: { facts: entranceFacts(args) } },
            { type: "strata:cloud:Instances", name: "instance", outputs: others },
        ],
        { profile: "ha" },
    );
    const accepted = found.flatMap(({ message }) => /acceptedRisks as (\S+)\.$/.exec(message)?.[1] ?? []);
    expect(accepted.sort()).toEqual(["ingress", "machine/bastion", "private-access"]);
    const bastion = found.find(({ message }) => message.startsWith("machine/bastion"))?.message;
    expect(bastion).toContain("its loss stops ssh (availability) and cilium (availability), and with them ingress");
});
