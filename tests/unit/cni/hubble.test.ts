import { expect, test } from "vitest";
import { hubble } from "../../../components/cni/hubble";
import { LoadBalancerAddresses } from "../../../components/cni/load-balancer-addresses";
import { home, listed, recorded, stand } from "../kubernetes/recorded";

/** Where the page is, and what was made for it. */
async function page(address: string | undefined) {
    let url = "";
    const resources = await recorded(() => {
        const inside = home();
        const addresses = new LoadBalancerAddresses("lan", {
            home: inside,
            cilium: stand("cilium"),
            first: "10.10.0.70",
            last: "10.10.0.80",
        });
        url = hubble("hubble", { home: inside, addresses, address });
    });
    return { url, made: listed(resources).filter((each) => each.includes("hubble")) };
}

test("with an address Hubble is a page on the local network", async () => {
    expect(await page("10.10.0.71")).toEqual({
        url: "http://10.10.0.71/",
        made: ["strata:cni:LanService hubble", "kubernetes:core/v1:Service hubble-service"],
    });
});

test("without an address Hubble is a port-forward away, and nothing is made for it", async () => {
    const { url, made } = await page(undefined);
    expect(url).toMatch(/^kubectl -n kube-system port-forward /);
    expect(made).toEqual([]);
});
