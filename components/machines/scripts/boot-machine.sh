# Boots a machine under emulation. Ampere A1 has no /dev/kvm, and Proxmox VE starts no machine there that asks for KVM.
# NODE, VM_ID
set -euo pipefail
export LC_ALL=C

# Runs a command; its failure is one sentence with the node, the command and what it said.
run() {
    local said
    if ! said=$("$@" 2>&1); then
        printf "%s: '%s' failed: %s\n" "$NODE" "$*" "$(printf '%s' "$said" | tail -n 3 | tr '\n' ' ')" >&2
        exit 1
    fi
}

grep -qx 'kvm: 0' <<<"$(qm config "$VM_ID")" || run qm set "$VM_ID" --kvm 0
grep -qx 'status: running' <<<"$(qm status "$VM_ID")" || run qm start "$VM_ID"
