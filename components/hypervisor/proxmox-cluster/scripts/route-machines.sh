# The machines' way out. Proxmox gives the vnets of a VXLAN zone no gateway (Simple and EVPN zones have one), so every
# node is it: one address and one hardware address on all of them, and a machine keeps its way out wherever it runs.
# NODE, VNET, CIDR, GATEWAY
# The reload of all nodes runs on in tasks, one a node, and a task that fails is no more than a warning; a node that joined
# later has had none. So each asks for its own network until its bridge is there.
bridged() {
    ip link show dev "$VNET" || { pvesh set "/nodes/$NODE/network" && ip link show dev "$VNET"; }
}
await "the bridge $VNET, which 'pvesh set /nodes/$NODE/network' makes," 12 bridged
mkdir -p /etc/network/interfaces.d
file=/etc/network/interfaces.d/strata-$VNET
wanted=$(cat <<CONF
auto $VNET
iface $VNET
    address $GATEWAY/${CIDR#*/}
    hwaddress 02:00:00:00:00:01
    post-up iptables --table nat --check POSTROUTING --source $CIDR ! --destination $CIDR --jump MASQUERADE 2>/dev/null || iptables --table nat --append POSTROUTING --source $CIDR ! --destination $CIDR --jump MASQUERADE
CONF
)
if [ "$(cat "$file" 2>/dev/null)" != "$wanted" ] ||
    ! iptables --table nat --check POSTROUTING --source "$CIDR" ! --destination "$CIDR" --jump MASQUERADE 2>/dev/null; then
    printf '%s\n' "$wanted" >"$file"
    run ifreload --all
fi
