import { expect, test } from "vitest";
import { LanService, url } from "../../../components/cni/lan-service";
import { announcers, LoadBalancerAddresses } from "../../../components/cni/load-balancer-addresses";
import { home, homelabNodes, listed, named, recorded, stand } from "../kubernetes/recorded";

const pool = () =>
    recorded(() => {
        const inside = home();
        const addresses = new LoadBalancerAddresses("addresses", {
            home: inside,
            cilium: stand("cilium"),
            first: "10.10.0.70",
            last: "10.10.0.80",
        });
        new LanService("hubble", {
            home: inside,
            addresses,
            address: "10.10.0.71",
            namespace: "kube-system",
            service: "hubble-ui-lan",
            pods: stand("pods"),
            selector: { "k8s-app": "hubble-ui" },
            scheme: "http",
            port: 80,
            targetPort: 8081,
        });
    });

test("a pool and its announcement, and a page at one of its addresses", async () => {
    expect(listed(await pool())).toEqual([
        "strata:cni:LoadBalancerAddresses addresses",
        "kubernetes:cilium.io/v2alpha1:CiliumL2AnnouncementPolicy addresses-announcement",
        "kubernetes:cilium.io/v2:CiliumLoadBalancerIPPool addresses-pool",
        "strata:cni:LanService hubble",
        "kubernetes:core/v1:Service hubble-service",
    ]);
});

test("the pool is the range the stack says, made once Cilium brought its definition", async () => {
    const { inputs, dependencies } = named(await pool(), "addresses-pool");
    expect(inputs.spec).toEqual({ blocks: [{ start: "10.10.0.70", stop: "10.10.0.80" }] });
    expect(dependencies).toEqual(["cilium"]);
});

test("workers announce the addresses, the control plane does not", async () => {
    const { inputs, dependencies } = named(await pool(), "addresses-announcement");
    expect(inputs.spec).toEqual({
        loadBalancerIPs: true,
        externalIPs: true,
        nodeSelector: {
            matchExpressions: [{ key: "node-role.kubernetes.io/control-plane", operator: "DoesNotExist" }],
        },
    });
    expect(dependencies).toEqual(["cilium"]);
});

test("a cluster without workers announces from its control planes", async () => {
    const single = [{ name: "c0", role: "controlplane", schedulable: true }] as const;
    const resources = await recorded(() => {
        new LoadBalancerAddresses("addresses", {
            home: home(single),
            cilium: stand("cilium"),
            first: "10.0.0.1",
            last: "10.0.0.2",
        });
    });
    expect(named(resources, "addresses-announcement").inputs.spec).toEqual({
        loadBalancerIPs: true,
        externalIPs: true,
    });
    expect(announcers(single)).toEqual(single);
    expect(announcers(homelabNodes).map(({ name }) => name)).toEqual(["w0", "w1"]);
});

test("a page asks for its address by name once the pool and its announcement stand, known at preview", async () => {
    const { inputs, dependencies } = named(await pool(), "hubble-service");
    expect(inputs).toMatchObject({
        metadata: {
            name: "hubble-ui-lan",
            namespace: "kube-system",
            annotations: { "lbipam.cilium.io/ips": "10.10.0.71" },
        },
        spec: {
            type: "LoadBalancer",
            selector: { "k8s-app": "hubble-ui" },
            ports: [{ name: "http", port: 80, targetPort: 8081, protocol: "TCP" }],
        },
    });
    expect(dependencies).toEqual(["addresses-announcement", "addresses-pool", "pods"]);
});

test.each([
    ["http", 80, "http://10.10.0.71/"],
    ["https", 443, "https://10.10.0.71/"],
    ["https", 8443, "https://10.10.0.71:8443/"],
    ["http", 443, "http://10.10.0.71:443/"],
] as const)("the URL of %s on %i is %s", (scheme, port, expected) => {
    expect(url(scheme, "10.10.0.71", port)).toBe(expected);
});

test("its facts say that the addresses need Cilium and the API, where their leases are", async () => {
    expect(named(await pool(), "addresses").outputs.facts).toMatchObject({
        services: [
            {
                name: "load-balancer-addresses",
                redundancy: { rule: "any-of" },
                members: { "announcer-w0": "machine/w0", "announcer-w1": "machine/w1" },
                needs: ["cilium", "kubernetes-api"],
            },
        ],
    });
});
