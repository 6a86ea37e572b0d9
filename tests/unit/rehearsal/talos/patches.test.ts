import { beforeEach, expect, test } from "vitest";
import { parse } from "yaml";
import { Stage } from "./stage";

let stage: Stage;

beforeEach(async () => {
    stage = await Stage.open();
});

test.each<[string, string, string]>([
    [
        "an unknown key",
        "machine:\n  instal:\n    disk: /dev/sda\n",
        "unknown keys found during decoding:\nmachine:\n    instal:\n        disk: /dev/sda",
    ],
    [
        "an unknown key in a list",
        "machine:\n  network:\n    interfaces:\n      - interface: eth0\n        adresses: [10.10.0.1/24]\n",
        "adresses:",
    ],
    [
        "text where a bool belongs",
        "cluster:\n  proxy:\n    disabled: never\n",
        "cannot unmarshal !!str `never` into bool",
    ],
    ["a list where a map belongs", "machine: []\n", "cannot unmarshal !!seq into a map"],
    ["what is not YAML", "machine: [unclosed\n", "config_patches are invalid: yaml: Flow sequence"],
    [
        "a document of no kind",
        "apiVersion: v1alpha1\nkind: HostnameConfig\nhostname: c0\n",
        '"HostnameConfig" "v1alpha1": not registered',
    ],
    [
        "a JSON operation on a path that is not there",
        "- op: replace\n  path: /machine/instal/disk\n  value: /dev/sda\n",
        'replace operation does not apply: doc is missing path: "/machine/instal/disk": missing value',
    ],
    [
        "a JSON operation that adds an unknown key",
        "- op: add\n  path: /machine/instal\n  value: {}\n",
        "unknown keys found during decoding",
    ],
    ["a list of words", "- machine\n", "document is not a mapping"],
    ["a JSON patch that is no list", "[\n", "yaml"],
    ["a JSON operation there is none of", "- op: merge\n  path: /machine\n", "Unexpected kind: merge"],
    ["a JSON operation without a path", "- op: add\n  value: 1\n", "missing operation path"],
])("a patch with %s is refused", async (_, patch, words) => {
    await expect(stage.actor.config(stage.secrets, "c0", [patch])).rejects.toThrow(words);
});

test("patches merge as Talos merges: maps deep, lists appended, interfaces by selector, subnets replaced, deletes honoured", async () => {
    const config = parse(
        await stage.actor.config(stage.secrets, "c0", [
            "machine:\n  certSANs: [10.10.0.130]\n  network:\n    interfaces:\n      - deviceSelector: {physical: true}\n        addresses: [10.10.0.140/24]\n",
            "machine:\n  certSANs: [10.10.0.140]\n  network:\n    interfaces:\n      - deviceSelector: {physical: true}\n        vip: {ip: 10.10.0.130}\n",
            "cluster:\n  network:\n    podSubnets: [10.42.0.0/16]\n",
            "machine:\n  nodeLabels:\n    node.kubernetes.io/exclude-from-external-load-balancers:\n      $patch: delete\n",
        ]),
    );
    expect(config.machine.certSANs).toEqual(["10.10.0.130", "10.10.0.140"]);
    expect(config.machine.network.interfaces).toEqual([
        { deviceSelector: { physical: true }, addresses: ["10.10.0.140/24"], vip: { ip: "10.10.0.130" } },
    ]);
    expect(config.cluster.network.podSubnets).toEqual(["10.42.0.0/16"]);
    expect(config.machine.nodeLabels).toEqual({});
    expect(config.machine.install.disk).toBe("/dev/sda");
});

test("JSON patches change a single document, and are refused where there are several", async () => {
    const patch =
        "- op: add\n  path: /machine/certSANs/-\n  value: api.lan\n- op: remove\n  path: /machine/install/wipe\n- op: replace\n  path: /machine/install/disk\n  value: /dev/vda\n";
    const config = parse(await stage.actor.config(stage.secrets, "c0", [patch]));
    expect(config.machine.certSANs).toEqual(["api.lan"]);
    expect(config.machine.install).toMatchObject({ disk: "/dev/vda" });
    expect(config.machine.install).not.toHaveProperty("wipe");
    const second = "apiVersion: v1alpha1\nkind: KmsgLogConfig\nname: remote\nurl: tcp://10.10.0.5:3478\n";
    await expect(stage.actor.config(stage.secrets, "c0", [second, patch])).rejects.toThrow(
        "JSON6902 patches are not supported for multi-document machine configuration",
    );
});
