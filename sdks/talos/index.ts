/**
 * Local SDK of the Talos provider (pulumiverse, bridge 0.8.1 of terraform-provider-talos 0.11.0): what Strata uses of
 * it, under the names, arguments and tokens of the published package, so that the package can take its place.
 */
export * as client from "./client";
export * as cluster from "./cluster";
export * as imagefactory from "./imagefactory";
export * as machine from "./machine";
export { Provider } from "./provider";
export type * as types from "./types";
