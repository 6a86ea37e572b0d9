/** `qm`: virtual machines as their node's own command sees them. */
import { Refusal } from "../refusal";
import type { HostTool } from "./host-tools";
import { option, unknownOption } from "./host-tools";
import { failed, fine } from "./shell-io";

/** Asks and changes one machine. */
export const qm: HostTool = (host, args) => {
    const [verb, id = ""] = args;
    const guest = host.around.guest(host, Number(id));
    if (guest === undefined) {
        return failed(`Configuration file 'nodes/${host.hostname}/qemu-server/${id}.conf' does not exist`, 2);
    }
    switch (verb) {
        case "config":
            return fine(
                `cores: ${guest.spec.cores}\n${guest.emulated ? "kvm: 0\n" : ""}memory: ${guest.spec.memoryMiB}\n`,
            );
        case "status":
            return fine(`status: ${guest.machine.poweredOn ? "running" : "stopped"}\n`);
        case "set": {
            const wrong = unknownOption(args, ["kvm"]);
            guest.emulated = wrong === undefined ? option(args, "kvm") === "0" : guest.emulated;
            return wrong ?? fine();
        }
        case "start":
            if (guest.machine.poweredOn) {
                return failed(`VM ${id} already running`, 255);
            }
            try {
                guest.start();
                return fine();
            } catch (error) {
                if (error instanceof Refusal) {
                    return failed(error.message, 255);
                }
                throw error;
            }
        default:
            return failed(`ERROR: unknown command 'qm ${verb ?? ""}'`, 255);
    }
};
