# One OSD on this node, on the logical volume that host preparation set apart.
# NODE, OSD_MEMORY_BYTES
# Ceph would let an OSD grow to 4 GiB, half of such a host (Ceph, osd_memory_target).
[ "$(ceph config get osd osd_memory_target)" = "$OSD_MEMORY_BYTES" ] ||
    run ceph config set osd osd_memory_target "$OSD_MEMORY_BYTES"
create() {
    [ -e /var/lib/ceph/bootstrap-osd/ceph.keyring ] ||
        run ceph auth get client.bootstrap-osd -o /var/lib/ceph/bootstrap-osd/ceph.keyring
    run ceph-volume lvm create --data ceph/osd
}
# A run that was cut off may have prepared it and no more.
if ! ceph-volume lvm list ceph/osd >/dev/null 2>&1; then
    create
elif ! said=$(ceph-volume lvm activate --all 2>&1); then
    # The volume is tagged before it holds anything: cut off between the two, there is nothing to activate. It is made anew
    # only where Ceph itself says that the OSD has never been up, or does not know it.
    id=$(ceph-volume lvm list ceph/osd --format json | sed -n 's/.*"ceph.osd_id": *"\([0-9]*\)".*/\1/p' | head -n 1) || true
    known=$(run ceph osd dump --format json)
    been_up() { tr '{' '\n' <<<"$known" | grep -F "\"osd\":$id," | grep -F '"up_from":' | contains -vF '"up_from":0,'; }
    if [ -z "$id" ] || been_up; then
        fail "'ceph-volume lvm activate --all' failed, and what OSD ${id:-?} holds may be data: $(tail -n 3 <<<"$said" | tr '\n' ' ')"
    fi
    run ceph osd purge "$id" --yes-i-really-mean-it
    run ceph-volume lvm zap ceph/osd
    create
fi
