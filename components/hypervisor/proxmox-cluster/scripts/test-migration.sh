# The container moves to another node and still answers; then it comes home.
# NODE, CONTAINER_ID, TARGET, CONTAINER_IP
answers() { ping -c 1 -W 2 "$CONTAINER_IP"; }
home() { pct status "$CONTAINER_ID"; }
home >/dev/null 2>&1 || fail "container $CONTAINER_ID is not on this node, so its migration cannot be tested from here"
run pct migrate "$CONTAINER_ID" "$TARGET" --restart 1
await "an answer of $CONTAINER_IP on $TARGET" 12 answers
run ssh -o BatchMode=yes "root@$TARGET" pct migrate "$CONTAINER_ID" "$NODE" --restart 1
await "an answer of $CONTAINER_IP back on $NODE" 12 answers
printf 'moved to %s and back\n' "$TARGET"
