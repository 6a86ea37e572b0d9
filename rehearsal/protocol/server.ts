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

/** The largest message, in bytes: rendered charts outgrow gRPC's own limit of 4 MiB; the engine uses 400 MiB as well. */
const largestMessage = 400 * 1024 * 1024;

/** Running providers. */
export class ProviderServer {
    readonly inventory = new Inventory();
    readonly #operations: Operations;
    readonly #servers: Server[] = [];
    readonly #attachments: string[] = [];

    constructor(private readonly options: ServeOptions) {
        this.#operations = new Operations(options.world, options.seed, options.interference ?? {});
    }

    /** `name:port,...`, what the engine reads from `PULUMI_DEBUG_PROVIDERS`. */
    get attachments(): string {
        return this.#attachments.join(",");
    }

    /**
     * Serves one more package, on a free port of 127.0.0.1.
     *
     * @param stranger True where nobody described the package: everything it answers is made up.
     */
    async add(behaviour: PackageBehaviour, stranger = false): Promise<void> {
        const server = new Server({
            "grpc.max_receive_message_length": largestMessage,
            "grpc.max_send_message_length": largestMessage,
        });
        const service = new PackageService(behaviour, this.options.world, this.#operations, this.inventory, stranger);
        server.addService(ResourceProviderService, service.implementation());
        this.#servers.push(server);
        this.#attachments.push(`${behaviour.name}:${await bind(server)}`);
    }

    /** True while something the engine asked for goes on in the world. */
    get busy(): boolean {
        return this.#operations.running > 0;
    }

    /** Returns when nothing the engine ever asked for is still going on in the world. */
    settled(): Promise<void> {
        return this.#operations.settled();
    }

    /** Stops serving; requests that still run are cut off. */
    close(): void {
        for (const server of this.#servers) {
            server.forceShutdown();
        }
    }
}

/** Serves the packages until closed. */
export async function serve(options: ServeOptions): Promise<ProviderServer> {
    const server = new ProviderServer(options);
    for (const behaviour of options.packages) {
        await server.add(behaviour);
    }
    return server;
}

function bind(server: Server): Promise<number> {
    return new Promise((resolve, reject) => {
        server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
            error === null ? resolve(port) : reject(error),
        );
    });
}
