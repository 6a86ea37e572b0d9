# A monitor and a manager on this node.
# NODE
ceph_timeout() { timeout 20 ceph "$@"; }
if ! ceph_timeout mon dump --format json 2>/dev/null | contains -F "\"name\":\"$NODE\""; then
    run pveceph mon create
fi
[ -d "/var/lib/ceph/mgr/ceph-$NODE" ] || run pveceph mgr create
