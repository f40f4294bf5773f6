#!/bin/sh
# Process 1 of the test database: what matters is that its volume and its container survive. Port 5432, data in a volume.
data=/var/lib/database
[ -f $data/born ] || cat /proc/sys/kernel/random/uuid > $data/born
echo boot >> $data/boots
touch $data/rows
trap 'kill $server; echo "database stopped"; exit 0' TERM INT
nc -ll -p 5432 -e /database/answer &
server=$!
echo "database $(cat $data/born) ready"
while :; do wait "$server"; kill -0 "$server" 2>/dev/null || exit 1; done
