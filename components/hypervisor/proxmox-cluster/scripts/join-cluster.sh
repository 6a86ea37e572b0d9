# Joins this node to the cluster of the first. Joins run one after the other: corosync takes one change at a time.
# NODE, ADDRESS, CLUSTER, FIRST_ADDRESS
if status=$(pvecm status 2>/dev/null); then
    grep -qE "^Name: +$CLUSTER$" <<<"$status" || fail "belongs to another cluster already: $(grep -E '^Name:' <<<"$status")"
else
    first() { ssh -o BatchMode=yes "root@$FIRST_ADDRESS" "$@"; }
    quorum=$(first pvecm status 2>&1) || fail "'pvecm status' on $FIRST_ADDRESS failed: $quorum"
    listed=$(first cat /etc/pve/corosync.conf 2>&1) || fail "reading corosync.conf on $FIRST_ADDRESS failed: $listed"
    # A join that was cut off leaves a cluster that counts this node and has never heard it: of two, one is no majority,
    # and nothing can be changed. The votes to expect are then those of the others.
    if ! grep -qE '^Quorate: +Yes$' <<<"$quorum" && grep -qE "^ *name: $NODE$" <<<"$listed"; then
        others=$(grep -E '^ *name: ' <<<"$listed" | grep -cv " $NODE$")
        run first pvecm expected "$others"
    fi
    # The nodes' roots trust each other since host preparation, so no password is asked for or passed. Without a limit it
    # waits for quorum for ever.
    run timeout "${JOIN_SECONDS:-300}" pvecm add "$FIRST_ADDRESS" --link0 "$ADDRESS" --use_ssh
fi
quorate() { grep -qE '^Quorate: +Yes$' <<<"$(pvecm status)"; }
await "quorum after the join" 18 quorate
certify
