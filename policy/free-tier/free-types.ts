/**
 * Oracle resource types that cost nothing in themselves, or only beyond an allowance that another rule counts.
 * Everything else of `oci:*` is taken for paid. Source: Oracle, Always Free Resources and the OCI price list, read
 * 2026-09; identity, networking inside a VCN, tags, budgets and quotas have no price.
 */

const types = `
Audit/configuration:Configuration
Bastion/bastion:Bastion
Bastion/session:Session
Budget/budget:Budget
Budget/rule:Rule
ContainerEngine/cluster:Cluster
ContainerEngine/nodePool:NodePool
Core/bootVolume:BootVolume
Core/bootVolumeBackup:BootVolumeBackup
Core/captureFilter:CaptureFilter
Core/computeCapacityReport:ComputeCapacityReport
Core/computeImageCapabilitySchema:ComputeImageCapabilitySchema
Core/consoleHistory:ConsoleHistory
Core/cpe:Cpe
Core/defaultDhcpOptions:DefaultDhcpOptions
Core/defaultDrgRouteTable:DefaultDrgRouteTable
Core/defaultRouteTable:DefaultRouteTable
Core/defaultSecurityList:DefaultSecurityList
Core/dhcpOptions:DhcpOptions
Core/drg:Drg
Core/drgAttachment:DrgAttachment
Core/drgAttachmentManagement:DrgAttachmentManagement
Core/drgRouteDistribution:DrgRouteDistribution
Core/drgRouteDistributionStatement:DrgRouteDistributionStatement
Core/drgRouteTable:DrgRouteTable
Core/drgRouteTableRouteRule:DrgRouteTableRouteRule
Core/image:Image
Core/instance:Instance
Core/instanceConfiguration:InstanceConfiguration
Core/instanceConsoleConnection:InstanceConsoleConnection
Core/instancePool:InstancePool
Core/instancePoolInstance:InstancePoolInstance
Core/internetGateway:InternetGateway
Core/ipsec:Ipsec
Core/ipsecConnectionTunnelManagement:IpsecConnectionTunnelManagement
Core/ipv6:Ipv6
Core/localPeeringGateway:LocalPeeringGateway
Core/natGateway:NatGateway
Core/networkSecurityGroup:NetworkSecurityGroup
Core/networkSecurityGroupSecurityRule:NetworkSecurityGroupSecurityRule
Core/privateIp:PrivateIp
Core/publicIp:PublicIp
Core/remotePeeringConnection:RemotePeeringConnection
Core/routeTable:RouteTable
Core/routeTableAttachment:RouteTableAttachment
Core/securityList:SecurityList
Core/serviceGateway:ServiceGateway
Core/shapeManagement:ShapeManagement
Core/subnet:Subnet
Core/vcn:Vcn
Core/vlan:Vlan
Core/vnicAttachment:VnicAttachment
Core/volume:Volume
Core/volumeAttachment:VolumeAttachment
Core/volumeBackup:VolumeBackup
Core/volumeBackupPolicy:VolumeBackupPolicy
Core/volumeBackupPolicyAssignment:VolumeBackupPolicyAssignment
Core/volumeGroup:VolumeGroup
Limits/quota:Quota
LoadBalancer/backend:Backend
LoadBalancer/backendSet:BackendSet
LoadBalancer/certificate:Certificate
LoadBalancer/hostname:Hostname
LoadBalancer/listener:Listener
LoadBalancer/loadBalancer:LoadBalancer
LoadBalancer/loadBalancerRoutingPolicy:LoadBalancerRoutingPolicy
LoadBalancer/pathRouteSet:PathRouteSet
LoadBalancer/ruleSet:RuleSet
LoadBalancer/sslCipherSuite:SslCipherSuite
Logging/log:Log
Logging/logGroup:LogGroup
Logging/unifiedAgentConfiguration:UnifiedAgentConfiguration
Monitoring/alarm:Alarm
NetworkLoadBalancer/backend:Backend
NetworkLoadBalancer/backendSet:BackendSet
NetworkLoadBalancer/listener:Listener
NetworkLoadBalancer/networkLoadBalancer:NetworkLoadBalancer
NetworkLoadBalancer/networkLoadBalancersBackendSetsUnified:NetworkLoadBalancersBackendSetsUnified
ObjectStorage/bucket:Bucket
ObjectStorage/namespaceMetadata:NamespaceMetadata
ObjectStorage/objectLifecyclePolicy:ObjectLifecyclePolicy
ObjectStorage/preauthrequest:Preauthrequest
ObjectStorage/storageObject:StorageObject
Ons/notificationTopic:NotificationTopic
Ons/subscription:Subscription
Vault/secret:Secret
`;

/** The list, as type tokens. */
export const freeTypes: ReadonlySet<string> = new Set(
    types
        .trim()
        .split("\n")
        .map((type) => `oci:${type}`),
);

/** Services that are free as a whole: users, groups, policies, compartments, tags. */
const freeServices: readonly string[] = ["oci:Identity/"];

/** What a property of a type has to be for it to be free. */
export interface Condition {
    readonly property: string;
    /** Values that are free; `undefined` among them where the property may be left out. */
    readonly values: readonly unknown[];
    /** The same as the end of a sentence. */
    readonly says: string;
    /** A property whose value makes this condition pointless. */
    readonly unless?: { readonly property: string; readonly value: unknown };
}

/**
 * Types that are free only with certain properties. A vault of a type of its own, a key in somebody else's manager and an
 * HSM's key version beyond the twentieth have a price; keys in software have none (Oracle, Always Free Resources:
 * Vault; OCI price list). Oracle's default protection mode is HSM, whose versions a meter counts; those that rotation
 * makes are not in the program.
 */
export const freeIf: ReadonlyMap<string, readonly Condition[]> = new Map<string, readonly Condition[]>([
    [
        "oci:Database/autonomousDatabase:AutonomousDatabase",
        [{ property: "isFreeTier", values: [true], says: "isFreeTier: true" }],
    ],
    ["oci:Kms/vault:Vault", [{ property: "vaultType", values: ["DEFAULT"], says: 'vaultType: "DEFAULT"' }]],
    [
        "oci:Kms/key:Key",
        [
            {
                property: "protectionMode",
                values: ["SOFTWARE", "HSM", undefined],
                says: 'protectionMode: "SOFTWARE", or "HSM" for as many versions as are free',
            },
            {
                property: "isAutoRotationEnabled",
                values: [false, undefined],
                says: 'protectionMode: "SOFTWARE", or without isAutoRotationEnabled: each rotation in an HSM is a further version',
                unless: { property: "protectionMode", value: "SOFTWARE" },
            },
        ],
    ],
]);

/** Whether a type is Oracle's: not a provider, not a look-up. */
export function isOracle(type: string): boolean {
    return type.startsWith("oci:");
}

/** Whether a type is on the list. */
export function isFreeType(type: string): boolean {
    return freeTypes.has(type) || freeServices.some((service) => type.startsWith(service));
}
