/** Shapes and sizes Oracle's free tier knows: data with sources. */

/** The flexible Ampere shape of the free pool. */
export const A1_SHAPE = "VM.Standard.A1.Flex";

/** The x86 micro shape: 1/8 OCPU and 1 GB each, not part of the Ampere pool. */
export const MICRO_SHAPE = "VM.Standard.E2.1.Micro";

/** Shapes that cost nothing within the allowance. */
export const freeShapes: readonly string[] = [A1_SHAPE, MICRO_SHAPE];

/** Smallest boot or block volume Oracle makes, GB. Source: Oracle, Block Volume "Capacity": 50 GB to 32 TB in 1 GB steps. */
export const MINIMUM_VOLUME_GB = 50;

/** What a boot volume without a size gets, GB: the size of Oracle's platform images, rounded up to the minimum (46.6 GB images boot on 50 GB). */
export const DEFAULT_BOOT_VOLUME_GB = 50;

/** What a block volume without a size gets, GB. Source: Oracle, CreateVolumeDetails: default 1,024 GB (1 TB). */
export const DEFAULT_BLOCK_VOLUME_GB = 1024;

/** Volume performance units per GB that the free storage comes with: Balanced. Source: Oracle, Block Volume performance levels; Always Free volumes are Balanced or lower. */
export const FREE_VPUS_PER_GB = 10;

/** OCPUs an A1 instance gets when its configuration says nothing. Source: Oracle, LaunchInstanceShapeConfigDetails: the shape's default of 1. */
export const DEFAULT_A1_OCPUS = 1;

/** Memory an A1 OCPU gets when its configuration says nothing, GB. Source: Oracle, Compute shapes: 6 GB per OCPU by default. */
export const DEFAULT_A1_MEMORY_GB_PER_OCPU = 6;
