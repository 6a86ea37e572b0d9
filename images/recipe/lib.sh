# Shared by the recipes: arguments, and how a root file system becomes a disk image that boots by UEFI.
set -euo pipefail
export LC_ALL=C

fail() {
    printf '%s: %s\n' "$(basename "$0")" "$1" >&2
    exit 1
}

need() {
    for command in "$@"; do
        command -v "$command" >/dev/null || fail "'$command' is not installed: on Debian, apt-get install mmdebstrap qemu-utils qemu-user-static mtools dosfstools gdisk e2fsprogs"
    done
}

# Files every image carries, laid over the root file system.
#   overlay FOLDER
overlay() {
    local to=$1
    mkdir -p "$to/etc/cloud/cloud.cfg.d" "$to/etc/ssh/sshd_config.d"
    cat >"$to/etc/cloud/cloud.cfg.d/90-datasource.cfg" <<'CFG'
# Oracle first; NoCloud for a try on another machine.
datasource_list: [Oracle, NoCloud, None]
CFG
    cat >"$to/etc/ssh/sshd_config.d/50-keys-only.conf" <<'CFG'
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
CFG
    cat >"$to/etc/fstab" <<'CFG'
LABEL=root / ext4 errors=remount-ro 0 1
LABEL=EFI /boot/efi vfat umask=0077 0 1
CFG
}

# disk ROOT_TAR EFI_BINARY OUT ROOT_MIB: GPT with an EFI system partition and an ext4 root, as compressed qcow2.
disk() {
    local tar=$1 efi=$2 out=$3 root_mib=$4
    local esp_mib=128 work
    work=$(mktemp -d)
    trap 'rm -rf "$work"' RETURN
    local raw=$work/disk.raw esp=$work/esp.fat root=$work/root.ext4
    truncate -s "${esp_mib}M" "$esp"
    mkfs.vfat -F 32 -n EFI "$esp" >/dev/null
    mmd -i "$esp" ::/EFI ::/EFI/BOOT ::/EFI/debian
    mcopy -i "$esp" "$efi" ::/EFI/BOOT/BOOTAA64.EFI
    printf 'search --set=root --label root\nconfigfile /boot/grub/grub.cfg\n' >"$work/grub.cfg"
    mcopy -i "$esp" "$work/grub.cfg" ::/EFI/debian/grub.cfg

    mkdir "$work/tree"
    tar --extract --file "$tar" --directory "$work/tree" --numeric-owner --xattrs
    truncate -s "${root_mib}M" "$root"
    mkfs.ext4 -q -L root -d "$work/tree" "$root" || fail "the root file system does not fit into $root_mib MiB"

    truncate -s "$((1 + esp_mib + root_mib + 1))M" "$raw"
    sgdisk --new="1:1MiB:+${esp_mib}M" --typecode=1:ef00 --change-name=1:EFI \
        --new="2:0:+${root_mib}M" --typecode=2:8305 --change-name=2:root "$raw" >/dev/null
    dd if="$esp" of="$raw" bs=1M seek=1 conv=notrunc,sparse status=none
    dd if="$root" of="$raw" bs=1M seek=$((1 + esp_mib)) conv=notrunc,sparse status=none
    qemu-img convert -f raw -O qcow2 -c "$raw" "$out"
}
