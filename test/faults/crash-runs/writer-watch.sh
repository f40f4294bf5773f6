#!/bin/sh
# Stands before Compose on a lab host and leaves a line for every `up`: when, for which release, who had it done, and who else
# was at it then. It becomes the program behind it, so that a process stays one process, whoever kills it.
set -fu
program=/usr/libexec/docker/cli-plugins/docker-compose
[ -x /run/gates/gate ] && set -- compose "$program" "$@" && program=/run/gates/gate
case " $* " in *' up '*) ;; *) exec "$program" "$@" ;; esac

project=- release=- before=
for word in "$@"; do
  [ "$before" != -p ] || project=$word
  case $before:$word in -f:*/compose.yml) release=${word%/compose.yml} release=${release##*/} ;; esac
  before=$word
done

words() { tr '\0' ' ' <"/proc/$1/cmdline" 2>/dev/null; }

# Whose pid is still that of a Compose at work for the same project.
others=
set +f
for file in /run/watch/pids/"$project".*; do
  pid=${file##*.}
  case $(words "$pid") in *docker-compose*" -p $project "*' up '*) others=$others,$pid ;; *) rm -f "$file" ;; esac
done
set -f
: >"/run/watch/pids/$project.$$"
printf '%s %s %s %s %s %s\n' "$(date +%s%N)" $$ "$project" "$release" "${others:--}" "$(words "$PPID")" >>/run/watch/writers
exec "$program" "$@"
