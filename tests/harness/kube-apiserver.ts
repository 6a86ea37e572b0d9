/** A real Kubernetes API server: upstream's own etcd and kube-apiserver of the stacks' version, on loopback. */
import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeEach } from "vitest";
import { certificate, newKey, selfSigned } from "./authority";
import { type GoTool, goTool, needsGoTools } from "./go-tool";

/** Kubernetes as the stacks run it (`talos.kubernetesVersion`). */
export const kubernetesVersion = "1.33.3";

/** kube-apiserver, told its version as upstream's release build tells it. */
export const kubeApiserver: GoTool = {
    module: "kube-apiserver",
    package: "k8s.io/kubernetes/cmd/kube-apiserver",
    binary: "kube-apiserver",
    variables: {
        "k8s.io/component-base/version.gitVersion": `v${kubernetesVersion}`,
        "k8s.io/component-base/version.gitMajor": "1",
        "k8s.io/component-base/version.gitMinor": "33",
    },
};

/** The etcd that Kubernetes 1.33 is released with. */
export const etcd: GoTool = { module: "kube-apiserver", package: "go.etcd.io/etcd/server/v3", binary: "etcd" };

/** What an API server answers to one request. */
export interface ApiAnswer {
    readonly status: number;
    /** The object, or the `Status` that says why there is none. */
    readonly body: Readonly<Record<string, unknown>>;
    /** What it warns of while it takes the object. */
    readonly warnings: readonly string[];
}

/** A running API server with nothing behind it: no controller, no scheduler, no node. */
export interface KubeApiserver {
    readonly url: string;
    /** Bearer token of a cluster administrator. */
    readonly token: string;
    readonly caPem: string;
    /** Asks as the administrator. Throws where nothing answers. */
    ask(method: string, path: string, body?: unknown): Promise<ApiAnswer>;
    /** Ends both processes and removes what they wrote. */
    stop(): Promise<void>;
}

/** Pod security as Talos has the API server enforce it where a namespace says nothing. */
const admission = {
    apiVersion: "apiserver.config.k8s.io/v1",
    kind: "AdmissionConfiguration",
    plugins: [
        {
            name: "PodSecurity",
            configuration: {
                apiVersion: "pod-security.admission.config.k8s.io/v1",
                kind: "PodSecurityConfiguration",
                defaults: {
                    enforce: "baseline",
                    "enforce-version": "latest",
                    audit: "restricted",
                    "audit-version": "latest",
                    warn: "restricted",
                    "warn-version": "latest",
                },
                exemptions: { namespaces: ["kube-system"], runtimeClasses: [], usernames: [] },
            },
        },
    ],
};

/** A server on one idle core is ready in about ten seconds; shared with other work it takes several times that. */
const readyMs = 180_000;

/** Builds both programs where they are not there yet, starts them, and waits until the server calls itself ready. */
export async function startKubeApiserver(): Promise<KubeApiserver> {
    const [etcdBinary, serverBinary] = [await goTool(etcd), await goTool(kubeApiserver)];
    const folder = mkdtempSync(join(tmpdir(), "kube-apiserver-"));
    const file = (name: string, content: string): string => {
        writeFileSync(join(folder, name), content, { mode: 0o600 });
        return join(folder, name);
    };
    const [clients = 0, peers = 0, port = 0] = await freePorts(3);
    const authority = newKey();
    const own = newKey();
    const accounts = serviceAccountKey();
    const caPem = selfSigned("strata-test-ca", authority);
    const token = newKey().pem.replace(/-----[^-]+-----|\W/g, "");
    const processes = [
        run(etcdBinary, {
            "data-dir": join(folder, "etcd"),
            "listen-client-urls": `http://127.0.0.1:${clients}`,
            "advertise-client-urls": `http://127.0.0.1:${clients}`,
            "listen-peer-urls": `http://127.0.0.1:${peers}`,
            "initial-advertise-peer-urls": `http://127.0.0.1:${peers}`,
            "initial-cluster": `default=http://127.0.0.1:${peers}`,
            // Nothing of it outlives the test.
            "unsafe-no-fsync": "true",
        }),
        run(serverBinary, {
            "etcd-servers": `http://127.0.0.1:${clients}`,
            "bind-address": "127.0.0.1",
            "advertise-address": "127.0.0.1",
            "secure-port": `${port}`,
            "tls-cert-file": file(
                "server.crt",
                certificate("kube-apiserver", own, { name: "strata-test-ca", key: authority }, ["127.0.0.1"]),
            ),
            "tls-private-key-file": file("server.key", own.pem),
            "token-auth-file": file("tokens.csv", `${token},admin,admin,system:masters\n`),
            "authorization-mode": "RBAC",
            "service-account-issuer": "https://kubernetes.default.svc",
            "service-account-key-file": file("accounts.pub", accounts.publicPem),
            "service-account-signing-key-file": file("accounts.key", accounts.privatePem),
            "service-cluster-ip-range": "10.96.0.0/12",
            "admission-control-config-file": file("admission.json", JSON.stringify(admission)),
            // As Talos starts it.
            "allow-privileged": "true",
            "enable-admission-plugins": "NodeRestriction",
            // A loopback address is none that endpoints may have.
            "endpoint-reconciler-type": "none",
        }),
    ];
    const agent = new Agent({ ca: caPem, keepAlive: true });
    const ask: KubeApiserver["ask"] = (method, path, body) => send(agent, port, token, method, path, body);
    const stop = async () => {
        agent.destroy();
        // The server first: without its store it would only complain.
        for (const each of [...processes].reverse()) {
            await each.end();
        }
        rmSync(folder, { recursive: true, force: true });
    };
    try {
        await ready(ask, processes);
    } catch (error) {
        await stop();
        throw error;
    }
    return { url: `https://127.0.0.1:${port}`, token, caPem, ask, stop };
}

