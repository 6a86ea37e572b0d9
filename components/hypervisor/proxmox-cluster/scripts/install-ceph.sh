# Installs Ceph on this node, and on the first node gives it its network.
# NODE, CEPH_RELEASE, CEPH_NETWORK
if ! grep -qF " $CEPH_RELEASE (" <<<"$(ceph-mon --version 2>/dev/null || true)"; then
    # `pveceph install` asks whether to go on; the answer comes from standard input.
    run pveceph install --repository no-subscription --version "$CEPH_RELEASE" < <(yes)
fi
[ -e /etc/pve/ceph.conf ] || run pveceph init --network "$CEPH_NETWORK"
