/** Section `network`: the network the machines stand in. */
import { z } from "zod";
import { address, cidr, isInside } from "./address";
import type { Mistake } from "./mistake";

/** The network the machines stand in. */
export const networkSchema = z
    .strictObject({
        cidr: cidr().describe("The machines' network, e.g. `10.10.0.0/24`."),
        gateway: address().describe("The network's gateway; inside `cidr`."),
        nameservers: z.array(address()).min(1).default(["1.1.1.1", "9.9.9.9"]).describe("DNS servers of the machines."),
    })
    .describe("The network the machines stand in.");

/** The network the machines stand in. */
export type NetworkConfig = z.output<typeof networkSchema>;

/** The gateway lies in the network. */
export function checkNetwork({ network }: { readonly network: NetworkConfig }): Mistake[] {
    return isInside(network.gateway, network.cidr)
        ? []
        : [
              {
                  key: "strata:network.gateway",
                  value: network.gateway,
                  expected: `an address inside strata:network.cidr ${network.cidr}`,
              },
          ];
}
