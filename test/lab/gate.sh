#!/bin/sh
# Stands in the way of a program of a lab host and does with one call what gates.ts was told to. $1 is the gate's name, $2
# the program, what follows the call. Without anything to do it is not noticed.
set -fu
gate=$1 program=$2
shift 2
for word in ${SSH_ORIGINAL_COMMAND:-"$@"}; do
  case $word in '' | *[!a-z]*) continue ;; esac
  place=/run/gates/$gate.$word
  set +f
  for hold in "$place".hold.*; do
    # Only one can remove a file: of several calls one is caught, by one of several holds.
    if rm "$hold" 2>/dev/null; then
      held=$place.held.${hold##*.}
      echo $$ >"$held"
      while [ -e "$held" ]; do sleep 0.02; done
      break
    fi
  done
  set -f
  if rm "$place.skip" 2>/dev/null; then
    : >"$place.skipped"
    exit 0
  fi
done
exec "$program" "$@"
