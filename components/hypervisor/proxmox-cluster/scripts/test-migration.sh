# The container moves to another node and still answers; then it comes home.
# NODE, CONTAINER_ID, TARGET, CONTAINER_IP
home() {
    pvesh get /cluster/resources --type vm --output-format json |
        tr '{' '\n' | grep -E "\"vmid\":$CONTAINER_ID[,}]" | sed -n 's/.*"node":"\([^"]*\)".*/\1/p'
}
on() { ssh -o BatchMode=yes "root@$1" "${@:2}"; }
# Asked of the node it is on: every node is the same gateway to it, so it answers the one it lives with.
answers() { on "$1" ping -c 1 -W 2 "$CONTAINER_IP"; }
now=$(home) || true
[ -n "$now" ] || fail "container $CONTAINER_ID is on no node of the cluster: create it first"
# A test that was cut off left it on the other node.
[ "$now" = "$NODE" ] || run on "$now" pct migrate "$CONTAINER_ID" "$NODE" --restart 1
run pct migrate "$CONTAINER_ID" "$TARGET" --restart 1
await "an answer of $CONTAINER_IP on $TARGET" 12 answers "$TARGET"
run on "$TARGET" pct migrate "$CONTAINER_ID" "$NODE" --restart 1
await "an answer of $CONTAINER_IP back on $NODE" 12 answers "$NODE"
printf 'moved to %s and back\n' "$TARGET"
