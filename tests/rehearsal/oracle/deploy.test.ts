/** `strata up` where Oracle has no room, and after a crash: on the real engine, with the simulated tenancy behind the provider. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { LocalWorkspace, PulumiCommand, Stack } from "@pulumi/pulumi/automation";
import { type AuthenticationDetailsProvider, SimpleAuthenticationDetailsProvider } from "oci-common";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { parse, parseDocument } from "yaml";
import { destroy, up } from "../../../operations/deploy";
import { projectFolder, rehearsedSecrets } from "../../../operations/stack";
import { locateEngine } from "../../../rehearsal/engine/locate";
import { killDescendants } from "../../../rehearsal/engine/processes";
import type { StackConfig } from "../../../rehearsal/engine/rehearsal";
import type { Interference } from "../../../rehearsal/protocol/operations";
import { type ProviderServer, serve } from "../../../rehearsal/protocol/server";
import { packages } from "../../../rehearsal/providers";
import { siteOf } from "../../../rehearsal/sites";
import { cutUpload } from "../../../rehearsal/world/oracle/uploads";
import { text } from "../../../rehearsal/world/value";
import { World } from "../../../rehearsal/world/world";
import { needsEngine } from "../../harness/engine";
import { interfaceOf } from "../../harness/interfaces";
import { type JsonServer, serveJson } from "../../harness/json-server";
import { OracleServer, type Route, refused } from "../../harness/oracle-server";

const [ad1, ad2, ad3] = [1, 2, 3].map((number) => `Uocm:EU-FRANKFURT-1-AD-${number}`) as [string, string, string];

/** A machine that has joined the tailnet. */
const onMesh = { interfaces: { tailscale0: [interfaceOf("100.101.102.103")] } };

/** Credentials as a stack's config keeps them. */
function ociConfig(provider: AuthenticationDetailsProvider): StackConfig {
    if (!(provider instanceof SimpleAuthenticationDetailsProvider)) {
        throw new Error("Expected credentials that can be written down.");
    }
    return {
        "oci:tenancyOcid": { value: provider.getTenantId(), secret: true },
        "oci:userOcid": { value: provider.getUser(), secret: true },
        "oci:fingerprint": { value: provider.getFingerprint(), secret: true },
        "oci:privateKey": { value: provider.getPrivateKey(), secret: true },
    };
}

/** Oracle's list of the instances that stand in a world. */
function instancesOf(world: World): Route {
    return [
        "GET",
        /\/instances\/?$/,
        ({ url: { searchParams } }) => ({
            status: 200,
            body: world.oracle
                .all("instance")
                .filter(({ inputs }) =>
                    ["compartmentId", "displayName"].every((key) => inputs[key] === searchParams.get(key)),
                )
                .map(({ id, computed }) => ({ id, lifecycleState: computed.state })),
        }),
    ];
}

/** Oracle's list of the uploads in parts that stand open in a world, and how one of them is given up. */
function uploadsOf(world: World): Route[] {
    const uploads = () => world.oracle.all("upload");
    return [
        [
            "GET",
            /\/b\/([^/]+)\/u$/,
            (_, bucket) => ({
                status: 200,
                body: uploads()
                    .filter(({ inputs }) => inputs.bucket === bucket)
                    .map(({ id, inputs }) => ({ uploadId: id, object: inputs.object, bucket })),
            }),
        ],
        [
            "DELETE",
            /\/u\/.+$/,
            ({ url: { searchParams } }) => {
                const open = uploads().find(({ id }) => id === searchParams.get("uploadId"));
                if (open === undefined) {
                    return refused(404, "NoSuchUpload", "The upload does not exist.");
                }
                world.oracle.remove(open);
                return { status: 204 };
            },
        ],
    ];
}

/** Tailscale's API, with the devices of a world's tailnet: they stay listed when their machines are gone. */
async function tailscale(worldOf: () => World): Promise<JsonServer> {
    return serveJson((request, { pathname }) => {
        if (request.method === "POST" && pathname === "/api/v2/oauth/token") {
            return [200, { access_token: "a token of this test" }];
        }
        const devices = [...worldOf().tailnet.devices.values()].map(({ id, hostname, address, live }) => ({
            nodeId: id,
            hostname,
            addresses: [address],
            ...(live() ? { connectedToControl: true } : { lastSeen: "2026-11-20T10:00:00Z" }),
        }));
        return pathname === "/api/v2/tailnet/-/devices" ? [200, { devices }] : [404, {}];
    });
}

