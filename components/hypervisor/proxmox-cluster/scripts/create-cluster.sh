# Makes this node the first of a Proxmox VE cluster; where the others are one already, this node was made anew and joins.
# NODE, ADDRESS, CLUSTER, PEERS (addresses of the other nodes, which trust this one's root)
if status=$(pvecm status 2>/dev/null); then
    grep -qE "^Name: +$CLUSTER$" <<<"$status" || fail "belongs to another cluster already: $(grep -E '^Name:' <<<"$status")"
else
    living=
    for peer in $PEERS; do
        code=0
        said=$(ssh -o BatchMode=yes "root@$peer" cat /etc/pve/corosync.conf 2>&1) || code=$?
        # A peer that cannot be asked may hold the cluster: a second one beside it would be worse than none.
        [ "$code" != 255 ] || fail "'ssh root@$peer' failed: $said"
        [ "$code" != 0 ] || living=$peer
    done
    if [ -n "$living" ]; then
        run timeout "${JOIN_SECONDS:-300}" pvecm add "$living" --link0 "$ADDRESS" --use_ssh
    else
        run pvecm create "$CLUSTER" --link0 "$ADDRESS"
    fi
fi
await "the cluster file system" 12 test -e /etc/pve/corosync.conf
certify
