/** What the Proxmox VE image brings that no step brings later: the recipe and the rehearsal agree here. */

/**
 * Keeps the hosts' clocks together. Ceph warns where monitors are more than 0.05 s apart (`mon_clock_drift_allowed`), and
 * nothing that is installed depends on a time daemon.
 */
export const timeDaemon = "chrony";

/** The repository pve-manager switches on with itself. Without a subscription it answers 401, and `apt-get update` fails. */
export const enterpriseSources = "/etc/apt/sources.list.d/pve-enterprise.sources";
