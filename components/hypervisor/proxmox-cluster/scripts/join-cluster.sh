# Joins this node to the cluster of the first. Joins run one after the other: corosync takes one change at a time.
# NODE, ADDRESS, CLUSTER, FIRST_ADDRESS
if status=$(pvecm status 2>/dev/null); then
    grep -qE "^Name: +$CLUSTER$" <<<"$status" || fail "belongs to another cluster already: $(grep -E '^Name:' <<<"$status")"
else
    # The nodes' roots trust each other since host preparation, so no password is asked for or passed.
    run pvecm add "$FIRST_ADDRESS" --link0 "$ADDRESS" --use_ssh
fi
quorate() { pvecm status | grep -qE '^Quorate: +Yes$'; }
await "quorum after the join" 18 quorate
