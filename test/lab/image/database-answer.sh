#!/bin/sh
# GET / tells the state; GET /add/<word> adds a row first.
read -r method path protocol
while read -r header; do [ "${#header}" -gt 1 ] || break; done
data=/var/lib/database
case $path in /add/*) echo "${path#/add/}" >> $data/rows ;; esac
lines() { wc -l < "$1" | tr -d ' '; }
body="{\"born\":\"$(cat $data/born)\",\"boots\":$(lines $data/boots),\"rows\":$(lines $data/rows)}"
printf 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %s\r\nConnection: close\r\n\r\n%s' "${#body}" "$body"
