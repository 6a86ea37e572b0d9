#!/bin/bash
# The Proxmox VE image with Ceph. Proxmox supports 64-bit ARM from 9.2 on, on Debian 13, so this image is built on that
# release and not on the base image's Debian 12. Runs as root on a Debian host.
#   proxmox.sh OUT.qcow2 ROOT_MIB
# Ceph is of the first release Proxmox builds for arm64 (proxmox/pve-manager, PVE/Ceph/Releases.pm), with all packages that
# `pveceph install` names (PVE/CLI/pveceph.pm): without recommended ones, `ceph` alone brings no ceph-volume.
. "$(dirname "$0")/lib.sh"
usage="usage: proxmox.sh OUT.qcow2 ROOT_MIB"
out=${1:?"$usage"} root_mib=${2:?"$usage"}
need mmdebstrap qemu-img mcopy mkfs.vfat sgdisk mkfs.ext4 curl sha256sum

keyring_url=https://enterprise.proxmox.com/debian/proxmox-archive-keyring-trixie.gpg
# From the vendor's installation page for Debian 13 (pve.proxmox.com/wiki/Install_Proxmox_VE_on_Debian_13_Trixie).
keyring_sha256=136673be77aba35dcce385b28737689ad64fd785a797e57897589aed08db6e45

recipes=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
overlay "$work/overlay"
# The root file system keeps its size: what is left of the boot disk becomes the OSD.
printf 'growpart:\n  mode: "off"\nresize_rootfs: false\n' >"$work/overlay/etc/cloud/cloud.cfg.d/91-keep-root-size.cfg"

# The network is cloud-init's to write: it alone knows the name of the first card, and Oracle's MTU. Its first choice is
# interfaces.d/50-cloud-init, wherever ifupdown2 and this file are. Proxmox's SDN writes interfaces.d/sdn beside it.
mkdir -p "$work/overlay/etc/network" "$work/overlay/etc/systemd/system/networking.service.d"
cat >"$work/overlay/etc/network/interfaces" <<'CFG'
auto lo
iface lo inet loopback

source /etc/network/interfaces.d/*
CFG
# Debian's ifupdown2 names no order of its own: it would run before cloud-init has written anything.
cat >"$work/overlay/etc/systemd/system/networking.service.d/after-cloud-init.conf" <<'CFG'
[Unit]
After=cloud-init-local.service
Before=network.target network-online.target
CFG

# Ceph warns where its monitors' clocks are 0.05 s apart. Oracle serves the time at the address of its metadata.
mkdir -p "$work/overlay/etc/chrony/sources.d"
printf 'server 169.254.169.254 iburst\n' >"$work/overlay/etc/chrony/sources.d/oracle.sources"

mkdir -p "$work/overlay/usr/share/keyrings" "$work/overlay/etc/apt/sources.list.d"
keyring=$work/overlay/usr/share/keyrings/proxmox-archive-keyring.gpg
curl -fsSL "$keyring_url" -o "$keyring" || fail "the keyring of Proxmox cannot be fetched from $keyring_url"
printf '%s  %s\n' "$keyring_sha256" "$keyring" | sha256sum --check --quiet || fail "the keyring of Proxmox is not the one its vendor names"
for component in "pve pve-no-subscription" "ceph-tentacle no-subscription"; do
    set -- $component
    printf 'Types: deb\nURIs: http://download.proxmox.com/debian/%s\nSuites: trixie\nComponents: %s\nSigned-By: /usr/share/keyrings/proxmox-archive-keyring.gpg\n\n' "$1" "$2"
done >"$work/overlay/etc/apt/sources.list.d/proxmox.sources"

# isc-dhcp-client: ifupdown2 runs /sbin/dhclient, and left to itself cloud-init would bring dhcpcd. It writes resolv.conf,
# which in the image is empty: mmdebstrap copies the build host's in. The boot loader is taken before Proxmox's packages
# come, since it looks for its menu where Debian's was built to look, in EFI/debian. pve-manager brings the repository of
# those with a subscription, switched on: without one it answers 401, every `apt-get update` of the hosts fails, and with it
# the install of Tailscale at their first boot. It is a configuration file, so an upgrade leaves it as it is here.
mmdebstrap --architectures=arm64 --variant=minbase \
    --include=systemd-sysv,udev,dbus,grub-efi-arm64-signed,cloud-init,openssh-server,ifupdown2,isc-dhcp-client,iproute2,iputils-ping \
    --include=ca-certificates,curl,sudo,python3-minimal,e2fsprogs,lvm2,gdisk,parted \
    --aptopt='Apt::Install-Recommends "false"' \
    --customize-hook="cp \"\$1/usr/lib/grub/arm64-efi-signed/grubaa64.efi.signed\" '$work/grub.efi'" \
    --customize-hook="cp -r '$work/overlay/.' \"\$1\"" \
    --customize-hook='echo pve >"$1/etc/hostname"; printf "127.0.0.1 localhost\n127.0.1.1 pve\n" >"$1/etc/hosts"' \
    --customize-hook='chroot "$1" sh -c "apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy proxmox-ve ifupdown2 ceph ceph-common ceph-fuse ceph-mds ceph-volume gdisk nvme-cli chrony"' \
    --customize-hook='sed -i "/^Types:/a Enabled: false" "$1/etc/apt/sources.list.d/pve-enterprise.sources" && chroot "$1" apt-get update -q' \
    --customize-hook="bash '$recipes/bootable.sh' \"\$1\"" \
    --customize-hook=': >"$1/etc/resolv.conf"; : >"$1/etc/machine-id"; rm -f "$1"/etc/ssh/ssh_host_*_key*' \
    trixie "$work/root.tar"
disk "$work/root.tar" "$work/grub.efi" "$out" "$root_mib"
