# One OSD on this node, on the logical volume that host preparation set apart.
# NODE, OSD_MEMORY_BYTES
# Ceph would let an OSD grow to 4 GiB, half of such a host (Ceph, osd_memory_target).
[ "$(ceph config get osd osd_memory_target)" = "$OSD_MEMORY_BYTES" ] ||
    run ceph config set osd osd_memory_target "$OSD_MEMORY_BYTES"
if ! ceph-volume lvm list ceph/osd >/dev/null 2>&1; then
    [ -e /var/lib/ceph/bootstrap-osd/ceph.keyring ] ||
        run ceph auth get client.bootstrap-osd -o /var/lib/ceph/bootstrap-osd/ceph.keyring
    run ceph-volume lvm create --data ceph/osd
else
    # A run that was cut off may have prepared it and no more.
    run ceph-volume lvm activate --all >/dev/null
fi
