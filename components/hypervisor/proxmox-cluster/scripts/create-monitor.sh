# A monitor and a manager on this node.
# NODE
listed() { timeout 20 ceph mon dump --format json 2>/dev/null | contains -F "\"name\":\"$NODE\""; }
if ! listed; then
    if grep -qxF "[mon.$NODE]" /etc/pve/ceph.conf; then
        # A run that was cut off has made it and not started it, or it has lost the others: pveceph makes no second one.
        run systemctl enable --now "ceph-mon@$NODE"
        await "the monitor in 'ceph mon dump'" 12 listed
    else
        # What is in its folder now, such a run left before there was a monitor, and pveceph makes none over it.
        rm -rf "/var/lib/ceph/mon/ceph-$NODE"
        run pveceph mon create
    fi
fi
# pveceph sees to it once the first monitor runs, unless it is cut off there; Ceph warns of it for ever.
[ "$(ceph config get mon auth_allow_insecure_global_id_reclaim)" = false ] ||
    run ceph config set mon auth_allow_insecure_global_id_reclaim false
manager=/var/lib/ceph/mgr/ceph-$NODE
if [ -s "$manager/keyring" ]; then
    run systemctl enable --now "ceph-mgr@$NODE"
else
    # A folder without a key is what a run left that was cut off.
    rm -rf "$manager"
    run pveceph mgr create
fi
