# Names the host, lets the nodes find each other, and sets the storage space of the OSD apart on the boot disk.
# NODE, ADDRESS, HOSTS ("address name" lines), OSD_GIB
[ "$(hostname)" = "$NODE" ] || run hostnamectl set-hostname "$NODE"

while read -r address name; do
    [ -n "$address" ] || continue
    grep -qxF "$address $name" /etc/hosts || printf '%s %s\n' "$address" "$name" >>/etc/hosts
done <<<"$HOSTS"

cat >/etc/sysctl.d/90-strata.conf <<'SYSCTL'
net.ipv4.ip_forward = 1
SYSCTL
run sysctl --quiet --load /etc/sysctl.d/90-strata.conf

if ! vgs ceph >/dev/null 2>&1; then
    root=$(findmnt --noheadings --output SOURCE /)
    disk=/dev/$(lsblk --noheadings --output PKNAME "$root" | head -n 1)
    run sgdisk --new="0:0:+${OSD_GIB}G" --typecode=0:8e00 --change-name=0:ceph "$disk"
    run partprobe "$disk"
    run udevadm settle
    part=$(lsblk --noheadings --paths --list --output NAME,PARTLABEL "$disk" | awk '$2 == "ceph" { print $1 }')
    [ -n "$part" ] || fail "no partition labelled ceph appeared on $disk: the boot disk has no ${OSD_GIB} GiB left"
    run vgcreate ceph "$part"
fi
lvs ceph/osd >/dev/null 2>&1 || run lvcreate --yes --extents 100%FREE --name osd ceph
