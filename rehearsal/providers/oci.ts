/** The package `oci`: what the provider of Oracle answers (oracle/terraform-provider-oci, bridged). */
import type { Cut, PackageBehaviour, ResourceBehaviour } from "../world/behaviour";
import { privateIpType, publicIpType } from "../world/oracle/addresses";
import { oracleError } from "../world/oracle/errors";
import { imageType, shapeManagementType } from "../world/oracle/images";
import { instanceType } from "../world/oracle/instances";
import {
    internetGatewayType,
    routeTableType,
    securityGroupRuleType,
    securityGroupType,
    securityListType,
    subnetType,
    vcnType,
} from "../world/oracle/network";
import { outOfCapacity } from "../world/oracle/room";
import { bucketType, objectType } from "../world/oracle/storage";
import { budgetRuleType, budgetType, compartmentType, quotaType } from "../world/oracle/tenancy";
import type { OracleType } from "../world/oracle/type";
import { cutUpload } from "../world/oracle/uploads";
import type { Refusal } from "../world/refusal";
import type { World } from "../world/world";
import { genericResource } from "./generic";
import { ociFunctions } from "./oci-functions";
import { ociResource } from "./oci-resource";

/** Types by token. */
const types: Readonly<Record<string, OracleType>> = {
    "oci:Budget/budget:Budget": budgetType,
    "oci:Budget/rule:Rule": budgetRuleType,
    "oci:Core/image:Image": imageType,
    "oci:Core/instance:Instance": instanceType,
    "oci:Core/internetGateway:InternetGateway": internetGatewayType,
    "oci:Core/networkSecurityGroup:NetworkSecurityGroup": securityGroupType,
    "oci:Core/networkSecurityGroupSecurityRule:NetworkSecurityGroupSecurityRule": securityGroupRuleType,
    "oci:Core/privateIp:PrivateIp": privateIpType,
    "oci:Core/publicIp:PublicIp": publicIpType,
    "oci:Core/routeTable:RouteTable": routeTableType,
    "oci:Core/securityList:SecurityList": securityListType,
    "oci:Core/shapeManagement:ShapeManagement": shapeManagementType,
    "oci:Core/subnet:Subnet": subnetType,
    "oci:Core/vcn:Vcn": vcnType,
    "oci:Identity/compartment:Compartment": compartmentType,
    "oci:Limits/quota:Quota": quotaType,
    "oci:ObjectStorage/bucket:Bucket": bucketType,
    "oci:ObjectStorage/storageObject:StorageObject": objectType,
};

/** What Oracle fails with on an ordinary day, by type: a launch finds no room, an upload is cut in its middle. */
function createFaults({ oracle }: World): Readonly<Record<string, () => Refusal | Cut>> {
    return {
        "oci:Core/instance:Instance": () =>
            oracleError(
                {
                    service: instanceType.service,
                    operation: "LaunchInstance",
                    target: `POST ${instanceType.path}`,
                    region: oracle.site.region,
                },
                outOfCapacity,
            ),
        "oci:ObjectStorage/storageObject:StorageObject": () => (inputs, operation) =>
            cutUpload(oracle, inputs, operation),
    };
}

/** The package. */
export function ociPackage(world: World): PackageBehaviour {
    const known: Readonly<Record<string, ResourceBehaviour>> = Object.fromEntries(
        Object.entries(types).map(([token, type]) => [token, ociResource(world, type)]),
    );
    const functions = ociFunctions(world);
    return {
        name: "oci",
        resource: (type) => known[type] ?? genericResource(world, type),
        function: (token) => functions[token],
        fault: (kind, token) => (kind === "create" ? createFaults(world)[token]?.() : undefined),
    };
}
