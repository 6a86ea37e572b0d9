/** Instances: what a launch is asked, what it is refused for, and what comes with it. */
import { isProperties, list, number, type Properties, text } from "../value";
import {
    addressOf,
    answerAt,
    claimPrivateAddress,
    leavePrivateIp,
    privateIpsOf,
    privateIpType,
    publicIpType,
    vnicAttachmentType,
    vnicType,
} from "./addresses";
import { bootInstance, haltInstance } from "./boot";
import { bootableOf, notAvailable, shapesOf } from "./images";
import type { Oracle } from "./oracle";
import { findRoom, placeOf } from "./room";
import { maxMemoryPerOcpu, memoryPerOcpu, type Shape, shapeOf } from "./shapes";
import { type Fail, invalid, type OracleType, type Thing } from "./type";
import { checkAllowance } from "./usage";

const shapesPage = 'Oracle, "Compute Shapes" and "Flexible Shapes"';
const metadataField = "Oracle, API reference: LaunchInstanceDetails.metadata";

/** Least boot volume, GB (Oracle, "Custom Boot Volume Sizes"; 47 GB was refused on 2026-07-14). */
const leastBootVolumeGB = 50;

/** Most metadata, bytes, keys and values together (Oracle, LaunchInstanceDetails.metadata). */
const maxMetadataBytes = 32_000;

/** A boot volume: what stays of an instance that is told to keep it. */
const bootVolumeType: OracleType = {
    kind: "bootvolume",
    service: "Core Boot Volume",
    noun: "BootVolume",
    path: "",
    step: "",
    required: [],
    replaceOn: [],
    begin: () => ({}),
};

/** Cores and memory a launch asks for. */
function sizeOf(shape: Shape, inputs: Properties, fail: Fail): { readonly ocpus: number; readonly memoryGiB: number } {
    if (shape.fixed !== undefined) {
        return shape.fixed;
    }
    const ocpus = number(inputs, "shapeConfig.ocpus");
    if (ocpus === undefined) {
        throw fail(invalid(`shapeConfig must be given for the flexible shape ${shape.name}`, shapesPage));
    }
    if (!Number.isInteger(ocpus) || ocpus < 1 || ocpus > shape.maxOcpus) {
        throw fail(
            invalid(
                `The ocpus ${ocpus} of shape ${shape.name} are not valid: a whole number from 1 to ${shape.maxOcpus}`,
                `${shapesPage}; syscode-labs/oci-free-tier-manager: tofu/oci/validation.tf`,
            ),
        );
    }
    const memoryGiB = number(inputs, "shapeConfig.memoryInGbs") ?? ocpus * memoryPerOcpu(shape);
    const most = Math.min(ocpus * maxMemoryPerOcpu, shape.maxMemoryGiB);
    if (!Number.isInteger(memoryGiB) || memoryGiB < ocpus || memoryGiB > most) {
        throw fail(
            invalid(
                `The memoryInGBs ${memoryGiB} of shape ${shape.name} with ${ocpus} ocpus are not valid: a whole number from ${ocpus} to ${most}`,
                shapesPage,
            ),
        );
    }
    return { ocpus, memoryGiB };
}

function imageOf(oracle: Oracle, inputs: Properties, shape: Shape, fail: Fail): Thing {
    const image = oracle.need(
        "image",
        { id: text(inputs, "sourceDetails.sourceId") ?? text(inputs, "image") ?? "" },
        "id",
        fail,
    );
    if (image.computed.state !== "AVAILABLE") {
        throw fail(notAvailable(image));
    }
    if (!shapesOf(image).includes(shape.name)) {
        throw fail(
            invalid(
                `Shape ${shape.name} is not valid for image ${image.id}`,
                "Oracle, API reference: ImageShapeCompatibilityEntry; Oracle's words",
            ),
        );
    }
    return image;
}

function checkMetadata(inputs: Properties, fail: Fail): void {
    const bytes = Buffer.byteLength(JSON.stringify(inputs.metadata ?? {}));
    if (bytes > maxMetadataBytes) {
        throw fail(
            invalid(
                `The metadata of the instance has ${bytes} bytes: at most ${maxMetadataBytes} are allowed`,
                metadataField,
            ),
        );
    }
}

/** Makes interface, addresses and boot volume of a launch that is accepted. */
function accompany(oracle: Oracle, instance: Thing): Properties {
    const { inputs, computed } = instance;
    const compartmentId = text(inputs, "compartmentId") ?? "";
    const vnicInputs = isProperties(inputs.createVnicDetails) ? inputs.createVnicDetails : {};
    const displayName = text(inputs, "displayName") ?? instance.id;
    const vnic = oracle.enter(vnicType, { ...vnicInputs, compartmentId, displayName }, { state: "AVAILABLE" }, false);
    oracle.enter(
        vnicAttachmentType,
        { vnicId: vnic.id, instanceId: instance.id, compartmentId, displayName },
        { state: "ATTACHED" },
        false,
    );
    const ipAddress = text(computed, "privateIp") ?? "";
    const primary = oracle.enter(
        privateIpType,
        { vnicId: vnic.id, displayName },
        { ipAddress, isPrimary: true, subnetId: text(vnicInputs, "subnetId") ?? "" },
        false,
    );
    const volume = oracle.enter(
        bootVolumeType,
        { availabilityDomain: text(inputs, "availabilityDomain") ?? "", compartmentId, displayName },
        { sizeInGbs: number(computed, "bootVolumeGB") ?? 0 },
        false,
    );
    const wantsPublic = vnicInputs.assignPublicIp !== "false" && vnicInputs.assignPublicIp !== false;
    let publicIp = "";
    if (wantsPublic) {
        const refused: Fail = ({ message }) => new Error(message);
        const asked = { compartmentId, lifetime: "EPHEMERAL", privateIpId: primary.id, displayName };
        const made = oracle.enter(publicIpType, asked, publicIpType.begin(oracle, asked, refused), false);
        answerAt(oracle, made);
        publicIp = addressOf(made);
    }
    return { bootVolumeId: volume.id, publicIp };
}

