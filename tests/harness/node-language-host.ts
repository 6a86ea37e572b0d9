/**
 * A Node language host for the ordinary `pulumi` CLI, for machines whose CLI came without one. It does what the real
 * one does on `pulumi preview`: starts `@pulumi/pulumi/cmd/run` on the project's entry point, with the engine's
 * addresses and the stack's config. The CLI attaches to it through `PULUMI_DEBUG_LANGUAGES=nodejs:PORT`.
 */
import { spawn } from "node:child_process";
import * as path from "node:path";
import * as grpc from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/language_pb";
import * as plugin from "@pulumi/pulumi/proto/plugin_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";

/** A running language host. */
export interface LanguageHost {
    /** What the CLI needs in its environment to attach to it. */
    readonly environment: Readonly<Record<string, string>>;
    close(): Promise<void>;
}

/** Where the ordinary host starts a program: inside the project's own SDK. */
function runner(programDirectory: string): string {
    return require.resolve("@pulumi/pulumi/cmd/run", { paths: [programDirectory] });
}

function startProgram(request: messages.RunRequest, engineAddress: string): Promise<messages.RunResponse> {
    const info = request.getInfo();
    const directory = info?.getProgramDirectory() ?? request.getPwd();
    const entryPoint = path.resolve(directory, info?.getEntryPoint() || ".");
    const config = Object.fromEntries(request.getConfigMap().getEntryList());
    const child = spawn(
        process.execPath,
        [
            runner(directory),
            `--monitor=${request.getMonitorAddress()}`,
            `--engine=${engineAddress}`,
            `--organization=${request.getOrganization()}`,
            `--project=${request.getProject()}`,
            `--root-directory=${info?.getRootDirectory() ?? directory}`,
            `--stack=${request.getStack()}`,
            `--pwd=${request.getPwd()}`,
            `--parallel=${request.getParallel()}`,
            ...(request.getDryrun() ? ["--dry-run"] : []),
            entryPoint,
        ],
        {
            cwd: request.getPwd(),
            env: {
                ...process.env,
                // The real host's default, unless Pulumi.yaml says `typescript: false`.
                PULUMI_NODEJS_TYPESCRIPT: "true",
                PULUMI_CONFIG: JSON.stringify(config),
                PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
            },
            stdio: ["ignore", "pipe", "pipe"],
        },
    );
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => {
        said += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
        said += chunk.toString();
    });
    return new Promise((resolve) => {
        child.on("close", (code) => {
            const response = new messages.RunResponse();
            // 32 is the runner's own "the user has been told already".
            if (code === 32) {
                response.setBail(true);
            } else if (code !== 0) {
                response.setError(`the program exited with code ${code}\n${said}`);
            }
            resolve(response);
        });
    });
}

/** Starts a language host on loopback. */
export async function startNodeLanguageHost(): Promise<LanguageHost> {
    const server = new grpc.Server();
    let engineAddress = "";
    const empty = (_: grpc.ServerUnaryCall<unknown, Empty>, callback: grpc.sendUnaryData<Empty>) =>
        callback(null, new Empty());
    server.addService(LanguageRuntimeService as unknown as grpc.ServiceDefinition, {
        handshake: (
            call: grpc.ServerUnaryCall<messages.LanguageHandshakeRequest, messages.LanguageHandshakeResponse>,
            callback: grpc.sendUnaryData<messages.LanguageHandshakeResponse>,
        ) => {
            engineAddress = call.request.getEngineAddress();
            callback(null, new messages.LanguageHandshakeResponse());
        },
        getPluginInfo: (
            _: grpc.ServerUnaryCall<Empty, plugin.PluginInfo>,
            callback: grpc.sendUnaryData<plugin.PluginInfo>,
        ) => {
            const info = new plugin.PluginInfo();
            info.setVersion("3.248.0");
            callback(null, info);
        },
        getRequiredPackages: (
            _: grpc.ServerUnaryCall<messages.GetRequiredPackagesRequest, messages.GetRequiredPackagesResponse>,
            callback: grpc.sendUnaryData<messages.GetRequiredPackagesResponse>,
        ) => callback(null, new messages.GetRequiredPackagesResponse()),
        run: (
            call: grpc.ServerUnaryCall<messages.RunRequest, messages.RunResponse>,
            callback: grpc.sendUnaryData<messages.RunResponse>,
        ) => {
            startProgram(call.request, engineAddress).then(
                (response) => callback(null, response),
                (error: Error) => callback({ code: grpc.status.INTERNAL, details: error.message }),
            );
        },
        cancel: empty,
    });
    const port = await new Promise<number>((resolve, reject) => {
        server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
            error === null ? resolve(bound) : reject(error),
        );
    });
    return {
        environment: { PULUMI_DEBUG_LANGUAGES: `nodejs:${port}` },
        close: () => new Promise((resolve) => server.tryShutdown(() => resolve())),
    };
}
