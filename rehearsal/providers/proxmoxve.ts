/** The package `proxmoxve`: what the provider of Proxmox VE answers (bpg/terraform-provider-proxmox, bridged). */
import type { CheckFailure, PackageBehaviour, ProviderInstance, ResourceBehaviour } from "../world/behaviour";
import { type Properties, text, UNKNOWN } from "../world/value";
import type { World } from "../world/world";
import { genericResource } from "./generic";
import { connect } from "./proxmoxve-connection";
import { directoryBehaviour } from "./proxmoxve-directory";
import { fileBehaviour } from "./proxmoxve-file";
import { vmBehaviour } from "./proxmoxve-vm";

function configFailures(config: Properties): CheckFailure[] {
    const endpoint = config.endpoint;
    if (typeof endpoint !== "string" || config.endpoint === UNKNOWN || /^https?:\/\/[^/\s]+/.test(endpoint)) {
        return [];
    }
    return [{ property: "endpoint", reason: `expected "endpoint" to have a host, got ${endpoint}` }];
}

/** What a folder of datastores and nodes answers to those who only ask. */
function functions(
    world: World,
): Readonly<Record<string, (args: Properties, provider: ProviderInstance) => Promise<Properties>>> {
    const nodes = async (_args: Properties, provider: ProviderInstance): Promise<Properties> => {
        const { site } = connect(world, provider);
        const found = Object.entries(site.nodes);
        return {
            id: "nodes",
            names: found.map(([name]) => name),
            cpuCounts: found.map(([, node]) => node.cpuCores),
            memoryTotals: found.map(([, node]) => node.memoryGiB * 2 ** 30),
            onlines: found.map(([, node]) => node.online !== false),
        };
    };
    const version = async (_args: Properties, provider: ProviderInstance): Promise<Properties> => {
        const { site } = connect(world, provider);
        return {
            id: "version",
            version: site.version,
            release: site.version.split(".").slice(0, 2).join("."),
            repositoryId: "",
        };
    };
    const datastores = async (args: Properties, provider: ProviderInstance): Promise<Properties> => {
        const proxmox = connect(world, provider);
        const node = text(args, "nodeName") ?? "";
        proxmox.reach(node);
        const found = proxmox.datastores.filter((store) => store.nodes.includes(node));
        return {
            id: `${node}_datastores`,
            nodeName: node,
            datastoreIds: found.map((store) => store.id),
            contentTypes: found.map((store) => store.content),
            shareds: found.map((store) => store.shared),
            spaceTotals: found.map((store) => store.sizeGiB * 2 ** 30),
        };
    };
    return {
        "proxmoxve:index/getNodesLegacy:getNodesLegacy": nodes,
        "proxmoxve:index/getVersion:getVersion": version,
        "proxmoxve:index/getVersionLegacy:getVersionLegacy": version,
        "proxmoxve:index/getDatastoresLegacy:getDatastoresLegacy": datastores,
    };
}

/** The package. */
export function proxmoxvePackage(world: World): PackageBehaviour {
    const known: Readonly<Record<string, ResourceBehaviour>> = {
        "proxmoxve:index/vmLegacy:VmLegacy": vmBehaviour(world),
        "proxmoxve:download/file:File": fileBehaviour(world),
        "proxmoxve:download/fileLegacy:FileLegacy": fileBehaviour(world),
        "proxmoxve:storage/directory:Directory": directoryBehaviour(world),
        "proxmoxve:storage/directoryLegacy:DirectoryLegacy": directoryBehaviour(world),
    };
    const asked = functions(world);
    return {
        name: "proxmoxve",
        checkConfig: configFailures,
        resource: (type) => known[type] ?? genericResource(world, type),
        function: (token) => asked[token],
    };
}