/** The part of a stack's file these tests look at. */
interface StackFile {
    readonly config: {
        readonly "strata:cloud": {
            readonly instances: Readonly<
                Record<string, { readonly availabilityDomain: string; readonly faultDomain: string }>
            >;
        };
        readonly "strata:acceptedRisks": readonly { readonly component: string }[];
    };
}

describe("up, where something comes between", { timeout: 300_000 }, () => {
    needsEngine();
    let folder: string;
    let project: string;
    let server: ProviderServer | undefined;
    let said: string;
    let api: OracleServer;
    let mesh: JsonServer;
    let world: World;

    beforeEach(async ({ onTestFailed }) => {
        onTestFailed(() => console.error(said));
        api = await OracleServer.start();
        mesh = await tailscale(() => world);
        folder = fs.mkdtempSync(path.join(os.tmpdir(), "strata-room-"));
        project = path.join(folder, "project");
        said = "";
        vi.stubEnv("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION", "true");
        vi.stubEnv("PULUMI_BACKEND_URL", `file://${path.join(folder, "state")}`);
        vi.stubEnv("PULUMI_CONFIG_PASSPHRASE", "a passphrase of this test");
        vi.stubEnv("PATH", process.env.PATH ?? "");
        const hear = (words: unknown): boolean => {
            said += String(words);
            return true;
        };
        vi.spyOn(process.stdout, "write").mockImplementation(hear);
        vi.spyOn(process.stderr, "write").mockImplementation(hear);
        vi.spyOn(console, "log").mockImplementation((words) => void hear(`${words}\n`));
    });

    afterEach(async () => {
        await api.stop();
        await mesh.stop();
        vi.restoreAllMocks();
        vi.unstubAllEnvs();
        server?.close();
        fs.rmSync(folder, { recursive: true, force: true });
    });

    /** A machine on the mesh, and the services of the tenancy and of the tailnet. */
    const here = () => ({ ...onMesh, oracle: api.access, tailnet: { endpoint: mesh.address, environment: {} } });

    /** A copy of the project with one stack, in a tenancy that is full here and there. */
    async function tenant(
        stack: string,
        fullDomains: readonly string[],
        interference: Interference = {},
    ): Promise<void> {
        const drawn = siteOf(stack);
        const { oracle } = drawn;
        if (oracle === undefined) {
            throw new Error(`${stack} stands on no tenancy`);
        }
        world = new World({ site: { ...drawn, oracle: { ...oracle, fullDomains } } });
        fs.mkdirSync(path.join(project, "gitops", stack, "secrets"), { recursive: true });
        fs.mkdirSync(path.join(folder, "state"));
        fs.writeFileSync(path.join(project, "gitops", stack, "secrets", "kustomization.yaml"), "");
        fs.copyFileSync(path.join(projectFolder, "Pulumi.yaml"), path.join(project, "Pulumi.yaml"));
        // The program is the one of this process, but the engine looks whether the file its project names is there.
        fs.writeFileSync(path.join(project, "index.ts"), "");
        // Its own file, comments and quotes and all, but for the pause between two tries.
        const name = `Pulumi.${stack}.yaml`;
        const document = parseDocument(fs.readFileSync(path.join(projectFolder, name), "utf8"));
        document.setIn(["config", "strata:cloud", "capacity", "pauseSeconds"], 0);
        document.setIn(["config", "strata:cloud", "capacity", "tries"], 1);
        fs.writeFileSync(path.join(project, name), String(document));
        await keepSecrets(stack, { ...rehearsedSecrets(drawn), ...ociConfig(api.access.provider) });
        api.routes.push(instancesOf(world), ...uploadsOf(world));
        server = await serve({ world, packages: packages(world), interference });
        vi.stubEnv("PULUMI_DEBUG_PROVIDERS", server.attachments);
    }

    /** What `strata setup` leaves in the file: the secrets, encrypted by the engine. */
    async function keepSecrets(stack: string, secrets: StackConfig): Promise<void> {
        const engine = await locateEngine();
        vi.stubEnv("PATH", [path.dirname(engine.path), process.env.PATH ?? ""].join(path.delimiter));
        const workspace = await LocalWorkspace.create({
            workDir: project,
            pulumiCommand: await PulumiCommand.get({ skipVersionCheck: true }),
        });
        await (await Stack.createOrSelect(stack, workspace)).setAllConfig(
            Object.fromEntries(
                Object.entries(secrets).map(([key, { value }]) => [key, { value: String(value), secret: true }]),
            ),
        );
    }

    const file = (stack: string) =>
        (parse(fs.readFileSync(path.join(project, `Pulumi.${stack}.yaml`), "utf8")) as StackFile).config;

    /** Where a world's instances of a name stand. */
    const standing = (world: World, name: string) =>
        world.oracle
            .all("instance")
            .filter(({ inputs }) => inputs.displayName === name)
            .map(({ inputs }) => `${text(inputs, "availabilityDomain")}/${text(inputs, "faultDomain")}`);

    test("one instance goes on to the next availability domain, and what its owner accepted goes with it; a destroy takes all of it but its device in the tailnet, which the next up refuses to take for its own", async () => {
        await tenant("oci-free-2026", [ad2]);
        await up("oci-free-2026", project, here());
        expect(standing(world, "ampere-1")).toEqual([`${ad3}/FAULT-DOMAIN-1`]);
        expect(world.audit()).toEqual([]);
        const { "strata:cloud": cloud, "strata:acceptedRisks": risks } = file("oci-free-2026");
        expect(cloud.instances["ampere-1"]).toMatchObject({ availabilityDomain: ad3, faultDomain: "FAULT-DOMAIN-1" });
        expect(risks[0]?.component).toBe(`availability-domain/${ad3}`);
        expect(said).toContain(`ampere-1: Oracle has no room in FAULT-DOMAIN-3 of ${ad2}`);
        await destroy("oci-free-2026", true, project, here());
        expect(world.remains()).toEqual([]);
        await expect(up("oci-free-2026", project, here())).rejects.toThrow(
            /^The tailnet has bastion \(100\.64\.0\.1, last seen 2026-11-20T10:00:00Z\) already, .* remove it on https:/,
        );
        expect(world.remains()).toEqual([]);
    });

    test("an instance that was being launched when the engine was killed is found by its name, and not launched again", async () => {
        let killed = false;
        const interference: Interference = {
            begun: ({ kind, name }) => {
                if (kind === "create" && name === "instance-ampere-1" && !killed) {
                    killed = true;
                    killDescendants(process.pid);
                }
                return undefined;
            },
        };
        await tenant("oci-free-2026", [], interference);
        await expect(up("oci-free-2026", project, here())).rejects.toThrow(/^oci-free-2026 is deployed in part/);
        await server?.settled();
        const [launched] = world.oracle.all("instance").filter(({ inputs }) => inputs.displayName === "ampere-1");
        // As a kill while it saved leaves it.
        fs.truncateSync(path.join(folder, "state/.pulumi/stacks/strata/oci-free-2026.json.attrs"));
        await up("oci-free-2026", project, here());
        expect(said).toContain(
            `'instance-ampere-1' was being made when the engine died; it is there as '${launched?.id}' and was adopted.`,
        );
        expect(standing(world, "ampere-1")).toHaveLength(1);
        expect(world.audit()).toEqual([]);
    });

    test("what an upload left when it was cut holds up no destroy", async () => {
        let cut = false;
        await tenant("oci-free-2026", [], {
            begun: ({ kind, name }) => {
                if (kind !== "create" || name !== "instance-image-archive" || cut) {
                    return undefined;
                }
                cut = true;
                return (inputs, operation) => cutUpload(world.oracle, inputs, operation);
            },
        });
        await expect(up("oci-free-2026", project, here())).rejects.toThrow(/^oci-free-2026 is deployed in part/);
        expect(world.oracle.all("upload")).toHaveLength(1);
        await destroy("oci-free-2026", true, project, here());
        expect(said).toMatch(/^The upload to \S+ was cut; what Oracle kept of it is given up\.$/m);
        expect(world.remains()).toEqual([]);
    });

    test("an instance goes where the policy pack lets it, and nowhere else", async () => {
        await tenant("oci-free", [ad2]);
        const places = file("oci-free")["strata:cloud"].instances;
        await expect(up("oci-free", project, here())).rejects.toThrow(/^oci-free is deployed in part/);
        expect(standing(world, "ampere-2")).toEqual([]);
        expect(file("oci-free")["strata:cloud"].instances).toEqual(places);
        const refused = [
            ...said.matchAll(/The policy pack does not let ampere-2 go to (.+): (\S+) \(.*\) is a single/g),
        ];
        expect(refused.map(([, where, domain]) => [where, domain])).toEqual([
            [`FAULT-DOMAIN-1 of ${ad3}`, `availability-domain/${ad3}`],
            [`FAULT-DOMAIN-1 of ${ad1}`, `availability-domain/${ad1}`],
        ]);
        expect(said).toMatch(
            /ampere-2: Oracle has no room .*, and there is no other place left to try; run it again later\.$/m,
        );
    });
});
