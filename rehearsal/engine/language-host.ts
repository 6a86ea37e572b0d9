/**
 * Runs somebody's Node program for the engine, each time in a fresh process, as Pulumi's own Node host does: by the
 * program's own SDK, which knows exported functions, promises, modules of either kind, and TypeScript.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData, status } from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import {
    GetRequiredPackagesResponse,
    type LanguageHandshakeRequest,
    LanguageHandshakeResponse,
    type RunRequest,
    RunResponse,
} from "@pulumi/pulumi/proto/language_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { refused } from "../protocol/answers";
import type { ForeignProgram } from "./foreign";

/** A running host. */
export interface LanguageHost {
    /** `nodejs:port`, what the engine reads from `PULUMI_DEBUG_LANGUAGES`. */
    readonly attachment: string;
    /** Ids of the processes of programs that run now. */
    readonly processes: readonly number[];
    /** Stops it, and whatever program still runs. */
    close(): void;
}

/** The exit code by which the SDK's runner says that it told the user already (`@pulumi/pulumi/cmd/run`). */
const toldAlready = 32;

/** Serves one program. */
export async function serveProgram(program: ForeignProgram): Promise<LanguageHost> {
    const server = new Server();
    const children = new Set<ChildProcess>();
    let engine = "";
    server.addService(LanguageRuntimeService, {
        handshake: (
            call: ServerUnaryCall<LanguageHandshakeRequest, LanguageHandshakeResponse>,
            done: sendUnaryData<LanguageHandshakeResponse>,
        ) => {
            engine = call.request.getEngineAddress();
            done(null, new LanguageHandshakeResponse());
        },
        getPluginInfo: (_: unknown, done: sendUnaryData<PluginInfo>) =>
            done(null, new PluginInfo().setVersion("1.0.0")),
        getRequiredPackages: (_: unknown, done: sendUnaryData<GetRequiredPackagesResponse>) =>
            done(null, new GetRequiredPackagesResponse()),
        run: (call: ServerUnaryCall<RunRequest, RunResponse>, done: sendUnaryData<RunResponse>) => {
            run(program, call.request, engine, children).then(
                (response) => done(null, response),
                (error: Error) => done(refused(error.message, status.INTERNAL)),
            );
        },
        cancel: (_: unknown, done: sendUnaryData<Empty>) => done(null, new Empty()),
    });
    const port = await new Promise<number>((resolve, reject) => {
        server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
            error === null ? resolve(bound) : reject(error),
        );
    });
    return {
        attachment: `nodejs:${port}`,
        get processes() {
            return [...children].flatMap(({ pid }) => pid ?? []);
        },
        close: () => {
            server.forceShutdown();
            for (const child of children) {
                child.kill("SIGKILL");
            }
        },
    };
}

/** The runner of the program's own SDK; this project's where the program's packages are not installed. */
function runnerFor(program: ForeignProgram): string {
    return require.resolve("@pulumi/pulumi/cmd/run", { paths: [program.directory, __dirname] });
}

function run(
    program: ForeignProgram,
    request: RunRequest,
    engine: string,
    children: Set<ChildProcess>,
): Promise<RunResponse> {
    const child = spawn(
        process.execPath,
        [
            ...program.nodeArguments,
            runnerFor(program),
            `--monitor=${request.getMonitorAddress()}`,
            `--engine=${engine}`,
            `--organization=${request.getOrganization()}`,
            `--project=${request.getProject()}`,
            `--root-directory=${program.directory}`,
            `--stack=${request.getStack()}`,
            `--pwd=${program.directory}`,
            `--parallel=${request.getParallel()}`,
            ...(request.getDryrun() ? ["--dry-run"] : []),
            program.entry,
        ],
        { cwd: program.directory, env: environment(program, request), stdio: ["ignore", "pipe", "pipe"] },
    );
    children.add(child);
    let said = "";
    const hear = (data: Buffer): void => {
        said += data.toString();
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    return new Promise((resolve) => {
        child.on("close", (code, signal) => {
            children.delete(child);
            const response = new RunResponse();
            if (code === toldAlready) {
                response.setBail(true);
            } else if (code !== 0) {
                response.setError(`the program ended with ${signal ?? `exit code ${code}`}: ${said.trim()}`);
            }
            resolve(response);
        });
    });
}

/**
 * Has errors inspected without colours. The SDK asks for them, and Node 20.20 never ends where it colours a trace with a
 * file that lies right below a scope, such as `node_modules/@pulumi/resource.ts`, which is how the SDK's source maps name
 * its own.
 */
const plainErrors = `--import=data:text/javascript,${encodeURIComponent(
    'import util from "node:util"; const { inspect } = util; util.inspect = Object.assign((value, options) => inspect(value, { ...options, colors: false }), inspect);',
)}`;

function environment(program: ForeignProgram, request: RunRequest): NodeJS.ProcessEnv {
    const config = Object.fromEntries(request.getConfigMap().getEntryList());
    return {
        ...process.env,
        // Not an argument: the SDK looks there for loaders of the program's own.
        NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ""} ${plainErrors}`,
        PULUMI_NODEJS_TYPESCRIPT: program.typescript ? "true" : "false",
        // What is rehearsed is what the program does; its types are its compiler's business and cost seconds a phase.
        PULUMI_NODEJS_TRANSPILE_ONLY: "true",
        PULUMI_CONFIG: JSON.stringify(config),
        PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    };
}
