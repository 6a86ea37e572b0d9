# What the internet asks of the reserved address goes on, port by port, to the ingress controller's NodePorts on the
# machine this node hosts: its answers leave through this node, the gateway of the machines it hosts, and nowhere else.
# NODE, ADDRESS, MACHINE_ADDRESS, PORTS ("80:30080 443:30443")
mkdir -p /etc/strata
wanted=$(
    printf '#!/bin/sh\nset -eu\n'
    printf 'iptables --table nat --new-chain STRATA-INGRESS 2>/dev/null || iptables --table nat --flush STRATA-INGRESS\n'
    for pair in $PORTS; do
        printf 'iptables --table nat --append STRATA-INGRESS --protocol tcp --dport %s --jump DNAT --to-destination %s:%s\n' "${pair%%:*}" "$MACHINE_ADDRESS" "${pair##*:}"
    done
    printf 'iptables --table nat --check PREROUTING --destination %s --jump STRATA-INGRESS 2>/dev/null ||\n' "$ADDRESS"
    printf '    iptables --table nat --append PREROUTING --destination %s --jump STRATA-INGRESS\n' "$ADDRESS"
)
if [ "$(cat /etc/strata/ingress.sh 2>/dev/null)" != "$wanted" ] ||
    ! iptables --table nat --check PREROUTING --destination "$ADDRESS" --jump STRATA-INGRESS 2>/dev/null; then
    printf '%s\n' "$wanted" >/etc/strata/ingress.sh
    cat >/etc/systemd/system/strata-ingress.service <<'UNIT'
[Unit]
Description=Forward the reserved address to the ingress controller
After=network-pre.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh /etc/strata/ingress.sh
[Install]
WantedBy=multi-user.target
UNIT
    run systemctl daemon-reload
    # The address needs no interface: it is translated before the host asks itself whether it is its own.
    run sh /etc/strata/ingress.sh
fi
run systemctl enable --quiet strata-ingress.service
