/** Managed services that are free in one form only: clusters and load balancers. */

import { NODE_POOL } from "../../free-tier/compute";
import { bandwidthOf, LOAD_BALANCER, loadBalancersOf } from "../../free-tier/load-balancers";
import { read, readFlag, readText } from "../../reading";
import { cannotKnow, type Finding, type ResourceRule, type StackRule } from "../../rule";
import { hasOracle, judgesFree } from "./scope";

const CLUSTER = "oci:ContainerEngine/cluster:Cluster";

/** OKE clusters are of the basic kind. */
export const basicClusters: ResourceRule = {
    id: "free-tier-basic-clusters",
    title: "OKE clusters are basic",
    family: "free-tier",
    level: "mandatory",
    severity: "high",
    scope: "resource",
    why: "An enhanced cluster costs by the hour and can never be turned back into a basic one. Node cycling asks for an enhanced cluster.",
    limit: "`type` is BASIC_CLUSTER or not given (the API's default), and no node pool cycles its nodes (Oracle, Comparing Enhanced Clusters with Basic Clusters).",
    fix: "Set `type: BASIC_CLUSTER`; replace node pools instead of cycling their nodes.",
    onUnknown: "fail",
    appliesTo: (type) => type === CLUSTER || type === NODE_POOL,
    judge: (resource, settings) => {
        if (!judgesFree(settings)) {
            return [];
        }
        if (resource.type === NODE_POOL) {
            const cycling = readFlag(resource, "nodePoolCyclingDetails.isNodeCyclingEnabled");
            if (cycling.state === "unknown") {
                return [cannotKnow(resource, cycling.path, "whether it asks for an enhanced cluster")];
            }
            return cycling.state === "known" && cycling.value
                ? [
                      {
                          urn: resource.urn,
                          message: `${resource.name}: node cycling needs an enhanced cluster, which is paid; switch it off.`,
                      },
                  ]
                : [];
        }
        const type = readText(resource, "type");
        if (type.state === "unknown") {
            return [cannotKnow(resource, type.path, "whether the cluster is free")];
        }
        return type.state === "absent" || type.value === "BASIC_CLUSTER"
            ? []
            : [
                  {
                      urn: resource.urn,
                      message: `${resource.name}: type ${type.value} is paid; set it to BASIC_CLUSTER.`,
                  },
              ];
    },
};

/** The load balancer stays at the free bandwidth. */
export const loadBalancerBandwidth: StackRule = {
    id: "free-tier-load-balancer-bandwidth",
    title: "Load balancers stay at the free bandwidth",
    family: "free-tier",
    level: "mandatory",
    severity: "high",
    scope: "stack",
    why: "Bandwidth beyond 10 Mbps is billed. Without annotations Oracle's cloud controller makes a 100 Mbps load balancer for a Kubernetes service.",
    limit: "A flexible load balancer grows to 10 Mbps at most (Oracle, Always Free Resources).",
    fix: "Set `shape: flexible` with minimum and maximum of 10 Mbps; on a Kubernetes service the annotations `service.beta.kubernetes.io/oci-load-balancer-shape: flexible` with `-flex-min` and `-flex-max` of 10, or `oci.oraclecloud.com/load-balancer-type: nlb`.",
    onUnknown: "fail",
    judge: (graph, settings) => {
        if (!hasOracle(graph, settings)) {
            return [];
        }
        const max = settings.allowance.loadBalancerMbps;
        return loadBalancersOf(graph).flexible.flatMap(({ resource }): Finding[] => {
            const bandwidth = bandwidthOf(resource);
            if (bandwidth.state === "unknown") {
                return [cannotKnow(resource, bandwidth.path, "whether its bandwidth is free")];
            }
            if (bandwidth.state === "absent") {
                return resource.type === LOAD_BALANCER && read(resource, "shapeDetails").state === "absent"
                    ? [
                          {
                              urn: resource.urn,
                              message: `${resource.name}: has no shapeDetails; set minimum and maximum bandwidth to ${max} Mbps.`,
                          },
                      ]
                    : [];
            }
            return bandwidth.value <= max
                ? []
                : [
                      {
                          urn: resource.urn,
                          message: `${resource.name}: may grow to ${bandwidth.value} Mbps; ${max} Mbps are free (allowance ${settings.allowance.name}).`,
                      },
                  ];
        });
    },
};
