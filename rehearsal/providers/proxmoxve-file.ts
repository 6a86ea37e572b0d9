/** Files a Proxmox node downloads by itself: `proxmoxve:download/file:File`. */
import type { ResourceBehaviour } from "../world/behaviour";
import { httpError } from "../world/proxmox-http";
import { Refusal } from "../world/refusal";
import { at, type Properties, text } from "../world/value";
import type { World } from "../world/world";
import { difference, withDefaults } from "./properties";
import { connect, naming } from "./proxmoxve-connection";
import { inputFailures } from "./proxmoxve-inputs";

/** Bytes of a Talos disk image: about 100 MB packed, 1.2 GB as qcow2; only that it stays the same matters. */
const imageBytes = 1_258_291_200;

/** Endings Proxmox takes by content type (pve-storage: ISO_EXT_RE_0, VZTMPL_EXT_RE_1, UPLOAD_IMPORT_EXT_RE_1). */
const endings: Readonly<Record<string, RegExp>> = {
    iso: /\.(iso|img)$/i,
    vztmpl: /\.tar\.(gz|xz|zst|bz2)$|\.tar$/i,
    import: /^[\w.+=-]+\.(ova|qcow2|raw|vmdk)$/i,
};

const resource = "bpg/terraform-provider-proxmox: fwprovider/nodes/resource_download_file.go";

/** Defaults the provider completes (same file, Schema). */
const defaults = { uploadTimeout: 600, verify: true, overwrite: true, overwriteUnmanaged: false };

function fileName(inputs: Properties): string {
    return text(inputs, "fileName") ?? (text(inputs, "url") ?? "").split("?")[0]?.split("/").at(-1) ?? "";
}

function idOf(inputs: Properties): string {
    return `${text(inputs, "datastoreId") ?? ""}:${text(inputs, "contentType") ?? ""}/${fileName(inputs)}`;
}

/** Files downloaded by URL. */
export function fileBehaviour(world: World): ResourceBehaviour {
    return {
        check: (inputs, _old, { name }) => ({
            inputs,
            failures: inputFailures("proxmoxve:download/file:File", name, inputs) ?? [],
        }),
        diff: (before, after) =>
            difference(
                before,
                after,
                (key) => !["uploadTimeout", "verify", "overwrite", "overwriteUnmanaged"].includes(key),
            ),
        deterministicId: idOf,
        create: async (inputs, operation) => {
            const proxmox = connect(world, operation.provider);
            const node = text(inputs, "nodeName") ?? "";
            const url = text(inputs, "url") ?? "";
            const content = text(inputs, "contentType") ?? "";
            const name = fileName(inputs);
            const id = idOf(inputs);
            const image = naming(
                "Error initiating file download: Could not get file metadata, unexpected error",
                () => {
                    proxmox.reach(node);
                    return world.factory.image(url);
                },
            );
            const failed = (words: string, source: string) =>
                new Refusal(`Could not download file '${name}', unexpected error: ${httpError(400, words)}`, source);
            const store = naming(
                `Error downloading file from url: Could not download file '${name}', unexpected error`,
                () => proxmox.datastore(text(inputs, "datastoreId") ?? "", node, content),
            );
            if (!(endings[content]?.test(name) ?? false)) {
                throw failed(
                    `Parameter verification failed. (filename: ${content === "import" ? "invalid filename or wrong extension" : "wrong file extension"})`,
                    "proxmox/pve-storage: src/PVE/API2/Storage/Status.pm, download_url",
                );
            }
            if (
                image?.compression !== undefined &&
                at(inputs, "decompressionAlgorithm") === undefined &&
                content !== "iso"
            ) {
                throw failed(
                    `Parameter verification failed. (filename: invalid filename or wrong extension)`,
                    "proxmox/pve-storage: src/PVE/API2/Storage/Status.pm, download_url",
                );
            }
            if (store.file(node, id) !== undefined && at(inputs, "overwriteUnmanaged") !== true) {
                throw new Refusal(
                    `File already exists in the datastore, it was created outside of Terraform or is managed by another resource.: File already exists in the datastore: '${name}', error: ${httpError(500, `refusing to override existing file '${name}'`)}`,
                    `${resource}, Create`,
                );
            }
            await operation.takes("proxmoxve/image-download");
            store.putFile(node, id, { size: imageBytes, ...(image === undefined ? {} : { image }) });
            return { id, outputs: { ...withDefaults(inputs, defaults), fileName: name, size: imageBytes } };
        },
        read: async (id, state, inputs, operation) => {
            const proxmox = connect(world, operation.provider);
            const known = { ...inputs, ...state };
            const node = text(known, "nodeName") ?? "";
            const found = proxmox.datastore(text(known, "datastoreId") ?? "", node).file(node, id);
            return found === undefined
                ? undefined
                : {
                      id,
                      inputs,
                      outputs: { ...withDefaults(known, defaults), fileName: fileName(known), size: found.size },
                  };
        },
        update: async (_id, old, inputs) => ({
            ...withDefaults(inputs, defaults),
            fileName: fileName(inputs),
            size: old.size ?? imageBytes,
        }),
        delete: async (id, state, operation) => {
            const proxmox = connect(world, operation.provider);
            const node = text(state, "nodeName") ?? "";
            proxmox.datastores.find((store) => store.id === text(state, "datastoreId"))?.removeFile(node, id);
        },
    };
}
