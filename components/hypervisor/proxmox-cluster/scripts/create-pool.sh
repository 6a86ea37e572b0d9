# The pool virtual machines live in, offered to Proxmox as a storage of the same name.
# NODE, POOL, SIZE, MIN_SIZE
if ! ceph osd pool ls | contains -xF "$POOL"; then
    run pveceph pool create "$POOL" --size "$SIZE" --min_size "$MIN_SIZE" --add_storages 1
fi
