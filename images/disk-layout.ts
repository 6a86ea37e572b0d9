/** How the boot disk of a Proxmox VE host is shared out, MiB: the recipe, the config's checks and the rehearsal agree here. */

/** EFI system partition of every image the recipes make (`esp_mib` in `images/recipe/lib.sh`): a boot loader, no kernels. */
export const espMiB = 128;

/** The two partition tables: the first ends where the first partition is aligned, the second takes the disk's last MiB. */
export const tablesMiB = 2;

/** Root file system of Debian 12 without anything else. */
export const debianRootMiB = 2560;

/**
 * Root file system of the Proxmox VE image. 19 GiB is the most whole GiB beside an OSD of 30 GiB on the 50 GB boot
 * volume that is Oracle's smallest and that the document gives each instance (Oracle counts 51200 MiB). It never grows.
 */
export const proxmoxRootMiB = 19 * 1024;

/** What the Proxmox VE image takes of a boot disk; what is beyond it is free for the OSD. */
export const proxmoxImageMiB = tablesMiB + espMiB + proxmoxRootMiB;
