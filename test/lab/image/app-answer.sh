#!/bin/sh
# One HTTP request on standard input, one answer on standard output.
read -r method path protocol
while read -r header; do [ "${#header}" -gt 1 ] || break; done

answer() {
  printf 'HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %s\r\nConnection: close\r\n\r\n%s' "$1" "$2" "${#3}" "$3"
}

version=$VERSION
case $BEHAVIOUR in answers:*) version=${BEHAVIOUR#*:} ;; esac

case $path in
  /health)
    if [ "$BEHAVIOUR" = unhealthy ]; then
      answer '500 Internal Server Error' application/json "{\"status\":\"error\",\"version\":\"$version\",\"error\":\"database unreachable\"}"
    else
      answer '200 OK' application/json "{\"status\":\"ok\",\"version\":\"$version\"}"
    fi
    ;;
  /api/v1/status) answer '200 OK' application/json '{"orders":"open"}' ;;
  /) answer '200 OK' text/plain "Hello from $(hostname), version $version" ;;
  *) answer '404 Not Found' text/plain "nothing at $path" ;;
esac
