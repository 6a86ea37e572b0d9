# Every node has joined and the cluster has its quorum.
# NODE, NODES
complete() {
    local status
    status=$(pvecm status) &&
        grep -qE '^Quorate: +Yes$' <<<"$status" &&
        grep -qE "^Nodes: +$NODES$" <<<"$status"
}
await "a quorate cluster of $NODES nodes" 18 complete
printf 'quorate with %s nodes\n' "$NODES"
