#!/bin/sh
# Process 1 of the test app: serves until SIGTERM, or fails the way $BEHAVIOUR says.
echo "app $VERSION starting on port $PORT"

# wait, unlike sleep, is interrupted by a trapped signal.
rest() { sleep "$1" & wait $!; }

fail() {
  echo "connecting to the database" >&2
  echo "fatal: $1" >&2
  exit 3
}

stop() {
  [ -z "$server" ] || kill "$server"
  echo "app $VERSION stopped"
  exit 0
}

server=
case $BEHAVIOUR in
  ignores-term) trap '' TERM INT ;;
  *) trap stop TERM INT ;;
esac
case $BEHAVIOUR in
  crashes) fail 'the database does not accept the password' ;;
  slow-start:*) rest "${BEHAVIOUR#*:}" ;;
esac
nc -ll -p "$PORT" -e /app/answer &
server=$!
echo "app $VERSION ready"
case $BEHAVIOUR in
  crashes-after:*)
    rest "${BEHAVIOUR#*:}"
    kill "$server"
    fail 'the connection to the database is lost'
    ;;
esac
while :; do wait "$server"; kill -0 "$server" 2>/dev/null || exit 1; done
