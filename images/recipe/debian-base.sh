#!/bin/bash
# The base image: Debian 12 for 64-bit ARM, with cloud-init and SSH. Runs as root on a Debian host; the packages of the
# image run under qemu-user on other architectures.
#   debian-base.sh OUT.qcow2 ROOT_MIB
. "$(dirname "$0")/lib.sh"
usage="usage: debian-base.sh OUT.qcow2 ROOT_MIB"
out=${1:?"$usage"} root_mib=${2:?"$usage"}
need mmdebstrap qemu-img mcopy mkfs.vfat sgdisk mkfs.ext4

recipes=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
overlay "$work/overlay"

# cloud-init writes netplan, netplan configures systemd-networkd, and that hands what DHCP names to systemd-resolved. The
# resolv.conf mmdebstrap copies in, and the copy of it systemd-resolved keeps, are the build host's.
mmdebstrap --architectures=arm64 --variant=minbase \
    --include=systemd-sysv,udev,dbus,linux-image-cloud-arm64,grub-efi-arm64-signed,cloud-init,cloud-guest-utils \
    --include=openssh-server,netplan.io,systemd-resolved,iproute2,iputils-ping,ca-certificates,curl,sudo,python3-minimal,e2fsprogs \
    --aptopt='Apt::Install-Recommends "false"' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --customize-hook="cp -r '$work/overlay/.' \"\$1\"" \
    --customize-hook="cp \"\$1/usr/lib/grub/arm64-efi-signed/grubaa64.efi.signed\" '$work/grub.efi'" \
    --customize-hook="bash '$recipes/bootable.sh' \"\$1\"" \
    --customize-hook='ln -sf ../run/systemd/resolve/stub-resolv.conf "$1/etc/resolv.conf"' \
    --customize-hook='rm -f "$1/etc/.resolv.conf.systemd-resolved.bak"' \
    --customize-hook=': >"$1/etc/machine-id"; rm -f "$1"/etc/ssh/ssh_host_*_key*' \
    --customize-hook='echo debian >"$1/etc/hostname"' \
    bookworm "$work/root.tar"
disk "$work/root.tar" "$work/grub.efi" "$out" "$root_mib"
