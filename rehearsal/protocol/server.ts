/** The providers of one world on loopback ports, one port a package, for an engine to attach to. */
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import type { PackageBehaviour } from "../world/behaviour";
import type { World } from "../world/world";
import { Inventory } from "./inventory";
import { type Interference, Operations } from "./operations";
import { PackageService } from "./provider";

/** How the providers of a world are served. */
export interface ServeOptions {
    readonly world: World;
    readonly packages: readonly PackageBehaviour[];
    /** See `Operations`; undefined in the nominal run. */
    readonly seed?: number;
    readonly interference?: Interference;
}

/** Running providers. */
export interface ProviderServer {
    /** `name:port,...`, what the engine reads from `PULUMI_DEBUG_PROVIDERS`. */
    readonly attachments: string;
    readonly inventory: Inventory;
    /** Returns when nothing the engine ever asked for is still going on in the world. */
    settled(): Promise<void>;
    /** Stops serving; requests that still run are cut off. */
    close(): void;
}

/** The largest message, in bytes: rendered charts outgrow gRPC's own limit of 4 MiB; the engine uses 400 MiB as well. */
const largestMessage = 400 * 1024 * 1024;

/** Serves the packages until closed. Ports are free ones of 127.0.0.1. */
export async function serve(options: ServeOptions): Promise<ProviderServer> {
    const operations = new Operations(options.world, options.seed, options.interference ?? {});
    const inventory = new Inventory();
    const servers: Server[] = [];
    const attachments: string[] = [];
    for (const behaviour of options.packages) {
        const server = new Server({
            "grpc.max_receive_message_length": largestMessage,
            "grpc.max_send_message_length": largestMessage,
        });
        const service = new PackageService(behaviour, options.world, operations, inventory);
        server.addService(ResourceProviderService, service.implementation());
        const port = await bind(server);
        servers.push(server);
        attachments.push(`${behaviour.name}:${port}`);
    }
    return {
        attachments: attachments.join(","),
        inventory,
        settled: () => operations.settled(),
        close: () => {
            for (const server of servers) {
                server.forceShutdown();
            }
        },
    };
}

function bind(server: Server): Promise<number> {
    return new Promise((resolve, reject) => {
        server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
            error === null ? resolve(port) : reject(error),
        );
    });
}
