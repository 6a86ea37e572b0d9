/** The package `tailscale`: what the provider of Tailscale answers (tailscale/terraform-provider-tailscale, bridged). */
import type { PackageBehaviour, ProviderInstance, ResourceBehaviour } from "../world/behaviour";
import { Refusal } from "../world/refusal";
import { type Device, defaultPolicy, type Tailnet } from "../world/tailnet/tailnet";
import { list, number, type Properties, text } from "../world/value";
import type { World } from "../world/world";
import { genericResource } from "./generic";
import { difference, withDefaults } from "./properties";

const source = "tailscale/terraform-provider-tailscale: tailscale/provider.go";

/** The tailnet a configured provider reaches. Refuses credentials it does not take. */
function connect({ tailnet }: World, { config }: ProviderInstance): Tailnet {
    const { site } = tailnet;
    if (site === undefined) {
        throw new Refusal(`dial tcp: lookup api.tailscale.com: no such host`, "the site has no tailnet");
    }
    const clientId = text(config, "oauthClientId") ?? process.env.TAILSCALE_OAUTH_CLIENT_ID;
    const clientSecret = text(config, "oauthClientSecret") ?? process.env.TAILSCALE_OAUTH_CLIENT_SECRET;
    const apiKey = text(config, "apiKey") ?? process.env.TAILSCALE_API_KEY;
    if (apiKey === undefined && (clientId === undefined || clientSecret === undefined)) {
        throw new Refusal(
            "tailscale provider credentials are empty - set `api_key` or 'oauth_client_id' and 'oauth_client_secret'",
            source,
        );
    }
    const fits =
        apiKey === undefined
            ? site.oauth?.clientId === clientId && site.oauth?.clientSecret === clientSecret
            : site.apiKey === apiKey;
    if (!fits) {
        throw new Refusal(
            apiKey === undefined ? "oauth2: cannot fetch token: 401 Unauthorized" : "API token invalid (401)",
            source,
        );
    }
    const asked = text(config, "tailnet") ?? "-";
    if (asked !== "-" && asked !== site.name) {
        throw new Refusal(`tailnet '${asked}' not found (404)`, source);
    }
    // Whoever keeps trying to join has had its turn before anybody asks.
    tailnet.settle();
    return tailnet;
}

const texts = (value: Properties, path: string): string[] =>
    list(value, path).filter((each) => typeof each === "string");

function keyBehaviour(world: World): ResourceBehaviour {
    return {
        check: (inputs) => {
            const description = text(inputs, "description") ?? "";
            const reason =
                description.length > 50 || /[^A-Za-z0-9 -]/.test(description)
                    ? `expected length of description to be at most 50 letters, digits, spaces and hyphens, got ${description}`
                    : (number(inputs, "expiry") ?? 0) > 90 * 24 * 60 * 60
                      ? "expiry must be at most 7776000 seconds (90 days)"
                      : undefined;
            return {
                inputs: withDefaults(inputs, { reusable: false, ephemeral: false, preauthorized: false }),
                failures: reason === undefined ? [] : [{ property: "description", reason }],
            };
        },
        diff: (before, after) => difference(before, after, (key) => key !== "recreateIfInvalid"),
        secretOutputs: ["key"],
        create: async (inputs, operation) => {
            const made = connect(world, operation.provider).makeKey({
                reusable: inputs.reusable === true,
                preauthorized: inputs.preauthorized === true,
                tags: texts(inputs, "tags"),
                description: text(inputs, "description") ?? "",
            });
            const outputs = { ...inputs, key: made.key, invalid: false, createdAt: "", expiresAt: "", userId: "" };
            return { id: made.id, outputs };
        },
        read: async (id, state, inputs, { provider }) => {
            const found = connect(world, provider).keys.get(id);
            return found === undefined
                ? undefined
                : { id, outputs: { ...state, invalid: found.used && !found.reusable }, inputs };
        },
        update: async (_id, old, inputs) => ({ ...old, ...inputs }),
        delete: async (id, _state, { provider }) => void connect(world, provider).keys.delete(id),
        lapses: (inputs) => world.tailnet.lapse(text(inputs, "description") ?? ""),
    };
}

