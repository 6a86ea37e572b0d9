# The API token the layers above use. Proxmox shows a token's value once, so it is kept where only root reads it.
# NODE, TOKEN_USER, TOKEN_NAME
kept=/etc/pve/priv/strata-$TOKEN_NAME.token
if [ ! -s "$kept" ]; then
    pveum user list --output-format json | contains -F "\"userid\":\"$TOKEN_USER\"" || run pveum user add "$TOKEN_USER"
    run pveum acl modify / --users "$TOKEN_USER" --roles Administrator >/dev/null
    pveum user token remove "$TOKEN_USER" "$TOKEN_NAME" >/dev/null 2>&1 || true
    value=$(pveum user token add "$TOKEN_USER" "$TOKEN_NAME" --privsep 0 --output-format json |
        sed -n 's/.*"value" *: *"\([^"]*\)".*/\1/p') || true
    [ -n "$value" ] || fail "'pveum user token add $TOKEN_USER $TOKEN_NAME' gave no value"
    (umask 077 && printf '%s' "$value" >"$kept") ||
        fail "'$kept' cannot be written: see 'pvecm status' for the quorum, and run this again"
fi
printf '%s!%s=%s' "$TOKEN_USER" "$TOKEN_NAME" "$(cat "$kept")"
