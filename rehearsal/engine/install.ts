/** The engine by the Automation API's own installer. */
import { connect } from "node:net";
import { PulumiCommand } from "@pulumi/pulumi/automation";

/** Where the installer gets its script from (`@pulumi/pulumi/automation/cmd.ts`). */
const host = "get.pulumi.com";

/** How long to wait for a connection before giving up: without a network the installer itself waits for minutes. */
const connectSeconds = 3;

/** How long the download may take, about 100 MB. */
const installSeconds = 300;

/**
 * Installs the engine of the SDK's own version into a folder.
 *
 * @param reach Where to try the connection first.
 */
export async function installEngine(
    root: string,
    onProgress: (message: string) => void,
    reach: { readonly host: string; readonly port: number } = { host, port: 443 },
): Promise<void> {
    await reachable(reach.host, reach.port);
    onProgress(`Fetching a Pulumi engine from ${reach.host} (about 100 MB) ...`);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
        timer = setTimeout(
            () => reject(new Error(`the download did not end within ${installSeconds} seconds`)),
            installSeconds * 1000,
        );
    });
    try {
        await Promise.race([PulumiCommand.install({ root }), late]);
    } finally {
        clearTimeout(timer);
    }
}

/** Throws where no connection comes about in time. */
export function reachable(name: string, port: number, seconds = connectSeconds): Promise<void> {
    return new Promise((done, failed) => {
        const socket = connect({ host: name, port });
        const end = (act: () => void): void => {
            socket.destroy();
            act();
        };
        socket.setTimeout(seconds * 1000, () =>
            end(() => failed(new Error(`${name} does not answer within ${seconds} seconds`))),
        );
        socket.on("connect", () => end(done));
        socket.on("error", (error) => end(() => failed(new Error(`${name} cannot be reached: ${error.message}`))));
    });
}
