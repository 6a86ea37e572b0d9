/** What the parts of section `cloud` promise each other. */
import { isHost, isInside, prefixLength } from "./address";
import type { CloudConfig } from "./cloud";
import type { Mistake } from "./mistake";

/** Addresses of a subnet Oracle keeps: the first two and the last (Oracle, reserved IP addresses). */
function isOracles(text: string, network: string): boolean {
    const [first = ""] = network.split("/");
    const gateway = first.replace(/\d+$/, (last) => String(Number(last) + 1));
    return text === gateway;
}

/** Every fixed address in the subnet by the key that has it. */
function addresses(cloud: CloudConfig): Readonly<Record<string, string>> {
    return {
        ...Object.fromEntries(
            Object.entries(cloud.instances).map(([name, { address }]) => [
                `strata:cloud.instances.${name}.address`,
                address,
            ]),
        ),
        "strata:cloud.bastion.address": cloud.bastion.address,
        "strata:cloud.ingress.address": cloud.ingress.address,
    };
}

function checkAddresses(cloud: CloudConfig): Mistake[] {
    const named = Object.entries(addresses(cloud));
    const { subnetCidr } = cloud;
    return named.flatMap(([key, value], turn): Mistake[] => {
        const earlier = named.slice(0, turn).find(([, other]) => other === value);
        return [
            ...(isHost(value, subnetCidr) && !isOracles(value, subnetCidr)
                ? []
                : [
                      {
                          key,
                          value,
                          expected: `a host's address inside strata:cloud.subnetCidr ${subnetCidr}, and not the first, which is Oracle's router`,
                      },
                  ]),
            ...(earlier === undefined
                ? []
                : [{ key, value, expected: `an address of its own: ${earlier[0]} has it already` }]),
        ];
    });
}

function checkNetworks({ vcnCidr, subnetCidr }: CloudConfig): Mistake[] {
    const [first = ""] = subnetCidr.split("/");
    return isInside(first, vcnCidr) && prefixLength(subnetCidr) >= prefixLength(vcnCidr)
        ? []
        : [
              {
                  key: "strata:cloud.subnetCidr",
                  value: subnetCidr,
                  expected: `a network inside strata:cloud.vcnCidr ${vcnCidr}`,
              },
          ];
}

function checkPlaces(cloud: CloudConfig): Mistake[] {
    const placed = {
        ...Object.fromEntries(
            Object.entries(cloud.instances).map(([name, each]) => [`instances.${name}`, each.availabilityDomain]),
        ),
        bastion: cloud.bastion.availabilityDomain,
    };
    return Object.entries(placed)
        .filter(([, domain]) => !cloud.availabilityDomains.includes(domain))
        .map(([key, value]) => ({
            key: `strata:cloud.${key}.availabilityDomain`,
            value,
            expected: `one of strata:cloud.availabilityDomains (${cloud.availabilityDomains.join(", ")})`,
        }));
}

function checkNames({ instances, bastion, ingress }: CloudConfig): Mistake[] {
    return [
        ...(bastion.name in instances
            ? [
                  {
                      key: "strata:cloud.bastion.name",
                      value: bastion.name,
                      expected: "a name of its own: an instance of strata:cloud.instances has it already",
                  },
              ]
            : []),
        ...(ingress.instance in instances
            ? []
            : [
                  {
                      key: "strata:cloud.ingress.instance",
                      value: ingress.instance,
                      expected: `an instance of strata:cloud.instances (${Object.keys(instances).join(", ")})`,
                  },
              ]),
        ...("httpNodePort" in ingress && ingress.httpNodePort === ingress.httpsNodePort
            ? [
                  {
                      key: "strata:cloud.ingress.httpsNodePort",
                      value: ingress.httpsNodePort,
                      expected: "a port of its own: strata:cloud.ingress.httpNodePort has it already",
                  },
              ]
            : []),
    ];
}

/** The quota has room for what the stack asks for: otherwise Oracle refuses the stack's own instances. */
function checkQuota({ quota, instances, bastion }: CloudConfig): Mistake[] {
    const all = Object.values(instances);
    const sum = (amount: (instance: (typeof all)[number]) => number) =>
        all.reduce((total, each) => total + amount(each), 0);
    const asked = {
        ocpus: sum(({ ocpus }) => ocpus),
        memoryGiB: sum(({ memoryGiB }) => memoryGiB),
        micros: 1,
        storageGiB: sum((each) => each.bootVolumeGiB) + bastion.bootVolumeGiB,
    };
    const keys = ["ocpus", "memoryGiB", "micros", "storageGiB"] as const;
    return keys
        .filter((key) => asked[key] > quota[key])
        .map((key) => ({
            key: `strata:cloud.quota.${key}`,
            value: quota[key],
            expected: `at least the ${asked[key]} the stack's own instances ask for together`,
        }));
}

function checkCapacity({ capacity }: CloudConfig): Mistake[] {
    return capacity.pauseSeconds <= capacity.maxPauseSeconds
        ? []
        : [
              {
                  key: "strata:cloud.capacity.pauseSeconds",
                  value: capacity.pauseSeconds,
                  expected: `at most strata:cloud.capacity.maxPauseSeconds ${capacity.maxPauseSeconds}`,
              },
          ];
}

/** Addresses lie in the subnet and are nobody else's, places exist, names are each one thing's, the quota has room. */
export function checkCloud(cloud: CloudConfig): Mistake[] {
    return [
        ...checkNetworks(cloud),
        ...checkAddresses(cloud),
        ...checkPlaces(cloud),
        ...checkNames(cloud),
        ...checkQuota(cloud),
        ...checkCapacity(cloud),
    ];
}
