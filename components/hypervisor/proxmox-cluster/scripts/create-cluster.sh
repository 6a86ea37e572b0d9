# Makes this node the first of a Proxmox VE cluster.
# NODE, ADDRESS, CLUSTER
if status=$(pvecm status 2>/dev/null); then
    grep -qE "^Name: +$CLUSTER$" <<<"$status" || fail "belongs to another cluster already: $(grep -E '^Name:' <<<"$status")"
else
    run pvecm create "$CLUSTER" --link0 "$ADDRESS"
fi
await "the cluster file system" 12 test -e /etc/pve/corosync.conf