function aclBehaviour(world: World): ResourceBehaviour {
    return {
        create: async (inputs, { provider }) => {
            const tailnet = connect(world, provider);
            if (inputs.overwriteExistingContent !== true && tailnet.policyText !== defaultPolicy) {
                throw new Refusal(
                    "! You seem to be trying to overwrite a non-default policy with a tailscale_acl resource.\nBefore doing this, please import your existing policy into Terraform state using:\n terraform import $(this_resource) acl",
                    "tailscale/terraform-provider-tailscale: tailscale/resource_acl.go",
                );
            }
            tailnet.setPolicy(text(inputs, "acl") ?? "");
            return { id: "acl", outputs: inputs };
        },
        read: async (id, state, inputs, { provider }) => {
            const acl = connect(world, provider).policyText;
            return { id, outputs: { ...state, acl }, inputs: { ...inputs, acl } };
        },
        update: async (_id, _old, inputs, { provider }) => {
            connect(world, provider).setPolicy(text(inputs, "acl") ?? "");
            return inputs;
        },
        delete: async (_id, state, { provider }) => {
            if (state.resetAclOnDestroy === true) {
                connect(world, provider).setPolicy(defaultPolicy);
            }
        },
        deterministicId: () => "acl",
    };
}

function routesBehaviour(world: World): ResourceBehaviour {
    const approve = (inputs: Properties, provider: ProviderInstance) =>
        connect(world, provider).approve(text(inputs, "deviceId") ?? "", texts(inputs, "routes"));
    return {
        replaceOn: ["deviceId"],
        create: async (inputs, { provider }) => {
            approve(inputs, provider);
            return { id: text(inputs, "deviceId") ?? "", outputs: inputs };
        },
        read: async (id, state, inputs, { provider }) => {
            const device = connect(world, provider).devices.get(id);
            return device === undefined
                ? undefined
                : {
                      id,
                      outputs: { ...state, routes: device.approved },
                      inputs: { ...inputs, routes: device.approved },
                  };
        },
        update: async (_id, _old, inputs, { provider }) => {
            approve(inputs, provider);
            return inputs;
        },
        delete: async (id, _state, { provider }) => {
            const tailnet = connect(world, provider);
            if (tailnet.devices.has(id)) {
                tailnet.approve(id, []);
            }
        },
        deterministicId: (inputs) => text(inputs, "deviceId"),
    };
}

function described({ id, hostname, address, tags }: Device, domain: string): Properties {
    return {
        id,
        nodeId: id,
        hostname,
        name: `${hostname}.${domain}`,
        addresses: [address],
        tags: [...tags],
        user: "",
        authorized: true,
        blocksIncomingConnections: false,
        clientVersion: "",
        created: "",
        expires: "",
        isExternal: false,
        keyExpiryDisabled: true,
        lastSeen: "",
        machineKey: "",
        nodeKey: "",
        os: "linux",
        tailnetLockError: "",
        tailnetLockKey: "",
        updateAvailable: false,
    };
}

/** The package. */
export function tailscalePackage(world: World): PackageBehaviour {
    const resources: Readonly<Record<string, ResourceBehaviour>> = {
        "tailscale:index/tailnetKey:TailnetKey": keyBehaviour(world),
        "tailscale:index/acl:Acl": aclBehaviour(world),
        "tailscale:index/deviceSubnetRoutes:DeviceSubnetRoutes": routesBehaviour(world),
    };
    return {
        name: "tailscale",
        resource: (type) => resources[type] ?? genericResource(world, type),
        function: (token) =>
            token === "tailscale:index/getDevice:getDevice"
                ? async (args, provider) => {
                      const tailnet = connect(world, provider);
                      const asked = text(args, "hostname") ?? text(args, "name") ?? "";
                      const device = tailnet.find(asked);
                      if (device === undefined) {
                          const key = args.hostname === undefined ? "name" : "hostname";
                          throw new Refusal(
                              `Could not find device with ${key}=${asked}`,
                              "tailscale/terraform-provider-tailscale: tailscale/data_source_device.go, after waitFor",
                          );
                      }
                      return { ...args, ...described(device, tailnet.site?.name ?? "") };
                  }
                : undefined,
    };
}
