# Ceph is healthy.
# NODE
healthy() { ceph health | contains '^HEALTH_OK'; }
await "HEALTH_OK (now: $(ceph health 2>&1 | head -n 1))" 60 healthy
printf 'HEALTH_OK\n'
