# The network of the virtual machines: a VCN delivers only to the addresses of its own interfaces, so the machines live
# on a VXLAN of their own.
# NODE, ZONE, VNET, CIDR, GATEWAY, PEERS (comma-separated addresses), TAG
has() { pvesh get "$1" --output-format json 2>/dev/null | contains -F "\"$2\":\"$3\""; }
has /cluster/sdn/zones zone "$ZONE" ||
    run pvesh create /cluster/sdn/zones --type vxlan --zone "$ZONE" --peers "$PEERS" --mtu 8950
has /cluster/sdn/vnets vnet "$VNET" ||
    run pvesh create /cluster/sdn/vnets --vnet "$VNET" --zone "$ZONE" --tag "$TAG"
has "/cluster/sdn/vnets/$VNET/subnets" cidr "$CIDR" ||
    run pvesh create "/cluster/sdn/vnets/$VNET/subnets" --type subnet --subnet "$CIDR" --gateway "$GATEWAY"
# It reloads the network of every node, so it is asked only where the bridge is not there yet; route-machines.sh asks for
# those that miss it.
ip link show dev "$VNET" >/dev/null 2>&1 || run pvesh set /cluster/sdn
