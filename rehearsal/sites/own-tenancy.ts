/** The tenancy, repository and network of somebody's own Oracle stack, as far as its config names them. */
import type { SiteOracle } from "../world/oracle/site";
import type { Site } from "../world/site";
import { isProperties, list, type Properties, text, type Value } from "../world/value";
import { a1, allowanceOf2025, allowanceOf2026 } from "./oracle-tenancy";

/** Values of a stack's config by key, e.g. `strata:cloud`. */
export type ConfigValues = Readonly<Record<string, { readonly value: unknown }>>;

function section(config: ConfigValues, name: string): Properties {
    const value = config[`strata:${name}`]?.value as Value | undefined;
    return isProperties(value) ? value : {};
}

const texts = (values: Properties, path: string): string[] =>
    list(values, path).flatMap((value) => (typeof value === "string" ? [value] : []));

function tenancyOf(drawn: SiteOracle, config: ConfigValues): SiteOracle {
    const cloud = section(config, "cloud");
    const domains = texts(cloud, "availabilityDomains");
    const micro = text(cloud, "bastion.availabilityDomain");
    const [id, name] = [text(cloud, "compartment.id"), text(cloud, "compartment.name")];
    const lookUp = text(cloud, "images.instance.lookUp");
    const talosVersion = text(section(config, "talos"), "version");
    const [made] = drawn.images.filter(({ compartmentId }) => compartmentId !== undefined);
    const before = String(config["strata:allowance"]?.value ?? "") < "2026-06-15" && "strata:allowance" in config;
    return {
        ...drawn,
        region: text(cloud, "region") ?? drawn.region,
        tenancyId: text(cloud, "tenancyId") ?? drawn.tenancyId,
        availabilityDomains: domains.length === 0 ? drawn.availabilityDomains : domains,
        microAvailabilityDomains: micro === undefined ? drawn.microAvailabilityDomains : [micro],
        limits: before ? allowanceOf2025 : allowanceOf2026,
        ...(id === undefined || name === undefined ? {} : { compartments: { [id]: name } }),
        images: [
            ...drawn.images.filter((image) => image !== made),
            ...(lookUp === undefined
                ? []
                : [
                      {
                          ...(made ?? { operatingSystem: "Talos", version: talosVersion ?? "", shapes: [a1] }),
                          name: lookUp,
                          ...(made === undefined ? { boots: "talos" as const, talosVersion: talosVersion ?? "" } : {}),
                          ...(id === undefined ? {} : { compartmentId: id }),
                      },
                  ]),
        ],
        ...(drawn.objects === undefined
            ? {}
            : { objects: drawn.objects.map((each) => (id === undefined ? each : { ...each, compartmentId: id })) }),
    };
}

/** A drawn site with what a stack's config says of it in its place: what Oracle's and GitHub's answers depend on. */
export function ownSite(drawn: Site, config: ConfigValues): Site {
    const delivery = section(config, "delivery");
    const [source] = texts(section(config, "cloud"), "sshSources");
    const operator = source?.split("/")[0];
    return {
        ...drawn,
        ...(drawn.oracle === undefined ? {} : { oracle: tenancyOf(drawn.oracle, config) }),
        git: (drawn.git ?? []).map((repository) => ({
            ...repository,
            url: text(delivery, "repository") ?? repository.url,
            branches: [text(delivery, "branch") ?? "main"],
            ...(repository.encrypted === undefined
                ? {}
                : {
                      encrypted: {
                          ...repository.encrypted,
                          folder: `${text(delivery, "path") ?? "gitops"}/secrets`,
                      },
                  }),
        })),
        ...(operator === undefined || operator === "0.0.0.0" ? {} : { operatorAddress: operator }),
    };
}
