/** Where Hubble's page is. */
import type { Home } from "../kubernetes/cluster";
import { LanService } from "./lan-service";
import type { LoadBalancerAddresses } from "./load-balancer-addresses";

/** What the page needs. */
export interface HubbleArgs {
    readonly home: Home;
    readonly addresses: LoadBalancerAddresses;
    /** Fixed address out of the pool; undefined: the page is reached by a port-forward. */
    readonly address: string | undefined;
}

/** Hubble's page: a URL on the local network, or the command that brings it to this machine. */
export function hubble(name: string, args: HubbleArgs): string {
    if (args.address === undefined) {
        return "kubectl -n kube-system port-forward service/hubble-ui 12000:80, then http://127.0.0.1:12000/";
    }
    return new LanService(name, {
        home: args.home,
        addresses: args.addresses,
        address: args.address,
        namespace: "kube-system",
        service: "hubble-ui-lan",
        selector: { "k8s-app": "hubble-ui" },
        scheme: "http",
        port: 80,
        targetPort: 8081,
    }).url;
}
