# Said before every step: stop at the first failure, and name the node and the command it happened on.
set -euo pipefail
export LC_ALL=C DEBIAN_FRONTEND=noninteractive

fail() {
    printf '%s: %s\n' "$NODE" "$1" >&2
    exit 1
}

# Runs a command; its failure is one sentence with the node, the command and what it said.
run() {
    local said
    if ! said=$("$@" 2>&1); then
        fail "'$*' failed: $(printf '%s' "$said" | tail -n 3 | tr '\n' ' ')"
    fi
    [ -z "$said" ] || printf '%s\n' "$said"
}

# Searches what comes in to its end: a writer that is cut off by the first match would look like a failure.
contains() { grep "$@" >/dev/null; }

# A join makes the node's certificate last, after it has waited for quorum: one that was cut off there leaves a node whose
# API no other talks to.
certify() {
    if [ ! -e "/etc/pve/nodes/$NODE/pve-ssl.pem" ]; then
        run pvecm updatecerts
        run systemctl reload-or-restart pvedaemon pveproxy
    fi
}

# Tries a condition every PAUSE_SECONDS until it holds, at most TRIES times.
await() {
    local what=$1 tries=$2
    shift 2
    for _ in $(seq "$tries"); do
        if "$@" >/dev/null 2>&1; then
            return 0
        fi
        sleep "${PAUSE_SECONDS:-10}"
    done
    fail "$what did not happen within $tries tries of '$*'"
}
