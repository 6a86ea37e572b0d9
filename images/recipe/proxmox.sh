#!/bin/bash
# The Proxmox VE image with Ceph. Proxmox supports 64-bit ARM from 9.2 on, on Debian 13, so this image is built on that
# release and not on the base image's Debian 12. Runs as root on a Debian host.
#   proxmox.sh OUT.qcow2
. "$(dirname "$0")/lib.sh"
out=${1:?"usage: proxmox.sh OUT.qcow2"}
need mmdebstrap qemu-img mcopy mkfs.vfat sgdisk mkfs.ext4 curl sha256sum

keyring_url=https://enterprise.proxmox.com/debian/proxmox-archive-keyring-trixie.gpg
# From the vendor's installation page for Debian 13 (pve.proxmox.com/wiki/Install_Proxmox_VE_on_Debian_13_Trixie).
keyring_sha256=136673be77aba35dcce385b28737689ad64fd785a797e57897589aed08db6e45

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
overlay "$work/overlay"
# The root file system keeps its size: what is left of the boot disk becomes the OSD.
printf 'growpart:\n  mode: "off"\nresize_rootfs: false\n' >"$work/overlay/etc/cloud/cloud.cfg.d/91-keep-root-size.cfg"
mkdir -p "$work/overlay/usr/share/keyrings" "$work/overlay/etc/apt/sources.list.d"
keyring=$work/overlay/usr/share/keyrings/proxmox-archive-keyring.gpg
curl -fsSL "$keyring_url" -o "$keyring" || fail "the keyring of Proxmox cannot be fetched from $keyring_url"
printf '%s  %s\n' "$keyring_sha256" "$keyring" | sha256sum --check --quiet || fail "the keyring of Proxmox is not the one its vendor names"
for component in "pve pve-no-subscription" "ceph-squid no-subscription"; do
    set -- $component
    printf 'Types: deb\nURIs: http://download.proxmox.com/debian/%s\nSuites: trixie\nComponents: %s\nSigned-By: /usr/share/keyrings/proxmox-archive-keyring.gpg\n\n' "$1" "$2"
done >"$work/overlay/etc/apt/sources.list.d/proxmox.sources"

mmdebstrap --architectures=arm64 --variant=minbase \
    --include=systemd-sysv,udev,dbus,grub-efi-arm64-signed,cloud-init,openssh-server,ifupdown2,iproute2,iputils-ping \
    --include=ca-certificates,curl,sudo,python3-minimal,e2fsprogs,lvm2,gdisk,parted \
    --aptopt='Apt::Install-Recommends "false"' \
    --customize-hook="cp -r '$work/overlay/.' \"\$1\"" \
    --customize-hook='echo pve >"$1/etc/hostname"; printf "127.0.0.1 localhost\n127.0.1.1 pve\n" >"$1/etc/hosts"' \
    --customize-hook='chroot "$1" sh -c "apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy proxmox-ve ceph"' \
    --customize-hook="cp \"\$1/usr/lib/grub/arm64-efi-signed/grubaa64.efi.signed\" '$work/grub.efi'" \
    --customize-hook='mkdir -p "$1/boot/efi"; : >"$1/etc/machine-id"; rm -f "$1"/etc/ssh/ssh_host_*_key*' \
    trixie "$work/root.tar"
disk "$work/root.tar" "$work/grub.efi" "$out" 20480
