# Names the host, lets the nodes find and trust each other, and sets the space of the OSD apart on the boot disk.
# NODE, ADDRESS, HOSTS ("address name" lines), OSD_GIB, ROOT_KEY and ROOT_PUBLIC (what the nodes' roots know each other by)
[ "$(hostname)" = "$NODE" ] || run hostnamectl set-hostname "$NODE"

# Proxmox VE knows itself by the address its name has, which is not the loopback one of the image.
if grep -q '^127\.0\.1\.1 ' /etc/hosts; then
    others=$(grep -v '^127\.0\.1\.1 ' /etc/hosts)
    printf '%s\n' "$others" >/etc/hosts
fi
while read -r address name; do
    [ -n "$address" ] || continue
    grep -qxF "$address $name" /etc/hosts || printf '%s %s\n' "$address" "$name" >>/etc/hosts
done <<<"$HOSTS"

# The cluster file system started under the image's name.
anew=
if [ "$(readlink /etc/pve/local 2>/dev/null)" != "nodes/$NODE" ]; then
    anew=yes
    run systemctl reset-failed pve-cluster
    run systemctl restart pve-cluster
    await "the node's folder in /etc/pve" 12 test -e "/etc/pve/nodes/$NODE"
fi
# Two of these give up at boot where they find no cluster file system, and nothing starts them again before the next one.
for service in pvestatd pvescheduler pvedaemon pveproxy; do
    if [ -n "$anew" ] || ! systemctl is-active --quiet "$service"; then
        run systemctl reset-failed "$service"
        run systemctl restart "$service"
    fi
done

# Joins and migrations go over SSH as root. The key came by standard input and lies where only root reads it.
mkdir -p /root/.ssh /etc/ssh/ssh_config.d
chmod 700 /root/.ssh
(umask 077 && printf '%s\n' "$ROOT_KEY" >/root/.ssh/strata)
# On a node this file lies in /etc/pve, which nobody writes to without quorum.
grep -qxF "$ROOT_PUBLIC" /root/.ssh/authorized_keys 2>/dev/null ||
    printf '%s\n' "$ROOT_PUBLIC" >>/root/.ssh/authorized_keys ||
    fail "'/root/.ssh/authorized_keys' cannot be written: see 'pvecm status' for the quorum"
printf 'Host %s\n    IdentityFile /root/.ssh/strata\n    StrictHostKeyChecking accept-new\n' "$(tr '\n' ' ' <<<"$HOSTS")" \
    >/etc/ssh/ssh_config.d/90-strata.conf

cat >/etc/sysctl.d/90-strata.conf <<'SYSCTL'
net.ipv4.ip_forward = 1
SYSCTL
run sysctl --quiet --load /etc/sysctl.d/90-strata.conf

if ! vgs ceph >/dev/null 2>&1; then
    root=$(findmnt --noheadings --output SOURCE /)
    disk=/dev/$(lsblk --noheadings --output PKNAME "$root" | head -n 1)
    labelled() { lsblk --noheadings --paths --list --output NAME,PARTLABEL "$disk" | awk '$2 == "ceph" { print $1 }'; }
    # A run that was cut off may have made the partition already.
    if [ -z "$(labelled)" ]; then
        # The image is smaller than the disk: the second table lies where the image ended until it is moved.
        run sgdisk --move-second-header "$disk"
        run sgdisk --new="0:0:+${OSD_GIB}G" --typecode=0:8e00 --change-name=0:ceph "$disk"
        run partprobe "$disk"
        run udevadm settle
    fi
    part=$(labelled)
    [ -n "$part" ] || fail "no partition labelled ceph appeared on $disk: the boot disk has no ${OSD_GIB} GiB left"
    run vgcreate ceph "$part"
fi
lvs ceph/osd >/dev/null 2>&1 || run lvcreate --yes --extents 100%FREE --name osd ceph
