/** Calls to Talos's API: which node one reaches, and what it hears where it reaches none. */
import type { Network } from "./network";
import { Refusal } from "./refusal";
import { type TalosNode, talosPorts } from "./talos-node";
import { rpc } from "./talos-takeable";

/** Whom a call comes from and where it goes. */
export interface TalosCall {
    /** Address that is dialled. */
    readonly endpoint: string;
    /** Address the request is for. */
    readonly node: string;
    /** Base64 of the certificate of the authority the client trusts. */
    readonly authority: string;
}

/** The node a call reaches. Refuses where nothing answers, or the client is of another cluster. */
export function reached(
    { endpoint, node, authority }: TalosCall,
    network: Network,
    find: (address: string) => TalosNode | undefined,
): TalosNode {
    const at = (address: string): TalosNode => {
        const found = find(address);
        if (found === undefined) {
            throw new Refusal(
                rpc("Unavailable", 'connection error: desc = "transport: authentication handshake failed: EOF"'),
                "gRPC: what listens there is no Talos",
            );
        }
        return found;
    };
    network.call(endpoint, talosPorts.apid, (words) =>
        rpc("Unavailable", `connection error: desc = "transport: Error while dialing: ${words}"`),
    );
    const proxy = at(endpoint);
    if (proxy.config !== undefined && proxy.authority !== authority) {
        throw new Refusal(
            rpc(
                "Unavailable",
                'connection error: desc = "transport: authentication handshake failed: tls: failed to verify certificate: x509: certificate signed by unknown authority"',
            ),
            "Go: crypto/x509, UnknownAuthorityError",
        );
    }
    if (node === endpoint) {
        return proxy;
    }
    const words = network.unreachable(node, talosPorts.apid);
    if (words !== undefined) {
        throw new Refusal(
            rpc("Unavailable", `connection error: desc = "transport: Error while dialing: ${words}"`),
            "siderolabs/talos: internal/app/apid/pkg/backend",
        );
    }
    return at(node);
}