/** An instance. */
export const instanceType: OracleType = {
    kind: "instance",
    service: "Core Instance",
    noun: "Instance",
    verb: "Launch",
    path: "/20160918/instances",
    step: "oci/instance",
    required: ["availabilityDomain", "compartmentId"],
    replaceOn: [
        "availabilityDomain",
        "clusterPlacementGroupId",
        "computeClusterId",
        "hostnameLabel",
        "image",
        "instanceConfigurationId",
        "ipxeScript",
        "isPvEncryptionInTransitEnabled",
        "placementConstraintDetails",
        "preemptibleInstanceConfig",
        "subnetId",
    ],
    replaceOnInner: {
        createVnicDetails: [
            "assignIpv6ip",
            "assignPrivateDnsRecord",
            "privateIp",
            "privateIpId",
            "securityAttributes",
            "subnetCidr",
            "subnetId",
            "vlanId",
        ],
        launchOptions: ["firmware", "isConsistentVolumeNamingEnabled", "remoteDataVolumeType"],
        // core_instance_resource.go, CustomizeDiff: keys and user data; the rest of the metadata changes in place.
        metadata: ["ssh_authorized_keys", "user_data"],
        sourceDetails: ["bootVolumeVpusPerGb", "instanceSourceImageFilterDetails"],
    },
    begin: (oracle, inputs, fail) => {
        const place = placeOf(oracle, inputs, fail);
        const shape = shapeOf(text(inputs, "shape") ?? "");
        if (shape === undefined) {
            throw fail(invalid(`Shape ${text(inputs, "shape") ?? ""} is not valid`, shapesPage));
        }
        const { ocpus, memoryGiB } = sizeOf(shape, inputs, fail);
        const image = imageOf(oracle, inputs, shape, fail);
        const bootVolumeGB = Number(
            inputs.sourceDetails === undefined
                ? leastBootVolumeGB
                : (text(inputs, "sourceDetails.bootVolumeSizeInGbs") ?? leastBootVolumeGB),
        );
        if (!Number.isInteger(bootVolumeGB) || bootVolumeGB < leastBootVolumeGB || bootVolumeGB > 32_768) {
            throw fail(
                invalid(
                    `The boot volume size ${bootVolumeGB} GB is invalid: it must be between ${leastBootVolumeGB} GB and 32768 GB`,
                    'Oracle, "Custom Boot Volume Sizes"',
                ),
            );
        }
        checkMetadata(inputs, fail);
        const subnet = oracle.need(
            "subnet",
            { subnetId: text(inputs, "createVnicDetails.subnetId") ?? text(inputs, "subnetId") ?? "" },
            "subnetId",
            fail,
        );
        for (const id of list(inputs, "createVnicDetails.nsgIds")) {
            oracle.need("networksecuritygroup", { id }, "id", fail);
        }
        const privateIp = claimPrivateAddress(oracle, subnet, text(inputs, "createVnicDetails.privateIp"), fail);
        const compartmentId = text(inputs, "compartmentId") ?? "";
        checkAllowance(
            oracle,
            {
                shape,
                ocpus,
                memoryGiB,
                bootVolumeGiB: bootVolumeGB,
                availabilityDomain: place.availabilityDomain,
                compartmentId,
            },
            shapeOf,
            fail,
        );
        if (shape.name === "VM.Standard.A1.Flex") {
            findRoom(oracle, place, fail);
        }
        return {
            state: "PROVISIONING",
            region: oracle.site.region,
            shape: shape.name,
            shapeConfig: { ocpus, memoryInGbs: memoryGiB },
            faultDomain: place.faultDomain,
            displayName: text(inputs, "displayName") ?? "",
            image: image.id,
            privateIp,
            bootVolumeGB,
            ...bootableOf(image),
        };
    },
    made: (oracle, thing) => {
        thing.computed = { ...thing.computed, ...accompany(oracle, thing) };
    },
    ready: async (oracle, thing) => {
        thing.computed = { ...thing.computed, state: "RUNNING" };
        await bootInstance(oracle, thing);
    },
    end: (oracle, thing) => {
        haltInstance(oracle, thing);
        for (const attachment of oracle.all("vnicattachment").filter(({ inputs }) => inputs.instanceId === thing.id)) {
            const vnicId = text(attachment.inputs, "vnicId") ?? "";
            for (const address of privateIpsOf(oracle, vnicId)) {
                leavePrivateIp(oracle, address);
                oracle.things.delete(address.id);
            }
            oracle.things.delete(vnicId);
            oracle.things.delete(attachment.id);
        }
        if (thing.inputs.preserveBootVolume !== true) {
            oracle.things.delete(text(thing.computed, "bootVolumeId") ?? "");
        }
        return true;
    },
};
