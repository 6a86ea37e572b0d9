#!/bin/bash
# Makes a root file system boot its newest kernel, now and after each upgrade: the menu names /vmlinuz and /initrd.img,
# which Debian's kernel packages keep and Proxmox's do not (proxmox/pve-kernel, debian/pve-kernel.postinst.in).
#   bootable.sh ROOT
. "$(dirname "$0")/lib.sh"
root=${1:?"usage: bootable.sh ROOT"}

mkdir -p "$root"/boot/{efi,grub} "$root"/etc/kernel/{postinst,postrm}.d
# After initramfs-tools by name, so that the initrd is there.
links=$root/etc/kernel/postinst.d/zz-boot-links
cat >"$links" <<'HOOK'
#!/bin/sh
# Points /vmlinuz and /initrd.img, which the boot menu names, at the newest kernel that has its initrd.
set -e
cd "${DPKG_ROOT:-}/"
newest=$(
    for kernel in boot/vmlinuz-*; do
        version=${kernel#boot/vmlinuz-}
        [ ! -e "$kernel" ] || [ ! -e "boot/initrd.img-$version" ] || echo "$version"
    done | sort -V | tail -n 1
)
[ -n "$newest" ] || exit 0
ln -sfn "boot/vmlinuz-$newest" vmlinuz
ln -sfn "boot/initrd.img-$newest" initrd.img
HOOK
chmod 755 "$links"
# When a kernel is removed as well.
cp -p "$links" "$root/etc/kernel/postrm.d/zz-boot-links"
DPKG_ROOT=$root "$links"
[ -e "$root/vmlinuz" ] && [ -e "$root/initrd.img" ] || fail "no kernel with an initrd is in /boot of the image: none of its packages brought one"

cat >"$root/boot/grub/grub.cfg" <<'CFG'
set timeout=1
menuentry "Debian" {
    linux /vmlinuz root=LABEL=root ro console=tty1 console=ttyAMA0,115200
    initrd /initrd.img
}
CFG
