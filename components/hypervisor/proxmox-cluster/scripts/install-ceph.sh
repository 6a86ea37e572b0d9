# Installs Ceph on this node, and on the first node gives it its network.
# NODE, CEPH_RELEASE, CEPH_NETWORK
# No package of Ceph's brings ceph-volume along: it is one of its own, which `pveceph install` names.
if ! grep -qF " $CEPH_RELEASE (" <<<"$(ceph-mon --version 2>/dev/null || true)" || ! command -v ceph-volume >/dev/null; then
    # `pveceph install` asks whether to go on; the answer comes from standard input.
    run pveceph install --repository no-subscription --version "$CEPH_RELEASE" < <(yes)
fi
[ -e /etc/pve/ceph.conf ] || run pveceph init --network "$CEPH_NETWORK"
