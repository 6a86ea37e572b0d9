import { UNKNOWN } from "../../graph";
import { asRecord, read } from "../../reading";
import { cannotKnow, type ResourceRule } from "../../rule";

/** PostgreSQL backups use what will still be there. */
export const barmanPlugin: ResourceRule = {
    id: "hygiene-barman-plugin",
    title: "PostgreSQL backs up through the plugin",
    family: "hygiene",
    level: "advisory",
    severity: "medium",
    scope: "resource",
    why: "CloudNativePG removes the object store support inside the operator with 1.31; backups configured that way end with the upgrade.",
    limit: "No `spec.backup.barmanObjectStore` (CloudNativePG, release notes of 1.26 and 1.30).",
    fix: "Use the Barman Cloud plugin: an ObjectStore resource and `spec.plugins`.",
    onUnknown: "warn",
    appliesTo: (type) => type === "kubernetes:postgresql.cnpg.io/v1:Cluster",
    judge: (resource) => {
        const backup = read(resource, "spec.backup");
        if (backup.state === "unknown") {
            return [cannotKnow(resource, "spec.backup", "how the database is backed up")];
        }
        const store = backup.state === "known" ? asRecord(backup.value)?.barmanObjectStore : undefined;
        return store === undefined || store === UNKNOWN
            ? []
            : [
                  {
                      urn: resource.urn,
                      message: `${resource.name}: backs up through barmanObjectStore, which CloudNativePG 1.31 removes; use the Barman Cloud plugin.`,
                  },
              ];
    },
};
