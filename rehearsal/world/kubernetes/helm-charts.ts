/** The charts the world knows: what each serves, brings, runs and refuses. */
import type { Properties } from "../value";
import { alloyChart } from "./chart-alloy";
import { certManagerChart } from "./chart-cert-manager";
import { ciliumChart } from "./chart-cilium";
import { cloudNativePgChart } from "./chart-cloudnative-pg";
import { fluxChart } from "./chart-flux";
import { rookChart } from "./chart-rook";
import { tailscaleChart } from "./chart-tailscale";
import { traefikChart } from "./chart-traefik";
import type { Cluster } from "./cluster";
import type { Kind } from "./kinds";
import type { PodTemplate } from "./pods";

/** Where a release is to go. */
export interface ReleasePlace {
    readonly namespace: string;
    readonly name: string;
    /** Version of the chart; undefined where the newest is asked for. */
    readonly version?: string | undefined;
    readonly values: Properties;
}

/** Pods of a chart. */
export interface ChartWorkload {
    readonly template: PodTemplate;
    /** On every node, as a DaemonSet runs; otherwise `replicas` of them. */
    readonly everywhere?: boolean;
    /** Default 1. */
    readonly replicas?: number;
}

/** A service a chart brings. */
export interface ChartService {
    readonly name: string;
    readonly spec: Properties;
}

/** A chart as its repository serves it. */
export interface Chart {
    readonly name: string;
    /** Where it is served: repository addresses without a slash at their end, and OCI references. */
    readonly repositories: readonly string[];
    readonly versions: readonly string[];
    /** The application's version, by chart version. */
    appVersion(version: string): string;
    /** The step of `world/durations.ts` its installation takes. */
    readonly step: string;
    /** Kinds it brings, by itself or by its operator. */
    readonly kinds: readonly Kind[];
    /** True where its workloads run before there is a network of pods. */
    readonly withoutNetwork?: boolean;
    /** Throws a refusal for values the chart does not render with. */
    refuse?(place: ReleasePlace): void;
    /** Why its workloads would not become ready with these values in this cluster. */
    problems?(place: ReleasePlace, cluster: Cluster): readonly string[];
    workloads(place: ReleasePlace): readonly ChartWorkload[];
    services?(place: ReleasePlace): readonly ChartService[];
}

/** All charts the world knows by heart. */
export const knownCharts: readonly Chart[] = [
    ciliumChart,
    rookChart,
    cloudNativePgChart,
    fluxChart,
    certManagerChart,
    traefikChart,
    tailscaleChart,
    alloyChart,
];
