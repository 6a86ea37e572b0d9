import { afterEach, expect, test } from "vitest";
import {
    clusterProbes,
    grafanaUsageOf,
    kubernetesNodesOf,
    quorumOf,
} from "../../../../operations/validate/cluster-probes";
import { certificate, newKey, selfSigned } from "../../../harness/authority";
import { type Answering, type JsonServer, serveJson } from "../../../harness/json-server";

const servers: JsonServer[] = [];
const token = "strata@pve!deploy=0d4f";

afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop()));
});

async function serve(...args: Parameters<typeof serveJson>): Promise<string> {
    const server = await serveJson(...args);
    servers.push(server);
    return server.address;
}

/** `/cluster/status` of Proxmox VE with a token it takes. */
const proxmox =
    (data: readonly unknown[]): Answering =>
    ({ headers }, { pathname }) => {
        if (headers.authorization !== `PVEAPIToken=${token}`) {
            return [401, "invalid token value!"];
        }
        return pathname === "/api2/json/cluster/status" ? [200, { data }] : [501, "no such path"];
    };

test("Proxmox VE tells its hosts and whether they have quorum", async () => {
    const endpoint = await serve(
        proxmox([
            { type: "cluster", name: "strata", quorate: 1, nodes: 3 },
            { type: "node", name: "ampere-1", online: 1 },
            { type: "node", name: "ampere-2", online: 0 },
        ]),
    );
    expect(await quorumOf({ endpoint, apiToken: token, insecure: false })).toEqual({
        quorate: true,
        nodes: [
            { name: "ampere-1", online: true },
            { name: "ampere-2", online: false },
        ],
    });
});

test("a host that is in no cluster has no quorum to lose", async () => {
    const endpoint = await serve(proxmox([{ type: "node", name: "pve", online: 1 }]));
    expect(await quorumOf({ endpoint, apiToken: token, insecure: false })).toEqual({
        quorate: undefined,
        nodes: [{ name: "pve", online: true }],
    });
});

test("fails with what Proxmox VE says of a wrong token, and where nothing answers at all", async () => {
    const endpoint = await serve(proxmox([]));
    await expect(quorumOf({ endpoint, apiToken: "x", insecure: false })).rejects.toThrow(
        `Proxmox VE at ${endpoint} refused with 401: invalid token value!`,
    );
    await expect(quorumOf({ endpoint: "http://127.0.0.1:1/", apiToken: token, insecure: false })).rejects.toThrow(
        /^Proxmox VE does not answer at http:\/\/127\.0\.0\.1:1: .*ECONNREFUSED/,
    );
});

test("a certificate nobody vouches for is refused unless the stack says that it may", async () => {
    const key = newKey();
    const cert = selfSigned("pve", key);
    const endpoint = await serve(proxmox([{ type: "node", name: "pve", online: 1 }]), { key: key.pem, cert });
    await expect(quorumOf({ endpoint, apiToken: token, insecure: false })).rejects.toThrow(/does not answer .*self/);
    expect((await quorumOf({ endpoint, apiToken: token, insecure: true })).nodes).toHaveLength(1);
});

const base64 = (text: string) => Buffer.from(text).toString("base64");

test("Kubernetes is asked with the kubeconfig's own authority, certificate and key", async () => {
    const authorityKey = newKey();
    const ca = selfSigned("kubernetes", authorityKey);
    const serverKey = newKey();
    const clientKey = newKey();
    const issuer = { name: "kubernetes", key: authorityKey };
    const nodes: Answering = ({ socket }, { pathname }) =>
        pathname === "/api/v1/nodes" && "authorized" in socket && socket.authorized === true
            ? [
                  200,
                  {
                      items: [
                          { metadata: { name: "c1" }, status: { conditions: [{ type: "Ready", status: "True" }] } },
                          {
                              metadata: { name: "c2" },
                              status: {
                                  conditions: [
                                      { type: "Ready", status: "False", message: "cni plugin not initialized" },
                                  ],
                              },
                          },
                          { metadata: { name: "c3" } },
                      ],
                  },
              ]
            : [403, "forbidden"];
    const server = await serve(nodes, {
        key: serverKey.pem,
        cert: certificate("apiserver", serverKey, issuer, ["127.0.0.1"]),
        ca,
        requestCert: true,
        rejectUnauthorized: false,
    });
    const kubeconfig = (user: Record<string, string>) =>
        JSON.stringify({
            "current-context": "admin@strata",
            contexts: [{ name: "admin@strata", context: { cluster: "strata", user: "admin" } }],
            clusters: [{ name: "strata", cluster: { server, "certificate-authority-data": base64(ca) } }],
            users: [{ name: "admin", user }],
        });
    const credentials = {
        "client-certificate-data": base64(certificate("admin", clientKey, issuer)),
        "client-key-data": base64(clientKey.pem),
    };
    expect(await kubernetesNodesOf(kubeconfig(credentials))).toEqual([
        { name: "c1", ready: true, why: "True" },
        { name: "c2", ready: false, why: "cni plugin not initialized" },
        { name: "c3", ready: false, why: "it has reported nothing yet" },
    ]);
    await expect(kubernetesNodesOf(kubeconfig({}))).rejects.toThrow(/^Kubernetes at .* refused with 403: forbidden/);
});

test("fails where a kubeconfig names no cluster", async () => {
    await expect(kubernetesNodesOf("apiVersion: v1\n")).rejects.toThrow("names no cluster and user");
});

test("Grafana Cloud tells what it bills, and nothing sent is nothing used", async () => {
    const url = await serve(({ headers }, { pathname, searchParams }) => {
        if (headers.authorization !== "Bearer glsa_x") {
            return [401, { message: "Invalid API key" }];
        }
        if (pathname !== "/api/datasources/proxy/uid/grafanacloud-usage/api/v1/query") {
            return [404, { message: "Not found" }];
        }
        const result =
            searchParams.get("query") === "sum(grafanacloud_org_metrics_billable_series)"
                ? [{ metric: {}, value: [1763712000, "3120"] }]
                : [];
        return [200, { status: "success", data: { resultType: "vector", result } }];
    });
    expect(await grafanaUsageOf({ url, token: "glsa_x" })).toEqual({ activeSeries: 3120, logsGB: 0 });
    await expect(grafanaUsageOf({ url, token: "y" })).rejects.toThrow(
        /Grafana Cloud .* refused with 401: .*Invalid API key/,
    );
});

test("fails where what answers speaks no JSON", async () => {
    const endpoint = await serve(() => [200, "<html>captive portal</html>"]);
    await expect(quorumOf({ endpoint, apiToken: token, insecure: false })).rejects.toThrow("did not answer in JSON");
});

test("fails saying what is missing where there is nothing to ask with", async () => {
    const probes = clusterProbes({ proxmox: undefined, kubeconfig: undefined, grafana: undefined });
    await expect(probes.quorum()).rejects.toThrow("no Proxmox VE API to ask");
    await expect(probes.kubernetesNodes()).rejects.toThrow("no kubeconfig among its outputs");
    await expect(probes.grafana()).rejects.toThrow("set grafana:url and grafana:auth");
});
