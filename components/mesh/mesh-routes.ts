/** The networks behind a device of the mesh, approved: from then on its members reach them. */
import * as pulumi from "@pulumi/pulumi";
import * as tailscale from "@pulumi/tailscale";

/** Which networks, behind which device. */
export interface MeshRoutesArgs {
    /** Host name the device joins with. */
    readonly hostname: string;
    /** Networks it advertises, e.g. `["10.0.1.0/24", "10.20.0.0/24"]`. */
    readonly routes: readonly string[];
    /** What makes the device join. Until it exists the device is not looked for: a first preview has none. */
    readonly after: pulumi.Input<pulumi.Resource>;
    /** How long the device may take from there to its first word. Default 600: a machine boots and installs first. */
    readonly waitSeconds?: number;
}

/** Waits for a device and approves what it advertises. */
export class MeshRoutes extends pulumi.ComponentResource {
    /** What reaches through the mesh depends on this. */
    readonly ready: pulumi.Resource;

    constructor(name: string, args: MeshRoutesArgs, opts?: pulumi.ComponentResourceOptions) {
        super("strata:mesh:MeshRoutes", name, {}, opts);
        const device = tailscale.getDeviceOutput(
            { hostname: args.hostname, waitFor: `${args.waitSeconds ?? 600}s` },
            { parent: this, dependsOn: [args.after] },
        );
        this.ready = new tailscale.DeviceSubnetRoutes(
            `${name}-routes`,
            { deviceId: device.nodeId, routes: [...args.routes] },
            { parent: this },
        );
        this.registerOutputs({});
    }
}
