/** Mistakes in addresses: of networks, machines, pools, and what several of them would share. */
import { expect, test } from "vitest";
import { type Change, mistakesOf as mistakes } from "../../harness/stack-mistakes";

const pool = "strata:cni.loadBalancerPool is";

test.each<[string, string, readonly Change[], readonly string[]]>([
    [
        "something that is no address",
        "homelab",
        [["machines/c0/address", "10.10.0"]],
        ['strata:machines.c0.address is "10.10.0", expected an IPv4 address such as 10.10.0.140.'],
    ],
    [
        "an endpoint without https",
        "homelab",
        [["hypervisor/endpoint", "http://10.10.0.10:8006/"]],
        [
            'strata:hypervisor.endpoint is "http://10.10.0.10:8006/", expected an https address such as https://10.10.0.10:8006/.',
        ],
    ],
    [
        "an address outside its network",
        "homelab",
        [["machines/w0/address", "10.11.0.150"]],
        [
            'strata:machines.w0.address is "10.11.0.150", expected a host\'s address inside strata:network.cidr 10.10.0.0/24.',
        ],
    ],
    [
        "the network's broadcast address",
        "homelab",
        [["machines/w0/address", "10.10.0.255"]],
        [
            'strata:machines.w0.address is "10.10.0.255", expected a host\'s address inside strata:network.cidr 10.10.0.0/24.',
        ],
    ],
    [
        "a gateway outside its network",
        "homelab",
        [["network/gateway", "10.11.0.1"]],
        ['strata:network.gateway is "10.11.0.1", expected a host\'s address inside strata:network.cidr 10.10.0.0/24.'],
    ],
    [
        "a machine that has the gateway's address",
        "homelab",
        [["machines/w0/address", "10.10.0.1"]],
        ['strata:machines.w0.address is "10.10.0.1", expected an address other than strata:network.gateway.'],
    ],
    [
        "a machine that has the hypervisor's address",
        "homelab",
        [["machines/w0/address", "10.10.0.10"]],
        [
            'strata:machines.w0.address is "10.10.0.10", expected an address other than the host\'s own in strata:hypervisor.endpoint.',
        ],
    ],
    [
        "a machine inside the pool",
        "homelab",
        [["machines/w0/address", "10.10.0.75"]],
        [`${pool} "10.10.0.70 to 10.10.0.80", expected a range without 10.10.0.75, which is machine w0.`],
    ],
    [
        "the hypervisor inside the pool",
        "homelab",
        [["cni/loadBalancerPool/first", "10.10.0.5"]],
        [`${pool} "10.10.0.5 to 10.10.0.80", expected a range without 10.10.0.10, which is the Proxmox VE API.`],
    ],
    [
        "two machines with one address",
        "homelab",
        [["machines/w1/address", "10.10.0.150"]],
        [
            'strata:machines.w1.address is "10.10.0.150", expected one of its own: strata:machines.w0.address has it already.',
        ],
    ],
    [
        "a shared address that is a machine's",
        "homelab-ha",
        [["talos/virtualIp", "10.10.0.141"]],
        ['strata:talos.virtualIp is "10.10.0.141", expected an address other than machine c1\'s own.'],
    ],
    [
        "a shared address that is the gateway's",
        "homelab-ha",
        [["talos/virtualIp", "10.10.0.1"]],
        ['strata:talos.virtualIp is "10.10.0.1", expected an address other than strata:network.gateway.'],
    ],
    [
        "a shared address outside the network",
        "homelab-ha",
        [["talos/virtualIp", "10.11.0.130"]],
        [
            'strata:talos.virtualIp is "10.11.0.130", expected a host\'s address inside strata:network.cidr 10.10.0.0/24.',
        ],
    ],
    [
        "a shared address inside the pool",
        "homelab-ha",
        [["talos/virtualIp", "10.10.0.75"]],
        [
            `${pool} "10.10.0.70 to 10.10.0.80", expected a range without 10.10.0.75, which is the control planes' virtual address.`,
        ],
    ],
    [
        "a pool the DHCP server gives away",
        "homelab",
        [["network/dhcpRange", { first: "10.10.0.80", last: "10.10.0.99" }]],
        [
            `${pool} "10.10.0.70 to 10.10.0.80", expected an address outside strata:network.dhcpRange 10.10.0.80 to 10.10.0.99, which DHCP gives to others.`,
        ],
    ],
    [
        "a machine the DHCP server could double",
        "homelab",
        [["network/dhcpRange", { first: "10.10.0.140", last: "10.10.0.149" }]],
        [
            'strata:machines.c0.address is "10.10.0.140", expected an address outside strata:network.dhcpRange 10.10.0.140 to 10.10.0.149, which DHCP gives to others.',
        ],
    ],
    [
        "a DHCP range the wrong way round",
        "homelab",
        [["network/dhcpRange", { first: "10.10.0.240", last: "10.10.0.200" }]],
        ['strata:network.dhcpRange.first is "10.10.0.240", expected an address before its last one 10.10.0.200.'],
    ],
])("%s is one sentence naming key, value and expectation", (_, stack, changes, expected) => {
    expect(mistakes(stack, changes)).toEqual(expected);
});
