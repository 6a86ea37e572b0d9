# A container that joins the mesh and advertises the networks of the cluster to it.
# NODE, CONTAINER_ID, CONTAINER_NAME, TEMPLATE (empty: the newest Debian 13 for arm64 the vendor lists), STORAGE, BRIDGE, CONTAINER_ADDRESS (with prefix), GATEWAY, ROUTES, AUTH_KEY
if ! pvesh get /cluster/resources --type vm --output-format json | contains -E "\"vmid\":$CONTAINER_ID[,}]"; then
    # A node knows the templates of its last update. `pveam update` answers 0 also where it failed: what is listed counts.
    updated=$(pveam update 2>&1) || true
    template=$TEMPLATE
    [ -n "$template" ] || template=$(pveam available --section system |
        sed -n 's/^system *\(debian-13-standard_[^ ]*_arm64[^ ]*\).*/\1/p' | sort -V | tail -n 1) || true
    [ -n "$template" ] || fail "'pveam available --section system' lists no debian-13-standard for arm64 ('pveam update' said: $updated)"
    pveam list local | contains -F ":vztmpl/$template " || run pveam download local "$template"
    run pct create "$CONTAINER_ID" "local:vztmpl/$template" --hostname "$CONTAINER_NAME" --unprivileged 1 --features nesting=1 \
        --memory 256 --cores 1 --rootfs "$STORAGE:4" --onboot 1 \
        --net0 "name=eth0,bridge=$BRIDGE,ip=$CONTAINER_ADDRESS,gw=$GATEWAY" --dev0 /dev/net/tun
fi
# It may live on another node since the migration test: that node starts and configures it.
home=$(pvesh get /cluster/resources --type vm --output-format json |
    tr '{' '\n' | grep -E "\"vmid\":$CONTAINER_ID[,}]" | sed -n 's/.*"node":"\([^"]*\)".*/\1/p') || true
[ -n "$home" ] || fail "'pvesh get /cluster/resources' does not tell where container $CONTAINER_ID is"
[ "$home" = "$NODE" ] || exit 0
pct status "$CONTAINER_ID" | contains running || run pct start "$CONTAINER_ID"
if ! pct exec "$CONTAINER_ID" -- tailscale status >/dev/null 2>&1; then
    # It has its address some moments after it has started.
    await "a way out of container $CONTAINER_ID" 12 pct exec "$CONTAINER_ID" -- getent hosts pkgs.tailscale.com
    # Debian has no package of it: the vendor's own repository does (https://pkgs.tailscale.com/stable/#debian-trixie).
    run pct exec "$CONTAINER_ID" -- sh -c 'command -v tailscale >/dev/null || {
        . /etc/os-release && apt-get update -q && apt-get install -qy curl ca-certificates &&
        curl -fsSL "https://pkgs.tailscale.com/stable/debian/$VERSION_CODENAME.noarmor.gpg" -o /usr/share/keyrings/tailscale-archive-keyring.gpg &&
        curl -fsSL "https://pkgs.tailscale.com/stable/debian/$VERSION_CODENAME.tailscale-keyring.list" -o /etc/apt/sources.list.d/tailscale.list &&
        apt-get update -q && apt-get install -qy tailscale; }'
    # Without it the container takes the packets of others and throws them away.
    run pct exec "$CONTAINER_ID" -- sh -c 'echo net.ipv4.ip_forward=1 >/etc/sysctl.d/90-strata.conf && sysctl --quiet --load /etc/sysctl.d/90-strata.conf'
    printf '%s' "$AUTH_KEY" | run pct exec "$CONTAINER_ID" -- sh -c 'umask 077; cat >/run/tailscale.key'
    # Without a limit it waits for ever where it cannot reach Tailscale.
    run pct exec "$CONTAINER_ID" -- tailscale up --auth-key file:/run/tailscale.key --advertise-routes "$ROUTES" --timeout=60s
fi
# Also what has changed since it joined.
run pct exec "$CONTAINER_ID" -- tailscale set --advertise-routes "$ROUTES"
# Also where a run was cut off after it had joined.
run pct exec "$CONTAINER_ID" -- rm -f /run/tailscale.key
