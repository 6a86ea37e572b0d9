/** The whole program: read what the stack says, build the platform it stands on, hand out what its users need. */
import { readFleet } from "./config";
import { oracleProxmox } from "./platforms/oracle-proxmox";
import { oracleTalos } from "./platforms/oracle-talos";
import { proxmox } from "./platforms/proxmox";

async function program(): Promise<Record<string, unknown>> {
    const fleet = readFleet();
    switch (fleet.platform) {
        case "proxmox":
            return proxmox(fleet);
        case "oracle-proxmox":
            return oracleProxmox(fleet);
        case "oracle-talos":
            return oracleTalos(fleet);
    }
}

export = program;