/** Service accounts' tokens are signed with RSA, as Kubernetes' installers have it. */
function serviceAccountKey(): { readonly publicPem: string; readonly privatePem: string } {
    const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    return {
        publicPem: publicKey.export({ type: "spki", format: "pem" }).toString(),
        privatePem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    };
}

/** Ports nobody listened at a moment ago, all different. */
async function freePorts(count: number): Promise<readonly number[]> {
    const servers = Array.from({ length: count }, () => createServer());
    const ports: number[] = [];
    for (const server of servers) {
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        ports.push((server.address() as AddressInfo).port);
    }
    for (const server of servers) {
        await new Promise((resolve) => server.close(resolve));
    }
    return ports;
}

/** A process of ours. */
interface Running {
    /** What it said last, once it is gone without being asked to. */
    died(): string | undefined;
    end(): Promise<void>;
}

function run(binary: string, flags: Readonly<Record<string, string>>): Running {
    const process_ = spawn(
        binary,
        Object.entries(flags).map(([name, value]) => `--${name}=${value}`),
        { stdio: ["ignore", "ignore", "pipe"] },
    );
    let said = "";
    process_.stderr.on("data", (data: Buffer) => {
        said = (said + data.toString()).slice(-4_000);
    });
    const gone = new Promise<void>((resolve) => process_.once("close", () => resolve()));
    let isGone = false;
    void gone.then(() => {
        isGone = true;
    });
    return {
        died: () => (isGone ? said : undefined),
        end: async () => {
            // What they hold is thrown away: there is nothing to shut down in order.
            process_.kill("SIGKILL");
            await gone;
        },
    };
}

async function ready(ask: KubeApiserver["ask"], processes: readonly Running[]): Promise<void> {
    const until = Date.now() + readyMs;
    let last = "it said nothing";
    while (Date.now() < until) {
        const words = processes.map((each) => each.died()).find((each) => each !== undefined);
        if (words !== undefined) {
            throw new Error(`The API server or its etcd ended by itself: ${words}`);
        }
        try {
            // Its own namespaces are made after it calls itself ready.
            const answers = [await ask("GET", "/readyz"), await ask("GET", "/api/v1/namespaces/kube-system")];
            if (answers.every(({ status }) => status === 200)) {
                return;
            }
            last = JSON.stringify(answers.map(({ body }) => body));
        } catch (error) {
            last = String(error);
        }
        await pause(250);
    }
    throw new Error(`The API server was not ready within ${readyMs / 1000} s: ${last}`);
}

function send(agent: Agent, port: number, token: string, method: string, path: string, body?: unknown) {
    return new Promise<ApiAnswer>((resolve, reject) => {
        const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
        const asked = request({ agent, host: "127.0.0.1", port, method, path, headers }, (answer) => {
            const parts: Buffer[] = [];
            answer.on("data", (part: Buffer) => parts.push(part));
            answer.on("error", reject);
            answer.on("end", () => {
                const text = Buffer.concat(parts).toString();
                const isJson = answer.headers["content-type"]?.startsWith("application/json") === true;
                const warning = answer.headers.warning;
                resolve({
                    status: answer.statusCode ?? 0,
                    body: isJson ? JSON.parse(text) : { message: text },
                    warnings: warning === undefined ? [] : [warning],
                });
            });
        });
        asked.on("error", reject);
        asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
}

/**
 * Call it inside of a `describe`: its tests share one fresh API server, which is gone after the last of them. Gives
 * how to come by it within a test; the tests are skipped where it cannot be built (see `needsGoTools`).
 */
export function ownKubeApiserver(): () => KubeApiserver {
    needsGoTools(etcd, kubeApiserver);
    let server: KubeApiserver | undefined;
    beforeEach(async () => {
        server ??= await startKubeApiserver();
    }, 2 * readyMs);
    afterAll(async () => {
        await server?.stop();
    });
    return () => {
        if (server === undefined) {
            throw new Error("There is no API server before the first test.");
        }
        return server;
    };
}
