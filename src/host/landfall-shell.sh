#!/bin/sh
# landfall-shell: what Landfall's SSH key can do on this machine, and nothing else.
#
# It is the forced command of that key:
#   restrict,command="/usr/local/bin/landfall-shell" ssh-ed25519 AAAA... landfall
# and it is called by administrators of this machine:
#   landfall-shell status | rollback P E [--over-contract] | hold P E REASON | release P E
#
# What runs here is decided by bundles that Landfall signed; a verb can only put one into place, switch to it, look at it
# and go back. Orders that write are signed as well, each for one generation and one turn: the number a worker of Landfall got when
# it took the work over. What was once seen of both fences everything older: neither a recorded bundle nor the late order of a
# worker that was thought dead does anything.
# Answers are JSON Lines on standard output; text that may hold anything is base64 in them. Standard error is for people.
# It is POSIX sh: dash and busybox ash run it. Nothing is evaluated, and file name patterns are off throughout.

set -fu
umask 077
LC_ALL=C
export LC_ALL

version=5
self=$0
root=/var/lib/landfall
largest_bundle=67108864

# --- exit codes: the closed list, mirrored in src/host/exit-codes.ts --------------------------------------------

ok=0 usage=2 bad_bundle=10 unknown_release=11 fenced=12 held=13 busy=14 docker_failed=15 pull_stalled=16
nothing_before=17 other_content=18 not_current=19 not_ready=20 other_environment=21 unsigned_order=22 docker_away=23 lost_track=24
over_contract=25 files_refused=26 reload_failed=27

# --- speaking ---------------------------------------------------------------------------------------------------

say() { printf '%s\n' "$1"; }

# Whole standard input as one base64 word.
encoded() { base64 | tr -d '\n'; }

# Ends the call: exit code, then what people should know.
fail() {
  code=$1
  shift
  [ "$code" -ne $docker_failed ] || docker_answers || code=$docker_away
  printf 'landfall-shell: %s\n' "$*" >&2
  audit "refused $code"
  exit "$code"
}

# Whether there is an engine at all: one that restarts refuses everything, and will not in a moment.
docker_answers() { timeout 5 docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

# Lines of a call that changes something: time, who, verb, generation, turn, and that it began or what came of it.
audit() {
  case ${verb-} in put | once | switch | retire | confirm | restore | prune | rollback | hold | release) ;; *) return 0 ;; esac
  [ -d "${place-/nowhere}" ] || return 0
  printf '%s %s %s %s %s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$caller" "$verb" "${generation:--}" "${turn:--}" "$1" \
    >>"$place/log" 2>/dev/null
}

# Tells the other side every few seconds that this one lives. Its sleep keeps no pipe and no lock open, and it ends with us. Once nobody
# listens any more, what is fetched in advance is wanted no more.
beat() {
  (
    while sleep 3 >/dev/null 2>&1 </dev/null 9>&- && [ -d "/proc/$$" ]; do
      printf '{"type":"beat"}\n' || { [ "$verb" != fetch ] || kill -TERM $$; exit 0; }
    done
  ) 9>&- 2>/dev/null &
  beater=$!
}

# --- words ------------------------------------------------------------------------------------------------------

is_name() { case $1 in '' | [!a-z0-9]* | *[!a-z0-9_-]*) return 1 ;; esac; [ ${#1} -le 63 ]; }
is_number() { case $1 in '' | 0* | *[!0-9]*) return 1 ;; esac; [ ${#1} -le 9 ]; }
is_reference() { case ${1#*@sha256:} in "$1" | *[!0-9a-f]*) return 1 ;; esac; [ ${#1} -le 512 ]; }
is_service() { case $1 in '' | [!A-Za-z0-9]* | *[!A-Za-z0-9._-]*) return 1 ;; esac; [ ${#1} -le 128 ]; }

# Runs the words before the first comma, with those behind it out of base64: these may hold anything, and no shell reads them.
with_words() {
  behind=no
  for given in "$@"; do
    shift
    case $behind$given in
      no,) behind=yes && continue ;;
      yes*) given=$(printf '%s' "$given" | base64 -d && printf .) && given=${given%.} ;;
    esac
    set -- "$@" "$given"
  done
  "$@"
}

# Waits for those that answer in the background, each in a file of its number, and passes their answers on: what the files are called, how
# many there are, who is waited for.
gather() {
  answers=$1 answer=$2
  shift 2
  [ $# -eq 0 ] || wait "$@"
  while [ "$answer" -gt 0 ]; do
    cat "$answers.$answer"
    answer=$((answer - 1))
  done
}

# Sets project, environment and place from the first two words.
at_place() {
  is_name "${1-}" && is_name "${2-}" || fail $usage "$verb needs a project and an environment: lower case letters, digits, - and _"
  project=$1 environment=$2 place=$root/$1/$2
}

# The same and a generation, whose release folder is `release`.
at_release() {
  at_place "${1-}" "${2-}"
  is_number "${3-}" || fail $usage "$verb needs a generation: a number from 1"
  generation=$3 release=$place/releases/$3
}

# The same and a turn, and the signature on the whole order: whoever has no more than the login key can neither write here nor raise
# the fence.
at_order() {
  at_release "$@"
  is_number "${4-}" || fail $usage "$verb needs a turn: a number from 1"
  turn=$4
  must_be_signed "$@"
}

# Sets order and order_signature, the first line of standard input, which has to be Landfall's over the verb and all of its words.
must_be_signed() {
  # A line without end must not fill the memory of this machine before anybody knows whose it is. The shell reads byte by byte.
  order_signature=$(ulimit -v 65536 2>/dev/null; read -r line && say "$line")
  order="landfall-order 1 $verb${*:+ $*}"
  say "$order" >"$scratch/order"
  is_signed landfall-order "$order_signature" "$scratch/order" ||
    fail $unsigned_order "the order is not signed by Landfall's key; run landfall host bootstrap if Landfall has a new one"
}

# After how many seconds without progress a pull is given up.
at_stall() {
  is_number "$1" || fail $usage "$verb needs the seconds after which a pull without progress is given up"
  stall=$1
}

# --- the record on this host --------------------------------------------------------------------------------------

# The number in a file; 0 where there is none.
number_in() {
  found=0
  [ -f "$1" ] && read -r found <"$1"
  is_number "$found" || found=0
  printf '%s' "$found"
}

# Standard input becomes the file's contents at once or not at all. One line needs no other program for that.
write() { cat >"$1.new" && mv -f "$1.new" "$1"; }
write_line() { say "$2" >"$1.new" && mv -f "$1.new" "$1"; }

current() { number_in "$place/current"; }
is_confirmed() { [ -f "$place/releases/$1/confirmed" ]; }

# The rest of the manifest's lines that begin with a word.
manifest() {
  [ -f "$place/releases/$1/manifest" ] || return 0
  while read -r word rest; do [ "$word" != "$2" ] || say "$rest"; done <"$place/releases/$1/manifest"
}

# The same for one service, without its name: generation, word, service.
manifest_of() {
  manifest "$1" "$2" | while read -r name rest; do [ "$name" != "$3" ] || say "$rest"; done
}

# The newest confirmed release, going back from the given one along what each replaced; 0 where there is none.
confirmed_from() {
  candidate=$1
  while [ "$candidate" != 0 ] && ! is_confirmed "$candidate"; do
    candidate=$(number_in "$place/releases/$candidate/previous")
  done
  printf '%s' "$candidate"
}

# The generation under which a release was first deployed: one that Landfall went back to comes again under a number of its own.
origin_of() {
  again=$(manifest "$1" again)
  printf '%s' "${again:-$1}"
}

# The confirmed release before the one of a generation; 0 where there is none. That it was gone back to does not make what ran in between
# the one before it.
release_before() { confirmed_from "$(number_in "$place/releases/$(origin_of "$1")/previous")"; }

# These files and the place itself, as they are now, are there after a power cut as well. Once for all that a call wrote.
# Where single files cannot be asked for, everything is.
settle() {
  sync "$@" "$place" 2>/dev/null || sync || fail $not_ready "$place cannot be written"
}

# One writer per project and environment. The open file is inherited by Docker's commands on purpose: were this script
# killed, the lock would still hold until they are done.
lock() {
  [ -d "$place" ] || mkdir -p "$place" || fail $not_ready "$root cannot be written"
  exec 9>"$place/lock" || fail $not_ready "$place/lock cannot be opened"
  flock -n 9 || timeout 20 flock 9 || fail $busy "$project/$environment is busy with another command"
}

# Sets highest, the highest generation ever accepted, and latest, the latest turn heard in it; 0 where there is none.
read_fence() {
  highest=0 latest=0
  [ -f "$place/fence" ] || return 0
  read -r highest latest <"$place/fence"
  is_number "$highest" && is_number "$latest" || fail $not_ready "$place/fence is damaged; its first line has to be the highest generation and turn"
}

# An order of an older generation never acts, nor one of an earlier turn, however late it arrives.
must_be_newest() {
  read_fence
  [ "$generation" -gt "$highest" ] || { [ "$generation" -eq "$highest" ] && [ "$turn" -ge "$latest" ]; } ||
    fail $fenced "turn $turn of generation $generation of $project/$environment was overtaken by turn $latest of generation $highest"
}

# From now on nothing older acts. The order stands below the numbers with its signature, so that they can be proved.
raise_fence() {
  [ "$generation $turn" = "$highest $latest" ] && return
  printf '%s\n' "$generation $turn" "$order" "$order_signature" | write "$place/fence" || fail $not_ready "$place cannot be written"
}

# Begins the work on a release that was put: the newest there is, for nobody else at the same time.
take_turn() {
  lock
  must_be_newest
  [ -f "$release/manifest" ] || fail $unknown_release "there is no release $generation of $project/$environment here"
  raise_fence
}

must_not_be_held() {
  [ ! -f "$place/hold" ] || fail $held "$project/$environment is held: $(cat "$place/hold")"
}

# Two environments of one project would fight over the same Compose project name.
must_be_alone() {
  for other in $(ls "$root/$project"); do
    [ "$other" = "$environment" ] || [ ! -f "$root/$project/$other/current" ] ||
      fail $other_environment "environment $other of $project runs here already; give one of them another project name or host"
  done
}

# --- Docker -------------------------------------------------------------------------------------------------------

# Runs a command with its output in a file: a lost connection must not end a switch half-way through a broken pipe. In
# the background, because only then do the shell's traps act while it runs. On failure its last words are passed on.
quietly() {
  "$@" >"$scratch/output" 2>&1 </dev/null &
  wait $!
  outcome=$?
  [ $outcome -eq 0 ] || pass_on "$scratch/output"
  return $outcome
}

pass_on() {
  say "{\"type\":\"text\",\"text\":\"$(tail -c 16384 "$1" | encoded)\"}"
  tail -n 5 "$1" >&2
}

# Compose with a release's files: one project name and one folder for ever, so that ./data never moves. The folder of a project that was
# there before Landfall is where it was: root made `files` a link to it. It gets the profiles of this host.
compose() {
  from=$place/releases/$1
  shift
  set -- --env-file "$from/interpolation.env" "$@"
  [ -f "$from/project/.env" ] && set -- --env-file "$from/project/.env" "$@"
  for profile in $(manifest "${from##*/}" profile); do set -- --profile "$profile" "$@"; done
  find_compose
  directory=${files_in:-$place/files}
  [ ! -L "$directory" ] || directory=$(readlink "$directory")
  $composer --progress plain -p "$project" --project-directory "$directory" \
    -f "$from/compose.yml" -f "$from/override.yml" "$@"
}

# Where paths are left as they are, Compose looks for env files in the folder that it is called in.
render_ahead() {
  [ ! -s "$scratch/ahead.yml" ] || return 0
  files_in=$place/releases/$1/project
  (cd "$files_in" && compose "$1" config --no-path-resolution) >"$scratch/ahead.yml" 2>"$scratch/output" </dev/null ||
    { pass_on "$scratch/output"; fail $docker_failed "docker compose config failed"; }
  files_in=
}

# The same with a release that is not installed yet: what its env files say is read where they lie, and written into a file of this call
# alone. Folders are where they will be.
compose_ahead() {
  ahead=$1
  shift
  render_ahead "$ahead"
  find_compose
  set -- --env-file "$place/releases/$ahead/interpolation.env" "$@"
  # Secrets and configs may name a variable of it.
  [ -f "$place/releases/$ahead/project/.env" ] && set -- --env-file "$place/releases/$ahead/project/.env" "$@"
  for profile in $(manifest "$ahead" profile); do set -- --profile "$profile" "$@"; done
  ${limited-} $composer --progress plain -p "$project" --project-directory "$place/files" -f "$scratch/ahead.yml" "$@"
}

# Sets `composer`: the words that run Compose. `docker compose` starts the plugin twice, once to ask what it is; called by its own
# name it does the same in a third of the time. Where it is not in one of the usual places, Docker finds it.
find_compose() {
  [ -z "${composer-}" ] || return 0
  composer='docker compose'
  for folder in "${DOCKER_CONFIG:-${HOME-}/.docker}" /usr/local/lib/docker /usr/local/libexec/docker /usr/lib/docker /usr/libexec/docker; do
    case $folder in *[!A-Za-z0-9._/-]*) continue ;; esac
    if [ -x "$folder/cli-plugins/docker-compose" ]; then
      composer=$folder/cli-plugins/docker-compose
      return 0
    fi
  done
}

# Ids of the project's containers in every state, those of `docker compose run` aside. More filters may follow.
containers() {
  docker ps -aq --no-trunc --filter "label=com.docker.compose.project=$project" \
    --filter label=com.docker.compose.oneoff=False "$@"
}

# Id, state, name and service of the same.
take_stock() {
  docker ps -a --no-trunc --filter "label=com.docker.compose.project=$project" \
    --filter label=com.docker.compose.oneoff=False \
    --format '{{.ID}} {{.State}} {{.Names}} {{.Label "com.docker.compose.service"}}' >"$scratch/stock" ||
    fail $docker_failed "docker ps failed"
}

# Never the environment, which may hold secrets. `.ID`, not `.Id`: only with the names of Docker's own type is a missing
# health check empty and no error.
container_line='{"type":"container","id":{{json .ID}},"name":{{json .Name}},"service":{{json (index .Config.Labels "com.docker.compose.service")}},"image":{{json .Image}},"reference":{{json .Config.Image}},"status":{{json .State.Status}},"health":{{with .State.Health}}{{json .Status}}{{else}}null{{end}},"exitCode":{{json .State.ExitCode}},"outOfMemory":{{json .State.OOMKilled}},"restarts":{{json .RestartCount}},"startedAt":{{json .State.StartedAt}}}'

# Where a running container is reached, as a second line that no JSON begins like: service, id, network mode, addresses.
address_line='{{if .State.Running}}{{"\n"}}at {{json (index .Config.Labels "com.docker.compose.service")}} {{.ID}} {{.HostConfig.NetworkMode}}{{range .NetworkSettings.Networks}} {{.IPAddress}}{{end}}{{end}}'

# A line per container. A container that vanishes while we look makes the first look fail, not the second.
describe_containers() {
  look || look || fail $docker_failed "the containers cannot be inspected: $(cat "$scratch/inspect.errors")"
  grep '^{' "$scratch/inspect"
  if [ -f "$place/releases/$(current)/before" ]; then
    sed 's/.*/{"type":"before","id":"&"}/' "$place/releases/$(current)/before"
  fi
  [ ! -f "$place/leaving" ] || sed -n 's/^leave [^ ]* \(.*\)/{"type":"leaving","id":"\1"}/p' "$place/leaving"
}

# --- telling --------------------------------------------------------------------------------------------------------

look() {
  : >"$scratch/inspect"
  ids=$(containers 2>"$scratch/inspect.errors") || return 1
  [ -z "$ids" ] || docker inspect --type container --format "$container_line$address_line" $ids >"$scratch/inspect" 2>"$scratch/inspect.errors"
}

describe_host() {
  docker version --format '{"type":"host","shell":'$version',"docker":{{json .Server.Version}},"platform":"{{.Server.Os}}/{{.Server.Arch}}"}' ||
    fail $docker_failed "the Docker engine does not answer"
}

describe_compose() {
  find_compose
  composing=$($composer version --short) || fail $not_ready "docker compose is missing"
  say "{\"type\":\"compose\",\"version\":\"$(printf '%s' "$composing" | tr -cd 'A-Za-z0-9.+-')\"}"
}

tools_missing() {
  separator=
  for tool in docker flock timeout tar base64 sha256sum ssh-keygen; do
    command -v "$tool" >/dev/null || { printf '%s"%s"' "$separator" "$tool" && separator=,; }
  done
  prober >/dev/null || printf '%s"curl"' "$separator"
}

# curl, or GNU wget: busybox' one cannot be kept from following redirects.
prober() {
  command -v curl || { command -v wget >/dev/null && wget --version 2>/dev/null | grep -q '^GNU' && command -v wget; }
}

do_version() { say "{\"type\":\"version\",\"shell\":$version}"; }

do_hello() {
  missing=$(tools_missing)
  say "{\"type\":\"tools\",\"missing\":[$missing]}"
  describe_host
  describe_compose
  say "{\"type\":\"store\",\"driver\":$(docker info --format '{{json .Driver}},"status":{{json .DriverStatus}}')}"
}

# What a host needs beside Docker: room, a clock that is right, the key it believes; and what is held here.
do_check() {
  store=$(docker info --format '{{.DockerRootDir}}' 2>/dev/null) || fail $docker_failed "docker info failed"
  say "{\"type\":\"disk\",\"of\":\"docker\",\"free\":$(free_mebibytes "${store:-/}")}"
  say "{\"type\":\"disk\",\"of\":\"releases\",\"free\":$(free_mebibytes "$root")}"
  say "{\"type\":\"clock\",\"seconds\":$(date +%s)}"
  say "{\"type\":\"signers\",\"text\":\"$(encoded <"$root/allowed_signers")\"}"
  for project in $(ls "$root"); do
    for environment in $(ls "$root/$project"); do
      place=$root/$project/$environment
      [ ! -f "$place/hold" ] ||
        say "{\"type\":\"hold\",\"project\":\"$project\",\"environment\":\"$environment\",\"why\":\"$(encoded <"$place/hold")\"}"
    done
  done
}

# MiB that are free on the disk of a folder; 0 where nobody knows.
free_mebibytes() {
  df -Pk "$1" 2>/dev/null | { read -r _; read -r _ _ _ kibibytes _; printf '%s' "$((${kibibytes:-0} / 1024))"; }
}

# Tries whether images can be had from a registry. Standard input after the order's signature: a login as for pull, and the same as Docker's
# engine takes it in a header. The engine is asked to look up there what runs here; where nothing does, or there is no curl, to log in.
do_registry() {
  is_registry "${1-}" && [ $# -eq 1 ] || fail $usage "registry needs the host of one"
  must_be_signed "$@"
  read -r login && read -r passport || fail $usage "registry needs a login"
  case $passport in *[!A-Za-z0-9_=-]*) fail $usage "registry needs a login" ;; esac
  use_login
  case $DOCKER_HOST in unix://*) socket=${DOCKER_HOST#unix://} ;; *) socket= ;; esac
  images=
  [ -z "$socket" ] || ! command -v curl >/dev/null || images=$(running_images "$1")
  for reference in $images; do look_up "$reference"; done
  [ -n "$images" ] || try_login "$1"
  say "{\"type\":\"registry\",\"images\":$(printf '%s\n' "$images" | grep -c .)}"
}

# A pull by digest would not do: the engine asks nobody for what it has.
look_up() {
  printf 'header = "X-Registry-Auth: %s"\n' "$passport" |
    curl -q -s -K - --max-time 60 --unix-socket "$socket" -o "$scratch/told" -w '%{http_code}' "http://docker/distribution/$1/json" >"$scratch/code"
  [ "$(cat "$scratch/code")" = 200 ] && return
  sed 's/^{"message":"\(.*\)"}$/\1/; s/\\"/"/g' "$scratch/told" >"$scratch/output"
  pass_on "$scratch/output"
  fail $docker_failed "docker could not look up $1"
}

is_registry() { case $1 in '' | [!a-z0-9]* | *[!a-z0-9.:-]*) return 1 ;; esac; [ ${#1} -le 256 ]; }

# Images of a registry that releases running here name, a few of them.
running_images() {
  for project in $(ls "$root"); do
    for environment in $(ls "$root/$project"); do
      place=$root/$project/$environment
      [ ! -f "$place/current" ] || manifest "$(current)" image
    done
  done | sort -u | while read -r reference; do
    case $reference in "$1"/*) say "$reference" ;; esac
  done | head -n 3
}

# With the login that is stored where Docker now looks for one: it asks for none, so that none is in its words. Refused it would ask a person,
# and of that nobody needs to hear.
try_login() {
  [ "$1" != docker.io ] || set --
  timeout 60 docker login "$@" >"$scratch/login" 2>&1 </dev/null && return
  grep -v -e '^Authenticating' -e 'interactive login' "$scratch/login" >"$scratch/output"
  pass_on "$scratch/output"
  fail $docker_failed "docker could not log in"
}

do_inspect() {
  at_place "$@"
  # Beside the look at the containers: each is one start of Docker's client, which is what looking costs.
  describe_host >"$scratch/host" &
  describing=$!
  now=$(current)
  running=null
  if [ "$now" != 0 ] && [ -f "$place/releases/$now/manifest" ]; then
    is_confirmed "$now" && confirmed=true || confirmed=false
    running="{\"generation\":$now,\"revision\":\"$(manifest "$now" revision)\",\"confirmed\":$confirmed}"
  fi
  hold=null
  [ ! -f "$place/hold" ] || hold="\"$(encoded <"$place/hold")\""
  read_fence
  say "{\"type\":\"state\",\"generation\":$highest,\"current\":$running,\"held\":$hold,\"wentBack\":[$(steps_back)]}"
  describe_containers
  wait $describing || exit
  cat "$scratch/host"
}

# Where administrators went back to since the last switch, oldest first: it has to become known to a Landfall that was down.
steps_back() {
  [ -f "$place/went-back" ] || return 0
  separator=
  while read -r from to at by; do
    is_number "$from" && is_number "$to" || continue
    case $at in *[!0-9TZ:-]*) continue ;; esac
    printf '%s{"from":%s,"to":%s,"at":"%s","by":"%s"}' "$separator" "$from" "$to" "$at" "$(printf '%s' "$by" | encoded)"
    separator=,
  done <"$place/went-back"
}

# Everything that was put here, for a Landfall whose database was lost: of each place the fence, and of each release that is kept
# its plan and its receipt, all with the signatures that prove them. None of it is secret, but whoever has no more than the login key
# could repeat the order that stands in a fence.
do_recall() {
  must_be_signed "$@"
  for project in $(ls "$root"); do
    [ -d "$root/$project" ] && is_name "$project" || continue
    for environment in $(ls "$root/$project"); do
      place=$root/$project/$environment
      is_name "$environment" && [ -f "$place/fence" ] || continue
      recall_fence
      for generation in $(ls "$place/releases" | sort -rn | head -n $most_recalled); do
        recall_release
      done
    done
  done
  say '{"type":"recalled"}'
}
most_recalled=100

recall_fence() {
  read_fence
  { read -r _; read -r order; read -r order_signature; } <"$place/fence"
  say "{\"type\":\"fence\",\"project\":\"$project\",\"environment\":\"$environment\",\"generation\":$highest,\"turn\":$latest,\"current\":$(current),\"order\":\"$(printf '%s' "$order" | encoded)\",\"signature\":\"$order_signature\"}"
}

# Pruned meanwhile, it has no manifest any more.
recall_release() {
  release=$place/releases/$generation
  is_number "$generation" && [ -f "$release/manifest" ] || return 0
  is_confirmed "$generation" && confirmed=true || confirmed=false
  [ -f "$release/before" ] && switched=true || switched=false
  say "{\"type\":\"release\",\"generation\":$generation,\"repository\":\"$(manifest "$generation" repository)\",\"confirmed\":$confirmed,\"switched\":$switched,\"plan\":$(in_base64 plan.json),\"planSignature\":$(in_base64 plan.signature),\"receipt\":$(in_base64 receipt.json),\"receiptSignature\":$(in_base64 receipt.signature)}"
}

# A file of the release in quotes; null where it is missing, or larger than anything that Landfall puts there.
in_base64() {
  [ -f "$release/$1" ] && [ "$(wc -c <"$release/$1")" -le 1048576 ] && printf '"%s"' "$(encoded <"$release/$1")" || printf null
}

# --- put and pull -----------------------------------------------------------------------------------------------------

# Standard input after the order's signature: the bundle's in base64, the registry logins in base64 or -, the bundle as it
# was signed.
do_put() {
  at_order "$@"
  at_stall "${5-}"
  read -r signature && read -r login || fail $bad_bundle "nothing was sent"
  head -c $((largest_bundle + 1)) >"$scratch/bundle.tar"
  [ "$(wc -c <"$scratch/bundle.tar")" -le $largest_bundle ] || fail $bad_bundle "the bundle is larger than $largest_bundle bytes"
  is_signed landfall-bundle "$signature" "$scratch/bundle.tar" || fail $bad_bundle "the bundle is not signed by Landfall's key"
  mkdir "$scratch/release" && tar -xof "$scratch/bundle.tar" -C "$scratch/release" || fail $bad_bundle "the bundle cannot be unpacked"
  [ "$(head -n 4 "$scratch/release/manifest")" = "landfall-bundle 1
project $project
environment $environment
generation $generation" ] || fail $bad_bundle "the bundle was made for another project, environment or generation"
  (accept) || exit
  # Beside the pull, since it takes the disk longer than anything else here; settled before anybody hears that it is done.
  find "$release" -exec sync "$place/fence" "$place/releases" "$place" {} + >/dev/null 2>&1 || sync &
  settling=$!
  pull_images "$release/images.yml" "$(manifest "$generation" image)"
  wait $settling || fail $not_ready "$place cannot be written"
  (check_files) || exit
  say '{"type":"pulled"}'
}

# Files the bundle under its generation. In a subshell, so that the lock is free again before the long pull.
accept() {
  lock
  must_be_alone
  must_be_newest
  [ ! -d "$release" ] || is_the_same || fail $other_content "generation $generation was put before with other content"
  # Until it is switched to it is filed anew each time: a power cut may have left it half written. Not once something was run for it: that
  # must not be forgotten.
  if [ ! -f "$release/before" ] && [ ! -d "$release/once" ]; then
    take_kept_files
    mv "$scratch/bundle.tar" "$scratch/release/bundle.tar"
    say "$signature" >"$scratch/release/signature"
    rm -rf "$release"
    mkdir -p "$place/releases" "$place/files" && mv "$scratch/release" "$release" || fail $not_ready "$place cannot be written"
  fi
  raise_fence
  say '{"type":"accepted"}'
  audit accepted
}

# A bundle may name a release that is kept here: then the project files are that one's, out of the very bundle they came in, which
# has to be signed for this place and that generation. What somebody changed on this host since does not count.
take_kept_files() {
  kept=$(sed -n 's/^kept //p' "$scratch/release/manifest")
  [ -n "$kept" ] || return 0
  [ ! -e "$scratch/release/project" ] || fail $bad_bundle "the bundle has files of its own and names those of a kept release"
  find_kept
  read -r kept_signature <"$proof" || kept_signature=
  is_signed landfall-bundle "$kept_signature" "$bundle" || fail $bad_bundle "release $kept kept here is not what Landfall's key signed"
  mkdir "$scratch/kept" && tar -xof "$bundle" -C "$scratch/kept" || fail $bad_bundle "release $kept kept here cannot be unpacked"
  [ "$(head -n 4 "$scratch/kept/manifest")" = "landfall-bundle 1
project $project
environment $environment
generation $kept" ] || fail $bad_bundle "what is kept here as release $kept was made for another project, environment or generation"
  mkdir -p "$scratch/kept/project" && mv "$scratch/kept/project" "$scratch/release/project"
  sed -n 's/^file //p' "$scratch/release/manifest" >"$scratch/files"
  while read -r path; do
    [ -f "$scratch/release/project/$path" ] || fail $bad_bundle "release $kept kept here has no $path"
  done <"$scratch/files"
  cp "$bundle" "$scratch/release/kept.tar" && say "$kept_signature" >"$scratch/release/kept.signature" ||
    fail $not_ready "$root cannot be written"
}

# Sets bundle and proof: what release `kept` came in, and the signature on it. It may be gone itself, and a later release have taken its files.
find_kept() {
  bundle=$place/releases/$kept/bundle.tar proof=$place/releases/$kept/signature
  for later in $(ls "$place/releases" 2>/dev/null); do
    [ ! -f "$bundle" ] || return 0
    [ "$(manifest "$later" kept)" != "$kept" ] || bundle=$place/releases/$later/kept.tar proof=$place/releases/$later/kept.signature
  done
  [ -f "$bundle" ] || fail $unknown_release "release $kept of $project/$environment is not kept here any more"
}

# Whether what is filed is this bundle; what is none that Landfall signed is the leavings of a power cut.
is_the_same() {
  cmp -s "$scratch/bundle.tar" "$release/bundle.tar" && return
  read -r filed <"$release/signature" || filed=
  ! is_signed landfall-bundle "$filed" "$release/bundle.tar"
}

# Whether Landfall's key signed a file: namespace, signature in base64, file.
is_signed() {
  case $2 in '' | *[!A-Za-z0-9+/=]*) return 1 ;; esac
  printf '%s' "$2" | base64 -d >"$scratch/signature" 2>/dev/null
  ssh-keygen -Y verify -f "$root/allowed_signers" -I landfall -n "$1" -s "$scratch/signature" <"$3" >/dev/null 2>&1
}

# Standard input after the order's signature: the registry logins in base64 or -.
do_pull() {
  at_order "$@"
  at_stall "${5-}"
  read -r login || login=-
  (take_turn && settle "$place/fence") || exit
  pull_images "$release/images.yml" "$(manifest "$generation" image)"
  say '{"type":"pulled"}'
}

# The words of the order: seconds without progress, MiB that have to be free, and the images, by digest, of a generation that may
# come. Nothing of it is put, and no fence is raised: it neither undoes nor overtakes anything. Standard input as for pull.
do_fetch() {
  at_order "$@"
  at_stall "${5-}"
  is_number "${6-}" || fail $usage "fetch needs the MiB that have to be free"
  room=$6
  read -r login || login=-
  shift 6
  for reference in "$@"; do is_reference "$reference" || fail $usage "fetch needs images by their digest"; done
  must_have_room
  (note_fetched "$@") || exit
  number=0
  for reference in "$@"; do
    printf '%s"image-%s":{"image":"%s","pull_policy":"missing"}' "$([ $number = 0 ] || printf ,)" $number "$reference"
    number=$((number + 1))
  done >"$scratch/services"
  say "{\"services\":{$(cat "$scratch/services")}}" >"$scratch/images.yml"
  pull_images "$scratch/images.yml" "$*"
  say '{"type":"pulled"}'
}

# Images nobody may ever need are not what a disk is to be filled with.
must_have_room() {
  store=$(docker info --format '{{.DockerRootDir}}' 2>/dev/null) || fail $docker_failed "docker info failed"
  free=$(free_mebibytes "${store:-/}")
  [ "$free" -ge "$room" ] ||
    fail $not_ready "$free MiB are free on the disk of Docker, and nothing is fetched in advance below $room"
}

# Notes which images came only for this, by which prune knows them; those of an earlier call that are no longer asked for go.
note_fetched() {
  lock
  read_fence
  [ "$generation" -gt "$highest" ] || fail $fenced "generation $highest of $project/$environment was put; nothing is fetched for $generation any more"
  find_present "$*"
  cat "$place/fetched" >"$scratch/noted" 2>/dev/null
  printf '%s\n' "$@" >"$scratch/asked"
  while read -r reference; do
    is_present "$reference" && ! grep -Fqx "$reference" "$scratch/noted" || say "$reference"
  done <"$scratch/asked" | write "$place/fetched" || fail $not_ready "$place cannot be written"
  remove_unneeded "$scratch/noted"
}

# Brings images by digest: a Compose file that calls them `image-` and their number, and the images in that order. A pull is given up
# for lack of progress, never for taking long.
pull_images() {
  missing=$(missing_images "$2")
  if [ -n "$missing" ]; then
    find_compose
    [ "$login" = - ] || use_login
    timeout -k 5 86400 $composer --progress plain -p landfall-pull -f "$1" pull $missing \
      >"$scratch/pull" 2>&1 </dev/null &
    puller=$!
    watch_progress "$scratch/pull" $puller &
    watcher=$!
    wait $puller
    outcome=$?
    puller=
    kill -9 $watcher 2>/dev/null
    [ $outcome -eq 0 ] || pass_on "$scratch/pull"
    [ ! -f "$scratch/stalled" ] || fail $pull_stalled "the pull made no progress for $stall seconds"
    [ $outcome -eq 0 ] || fail $docker_failed "docker could not pull the images"
  fi
}

# What the Compose file calls those of these images that are not here: `image-` and their number. The registry is not asked for the
# others, since even that counts as a pull at some.
missing_images() {
  [ -n "$1" ] || return 0
  find_present "$1"
  number=0
  for reference in $1; do
    is_present "$reference" || printf 'image-%s ' $number
    number=$((number + 1))
  done
}

# Which of these images are here, for is_present.
find_present() { docker image inspect --format '{{range .RepoDigests}}{{println .}}{{end}}' $1 >"$scratch/present" 2>/dev/null; }

# Docker knows images of its own registry by their short names.
is_present() {
  short=${1#index.docker.io/}
  short=${short#docker.io/}
  grep -Fqx -- "${short#library/}" "$scratch/present"
}

# Ends the pull when its output has not grown for `stall` seconds. Compose tells each step of each layer there.
watch_progress() {
  seen=-1 quiet=0
  while sleep 2 >/dev/null 2>&1 && [ -d "/proc/$2" ]; do
    size=$(wc -c <"$1")
    if [ "$size" -eq "$seen" ]; then quiet=$((quiet + 2)); else quiet=0; fi
    seen=$size
    if [ $quiet -ge $stall ]; then
      : >"$scratch/stalled"
      kill $2
      return
    fi
  done
}

# The logins live in a folder of this call alone, which goes with it. Plugins and the engine's address stay as they were.
use_login() {
  home=${DOCKER_CONFIG:-$HOME/.docker}
  DOCKER_HOST=${DOCKER_HOST:-$(docker context inspect --format '{{.Endpoints.docker.Host}}')}
  DOCKER_CONFIG=$scratch/docker
  mkdir "$DOCKER_CONFIG"
  printf '%s' "$login" | base64 -d >"$DOCKER_CONFIG/config.json"
  [ ! -d "$home/cli-plugins" ] || ln -s "$home/cli-plugins" "$DOCKER_CONFIG/cli-plugins"
  export DOCKER_HOST DOCKER_CONFIG
}

# --- once ---------------------------------------------------------------------------------------------------------------

# One container that runs a command and ends: a step before hosts change, or a task. What came of it is kept with the release, and an
# order that comes again is answered by that; one that still runs is waited for. So nothing is ever run twice, whoever died meanwhile.
#
# The words of the order: a name, the generation of the release whose container it is, the service, seconds, what has to be there first
# (`db=healthy+cache=started`, or -), and what is run, in base64.
do_once() {
  at_order "$@"
  is_name "${5-}" && is_number "${6-}" && is_service "${7-}" && is_number "${8-}" && [ $# -ge 10 ] ||
    fail $usage "once needs a name, a generation, a service, seconds, what has to be there, and words"
  name=$5 of=$6 service=$7 seconds=$8 needs=$9
  shift 9
  lock
  must_be_newest
  [ -f "$place/releases/$of/manifest" ] || fail $unknown_release "there is no release $of of $project/$environment here"
  raise_fence
  settle "$place/fence"
  once=$place/releases/$of/once/$name
  [ -d "${once%/*}" ] || mkdir "${once%/*}" || fail $not_ready "$place cannot be written"
  if [ ! -f "$once.ended" ]; then
    must_not_be_held
    audit began
    find_once
    [ -n "$id" ] || begin_once "$@"
    await_once
    keep_end
  fi
  cat "$once.ended"
  clear_once
  audit "$name ended"
}

# Sets began, when it did, and id, empty where it has to be begun: only where it is known that it did not run. A container that was made and
# never started proves that; where there is none it is the note that Docker was not asked yet.
find_once() {
  began= id= known=
  [ ! -f "$once.began" ] || read -r began known <"$once.began"
  is_count "$began" && [ "$began" -le "$(uptime_now)" ] || began=$(uptime_now)
  find_containers_of_once
  while read -r found state; do
    [ "$state" = created ] || { id=$found && continue; }
    [ "$known" != asked ] || not_asked
    quietly docker rm "$found" </dev/null || fail $docker_failed "the container $found could not be removed"
  done <"$scratch/once"
  [ -n "$id" ] || case $known in
    '') ;;
    asked) fail $lost_track "Docker was asked to run $name, and there is no container of it: nobody can say whether it ran" ;;
    *) fail $lost_track "the container of $name ($known) was removed before anybody saw how it ended" ;;
  esac
}

# Notes how far its beginning is, on the disk before anything follows from it: `asked` once Docker may run it, then the container.
note_begun() {
  write_line "$once.began" "$began $1" || fail $not_ready "$place cannot be written"
  settle "$once.began" "${once%/*}"
}

# Docker was not asked: so it begins, and so it is again where that shows.
not_asked() {
  known=
  write_line "$once.began" "$began" || fail $not_ready "$place cannot be written"
}

# Docker said that it did not run it. It is taken at its word where no container shows anything else, at once, before anybody can remove one.
# A Docker that is away is waited for to see that; whoever gave the order then gives it again.
refused_to_run() {
  code=$docker_failed
  docker_answers || code=$docker_away
  until docker_answers || ! in_time; do pass 1; done
  find_containers_of_once
  grep -qv ' created$' "$scratch/once" || not_asked
  fail $code "docker compose run failed"
}

find_containers_of_once() {
  docker ps -a --no-trunc --filter "label=landfall.once=$environment/$of/$name" --filter "label=com.docker.compose.project=$project" \
    --format '{{.ID}} {{.State}}' >"$scratch/once" || fail $docker_failed "docker ps failed"
}

# Whole seconds since the machine was started, which no setting of its clock changes.
uptime_now() {
  read -r up _ </proc/uptime
  printf %s "${up%%.*}"
}

# 0 counts as well.
is_count() { case $1 in '' | *[!0-9]*) return 1 ;; esac; }

begin_once() {
  # A task is given to what runs: another release may have come since.
  [ "$of" = "$generation" ] || [ "$of" = "$(current)" ] ||
    fail $not_current "release $of of $project/$environment is not the one that runs any more"
  # By it nobody takes the container for the service.
  apart=$place/releases/$of/once.yml
  [ -f "$apart" ] || fail $not_ready "release $of of $project/$environment is an older Landfall's, and its container would be taken for $service; deploy once more"
  must_lead_straight "$of"
  began=$(uptime_now)
  not_asked
  while others=$(docker ps -q --no-trunc --filter label=landfall.once --filter "label=com.docker.compose.project=$project") && [ -n "$others" ]; do
    in_time || fail $docker_failed "another container of $project that was to run once is still running"
    pass 1
  done
  [ "$(current)" = "$of" ] || { bring_new_folders && render_ahead "$of"; }
  bring_needs
  must_lead_straight "$of"
  note_begun asked
  quietly with_words compose_of_once -f "$apart" run -d -T --no-deps --name "$project-$name-$of" \
    --label "landfall.once=$environment/$of/$name" "$service" , "$@" || refused_to_run
  find_once
  note_begun "$id"
}

compose_of_once() { if [ -f "$scratch/ahead.yml" ]; then compose_ahead "$of" "$@"; else compose "$of" "$@"; fi; }

in_time() { [ $(($(uptime_now) - began)) -lt "$seconds" ]; }

# Starts what has to be there and does not run, and waits for it. What runs is left as it is, of whatever release.
bring_needs() {
  [ "$needs" != - ] || return 0
  for need in $(printf '%s' "$needs" | tr + ' '); do
    other=${need%%=*} condition=${need#*=}
    [ "$condition" = completed ] && alive= || alive='--filter status=running'
    ids=$(containers --filter "label=com.docker.compose.service=$other" $alive) || fail $docker_failed "docker ps failed"
    [ -n "$ids" ] || start_need
    [ "$condition" = started ] || until has_come "$other" "$condition"; do
      in_time || fail $docker_failed "service $other, which $service needs, was not $condition in time"
      pass 1
    done
  done
}

# What stood there of the service is noted before anything is started: what is new since is the release's own, whoever is killed meanwhile.
start_need() {
  stood=${once%/*}/stood
  if ! was_started "$other" "$stood"; then
    ids=$(containers --filter "label=com.docker.compose.service=$other") || fail $docker_failed "docker ps failed"
    { [ ! -f "$stood" ] || cat "$stood"; for found in - $ids; do say "$other $found"; done; } | write "$stood" ||
      fail $not_ready "$place cannot be written"
    settle "$stood" "${once%/*}"
  fi
  quietly compose_of_once up -d --no-build --pull never --quiet-pull --no-deps --no-recreate "$other" ||
    fail $docker_failed "docker compose up of $other failed"
}

# Whether a service was started for a step, by the note of what stood there before.
was_started() { [ -f "$2" ] && cut -d ' ' -f 1 "$2" | grep -Fqx -- "$1"; }

# Sets code: its exit code, or null where its time was up and it was stopped.
await_once() {
  code=running
  while [ "$code" = running ]; do
    left=$((seconds - ($(uptime_now) - began)))
    if [ $left -ge 1 ]; then
      timeout -k 5 $left docker wait "$id" >/dev/null 2>&1 </dev/null &
      wait $!
    fi
    code=$(docker inspect --type container --format '{{if .State.Running}}running{{else}}{{.State.ExitCode}}{{end}}' "$id" 2>/dev/null </dev/null)
    [ "$code" = running ] || is_count "$code" || fail $docker_failed "the end of $name could not be seen"
    [ "$code" = running ] || break
    if in_time; then pass 1; else stop_once && code=null; fi
  done
}

stop_once() { quietly docker stop "$id" || fail $docker_failed "the container of $name could not be stopped"; }

# Its end is on the disk before the container goes, and with it what it said last.
keep_end() {
  docker logs --tail 200 "$id" >"$scratch/logs" 2>&1 </dev/null
  say "{\"type\":\"ended\",\"code\":$code,\"seconds\":$(($(uptime_now) - began)),\"text\":\"$(tail -c 16384 "$scratch/logs" | encoded)\"}" |
    write "$once.ended" || fail $not_ready "$place cannot be written"
  settle "$once.ended" "${once%/*}"
}

# Its end is kept: nobody needs the container any more, also where whoever kept it was killed then.
clear_once() {
  find_containers_of_once
  while read -r found _; do quietly docker rm -v "$found" </dev/null || :; done <"$scratch/once"
}

# --- switch, confirm, restore -------------------------------------------------------------------------------------------

do_switch() {
  at_order "$@"
  take_turn
  must_not_be_held
  must_be_alone
  must_lead_straight "$generation"
  audit began
  began_before=no
  [ ! -f "$release/before" ] || began_before=yes
  manifest "$generation" beside >"$scratch/beside"
  [ $began_before = yes ] || clear_half_way
  note_what_was
  write_line "$place/current" "$generation" && rm -f "$place/went-back" || fail $not_ready "$place cannot be written"
  settle "$place/fence" "$place/current" "$release/previous" "$release/stood" "$release/before" "$release"
  install_files
  starting=$(manifest "$generation" up | not_beside)
  # What the plan recreates has to come from this deployment, also where Compose sees no difference. What it creates may be
  # there already, started by hand: that is left to Compose, with its data.
  if [ $began_before = no ] && [ "$starting" = "$(manifest "$generation" recreate)" ]; then
    start_services "$starting" --force-recreate
  else
    start_services "$starting"
    recreate_survivors
  fi
  await_others
  stand_beside "$scratch/beside" "$release/before"
  take_up_files
  tell_of_files
  remove_services "$(manifest "$generation" remove)"
  [ $began_before = no ] || mend_names
  say '{"type":"switched"}'
  audit switched
}

# Once per release, before anything of it starts: the containers there are, the service of each, and the release to return to.
note_what_was() {
  take_stock
  [ ! -f "$release/before" ] || return 0
  write_line "$release/previous" "$(confirmed_from "$(current)")"
  # What was started for a step of this release is its own already.
  while read -r id state name service; do
    was_started "$service" "$release/once/stood" && ! grep -Fqx -- "$service $id" "$release/once/stood" || say "$id $state $name $service"
  done <"$scratch/stock" >"$scratch/strangers"
  cut -d ' ' -f 4 "$scratch/strangers" | write "$release/stood" && cut -d ' ' -f 1 "$scratch/strangers" | write "$release/before" ||
    fail $not_ready "$place cannot be written"
}

# While Compose recreates a container, the new one is called <old id>_name until the old one is gone. An `up` that was
# killed then leaves both; the next would trip over the name. The new one never ran: it goes.
remove_leftovers() {
  while read -r id state name _; do
    is_odd "$name" && [ "$state" = created ] && grep -q "^${name%%_*}" "$scratch/stock" || continue
    quietly docker rm "$id" || fail $docker_failed "the leftover container $name could not be removed"
  done <"$scratch/stock"
}

is_odd() {
  case $1 in *_?*) ;; *) return 1 ;; esac
  case ${1%%_*} in *[!0-9a-f]*) return 1 ;; esac
  begin=${1%%_*}
  [ ${#begin} -eq 12 ]
}

# Where the old one was gone already, the next `up` finishes the work but leaves the name.
mend_names() {
  take_stock
  while read -r id _ name _; do
    is_odd "$name" && docker rename "$id" "${name#*_}" </dev/null >/dev/null 2>&1
  done <"$scratch/stock"
}

# Puts the release's project files beside people's own data, each at once or not at all; those of the release that did so before and are no
# longer wanted go.
install_files() {
  manifest "$generation" file >"$scratch/files"
  manifest "$generation" hash | cut -d ' ' -f 2- >"$scratch/synced"
  installer=$(number_in "$place/installer") noted=
  # Whoever is killed half-way leaves files that are on no other list.
  cat "$place/ahead" "$place/installing" "$place/installed" 2>/dev/null | sort -u >"$scratch/listed"
  { [ ! -f "$place/installing" ] || cat "$place/installing"; cat "$scratch/files"; } | sort -u | write "$place/installing" ||
    fail $not_ready "$place cannot be written"
  without "$scratch/synced" <"$scratch/files" >"$scratch/own"
  while read -r path; do
    leads_astray "$path" && fail $not_ready "a folder of $path is a link on this host; it is not followed"
    case $path in */*) mkdir -p "$place/files/${path%/*}" ;; esac
    [ ! -d "$place/files/$path" ] && cp "$release/project/$path" "$scratch/file" && mv -f "$scratch/file" "$place/files/$path" ||
      fail $not_ready "$place/files/$path cannot be written"
  done <"$scratch/own"
  install_synced
  without "$scratch/files" <"$scratch/listed" >"$scratch/unwanted"
  while read -r path; do
    leads_astray "$path" && continue
    note_unread "$path"
    rm -f "$place/files/$path"
  done <"$scratch/unwanted"
  write "$place/installed" <"$scratch/files" && write_line "$place/installer" "$generation" && rm -f "$place/installing" "$place/ahead" ||
    fail $not_ready "$place cannot be written"
  give_back
}

# Whether a folder on the way is a link: a container that writes into ./data must not choose where Landfall writes.
leads_astray() {
  walked=$place/files
  rest=$1
  while case $rest in */*) true ;; *) false ;; esac; do
    walked=$walked/${rest%%/*}
    rest=${rest#*/}
    [ ! -L "$walked" ] || return 0
  done
  return 1
}

# Nothing of a release is started whose containers would be given what a link leads to: one that may write into ./data could make it a link, and
# Docker would follow it. The project folder itself may be one: that is root's.
must_lead_straight() {
  manifest "$1" bind | while read -r word; do
    path=$(plain "$word")
    ! leads_astray "$path/" || fail $not_ready "$walked is a link on this host, and ./$path is given to containers; put a folder or file in its place, or mount what it leads to by that path"
  done || exit
}

# Starts these services and no others: --no-deps leaves an untouched database alone, whoever depends on it. Further words
# are options of `up`.
start_services() {
  services=$1
  shift
  [ -n "$services" ] || return 0
  must_lead_straight "$generation"
  remove_leftovers
  quietly compose "$generation" up -d --no-build --pull never --quiet-pull --no-deps "$@" $services ||
    fail $docker_failed "docker compose up failed"
}

# Recreates those of them that Compose left and that are older than the beginning of the switch, however often it began.
recreate_survivors() {
  manifest "$generation" recreate >"$scratch/recreate"
  [ -s "$scratch/recreate" ] || return 0
  take_stock
  again=
  while read -r id _ _ service; do
    if grep -Fqx "$id" "$release/before" && grep -Fqx "$service" "$scratch/recreate"; then again="$again $service"; fi
  done <"$scratch/stock"
  [ -z "$again" ] || quietly compose "$generation" up -d --no-build --pull never --no-deps --force-recreate $again ||
    fail $docker_failed "docker compose up failed"
}

# Removes the containers of these services; their volumes stay.
remove_services() {
  for service in $1; do
    ids=$(containers --filter "label=com.docker.compose.service=$service") || fail $docker_failed "docker ps failed"
    [ -z "$ids" ] || quietly docker stop $ids && quietly docker rm -f $ids || fail $docker_failed "service $service could not be removed"
  done
}

# Standard input after the order's signature: the receipt's in base64, then the receipt as it was signed. It proves that
# Landfall verified the release.
do_confirm() {
  at_order "$@"
  read -r signature || fail $bad_bundle "nothing was sent"
  head -c 1048576 >"$scratch/receipt"
  is_signed landfall-receipt "$signature" "$scratch/receipt" || fail $bad_bundle "the receipt is not signed by Landfall's key"
  [ "$(head -n 1 "$scratch/receipt")" = "landfall-receipt 1 $project $environment $generation" ] ||
    fail $bad_bundle "the receipt is for another project, environment or generation"
  take_turn
  [ "$(current)" = "$generation" ] || fail $not_current "release $generation of $project/$environment is not the one switched to"
  tail -n +2 "$scratch/receipt" | write "$release/receipt.json" && write "$release/receipt.signature" <"$scratch/signature" &&
    : >"$release/confirmed" || fail $not_ready "$place cannot be written"
  settle "$place/fence" "$release/receipt.json" "$release/receipt.signature" "$release/confirmed" "$release"
  say '{"type":"confirmed"}'
  audit confirmed
}

do_restore() {
  at_order "$@"
  take_turn
  must_not_be_held
  is_confirmed "$generation" && fail $not_current "release $generation of $project/$environment is confirmed; deploy another to replace it"
  audit began
  failed=$generation
  if [ -f "$release/before" ]; then
    back=$(number_in "$release/previous")
    [ "$back" != 0 ] || fail $nothing_before "no confirmed release of $project/$environment came before $generation; it was left as it is"
    must_lead_straight "$back"
    list_beside_before
    go_to "$back" "$(sed -n 's/^up //p; s/^remove //p' "$release/manifest" | not_beside)"
    part_from "$failed"
  fi
  say "{\"type\":\"restored\",\"generation\":$(current),\"leaving\":$(count_leaving)}"
  generation=$failed
  audit "restored $(current)"
}

# Makes a kept release the current one: starts those of the named services that it has, removes those that it has not.
go_to() {
  left=$(current)
  changed=$2
  [ -f "$place/releases/$1/manifest" ] || fail $nothing_before "release $1 of $project/$environment is not kept here any more"
  manifest "$1" service >"$scratch/wanted"
  generation=$1 release=$place/releases/$1
  starting= leaving=
  for service in $changed; do
    if grep -Fqx "$service" "$scratch/wanted"; then starting="$starting $service"; else leaving="$leaving $service"; fi
  done
  write_line "$place/current" "$1" || fail $not_ready "$place cannot be written"
  settle "$place/fence" "$place/current"
  install_files
  take_stock
  start_services "$starting"
  remove_services "$leaving"
  mend_names
  take_up_files
}

# --- files that services mount -----------------------------------------------------------------------------------------------

# Folders of the repository lie inside the project folder, where services mount them. They are written file by file, for a mount stays with
# the folder that was there when its container was made. What others put there is left alone.

# Of lines on standard input those that are not in a file.
without() { if [ -s "$1" ]; then grep -Fvx -f "$1"; else cat; fi; }

# Text in base64, as it is but for line ends after it.
plain() { printf '%s' "$1" | base64 -d; }

# Of an entry of a generation, by its number: service, seconds and place.
entry() {
  manifest "$1" synced | while read -r number rest; do [ "$number" != "$2" ] || say "$rest"; done
}

# The generation and number of the entry that a path belongs to; nothing where it belongs to none.
entry_of() {
  manifest "$1" synced | while read -r number _ _ home; do
    case $2 in "$home" | "$home"/*) say "$1 $number" ;; esac
  done
}

# What of these folders somebody else put there, a path a line.
others_there() {
  manifest "$generation" synced | while read -r _ _ _ home; do
    [ ! -d "$place/files/$home" ] || (cd "$place/files" && find "$home" -type f)
  done | without "$scratch/synced" >"$scratch/others"
  if [ -f "$place/installed" ]; then without "$place/installed" <"$scratch/others"; else cat "$scratch/others"; fi
}

# Before anything changes: whether the folders can be written, and whether each service takes its new files. One at a time, and not for
# a release that was overtaken while its images came.
check_files() {
  must_lead_straight "$generation"
  [ -n "$(manifest "$generation" synced)" ] || return 0
  take_turn
  manifest "$generation" hash | cut -d ' ' -f 2- >"$scratch/synced"
  manifest "$generation" synced | while read -r _ _ _ home; do can_be_written "$home" || exit; done || exit
  manifest "$generation" check >"$scratch/checks"
  [ -s "$scratch/checks" ] || return 0
  # Those of a call that was killed, which may have come after its end.
  checking=landfall-check-$project-$environment-
  leavings=$(docker ps -aq --filter "name=^/?$checking[0-9]+-[0-9]+$") || fail $docker_failed "docker ps failed"
  [ -z "$leavings" ] || docker rm -f $leavings >/dev/null 2>&1 </dev/null
  lay_out
  take_stock
  find_unknown
  render_ahead "$generation"
  while read -r number; do check_entry "$number" </dev/null; done <"$scratch/checks"
  rm -rf "$release/check"
}

can_be_written() {
  leads_astray "$1/file" && fail $not_ready "a folder of $1 is a link on this host; it is not followed"
  nearest=$place/files/$1
  while [ ! -d "$nearest" ]; do nearest=${nearest%/*}; done
  [ -w "$nearest" ] || fail $not_ready "$nearest cannot be written; give it to $(id -un)"
}

# The folders as they are to be, for checks to mount; others in containers may read them.
lay_out() {
  rm -rf "$release/check" && mkdir "$release/check" || fail $not_ready "$release/check cannot be written"
  manifest "$generation" synced | while read -r _ _ _ home; do
    case $home in */*) mkdir -p "$release/check/${home%/*}" ;; esac
    cp -R "$release/project/$home" "$release/check/$home" || fail $not_ready "$release/check/$home cannot be written"
  done || exit
  # What others put there is mounted from where it is: it may be nobody's to read here. Odd names would need quoting, and go without.
  others_there | grep -v '[^A-Za-z0-9._/@%+=,: -]' | head -n $most_others >"$scratch/others-shown"
  while read -r path; do
    mkdir -p "$release/check/${path%/*}" && : >"$release/check/$path" || fail $not_ready "$release/check/$path cannot be written"
  done <"$scratch/others-shown"
  chmod -R a+rX "$release/check"
}
most_others=200

# Services of the release that do not run yet, under all of their names: who looks them up while reading its files would fail.
find_unknown() {
  manifest "$generation" service | while read -r name; do
    grep -q "^[0-9a-f]* running [^ ]* $name\$" "$scratch/stock" && continue
    say "$name"
    manifest_of "$generation" called "$name"
  done | sed 's/.*/"&:127.0.0.1"/' | tr '\n' ',' >"$scratch/unknown"
}

# Runs one check in a container that sees the new files, and nobody sees.
check_entry() {
  number=$1
  entry "$generation" "$number" >"$scratch/entry"
  read -r service seconds home <"$scratch/entry"
  {
    printf '{"services":{"%s":{"extra_hosts":[%s],"volumes":[' "$service" "$(sed 's/,$//' "$scratch/unknown")"
    mount_others | tr '\n' ',' | sed 's/,$//'
    printf ']}}}\n'
  } >"$scratch/check.json"
  name=$checking$generation-$number
  limited="timeout -s KILL $seconds" began=$(uptime_now)
  compose_ahead "$generation" --progress quiet -f "$release/check-$number.yml" -f "$scratch/check.json" \
    run --rm --no-deps -T --name "$name" "$service" >"$scratch/output" 2>&1 </dev/null &
  wait $!
  code=$?
  limited=
  [ $code -ne 0 ] || return 0
  [ $code -ne 137 ] || in_time || code=124
  docker rm -f "$name" >/dev/null 2>&1
  rm -rf "$release/check"
  docker_answers || fail $docker_failed "the Docker engine does not answer"
  say "{\"type\":\"check\",\"service\":\"$service\",\"code\":$code,\"text\":\"$(tail -c 8192 "$scratch/output" | encoded)\"}"
  fail $files_refused "the new files of $home did not pass the check of $service, which ended with exit code $code"
}

# Mounts for what others put into folders that the service mounts, as JSON, a line each.
mount_others() {
  manifest "$generation" synced | while read -r entry of _; do
    [ "$of" = "$service" ] || continue
    manifest_of "$generation" mounted "$entry" | while read -r path target; do
      path=$(plain "$path") target=$(plain "$target")
      case $target in *[!A-Za-z0-9._/@%+=,:\ -]*) continue ;; esac
      while read -r other; do
        case $other in
          "$path"/*) printf '{"type":"bind","source":"./%s","target":"%s/%s","read_only":true}\n' "$other" "${target%/}" "${other#"$path"/}" ;;
        esac
      done <"$scratch/others-shown"
    done
  done
}

# Puts those of a release into place, which `install_files` has listed in `files`, and leaves alone what is as it should be.
install_synced() {
  : >"$scratch/differing"
  [ -s "$scratch/synced" ] || return 0
  manifest "$generation" hash | sed 's/ /  /' >"$scratch/sums"
  (cd "$place/files" && sha256sum -c "$scratch/sums" 2>/dev/null) | sed -n 's/: OK$//p' >"$scratch/same"
  without "$scratch/same" <"$scratch/synced" >"$scratch/differing"
  while read -r path; do
    leads_astray "$path" && fail $not_ready "a folder of $path is a link on this host; it is not followed"
    note_unread "$path"
    set_aside "$path"
    put_synced "$path"
  done <"$scratch/differing"
}

put_synced() {
  case $1 in */*) (umask 022 && mkdir -p "$place/files/${1%/*}") ;; esac
  [ ! -d "$place/files/$1" ] && cp "$release/project/$1" "$scratch/file" && chmod 644 "$scratch/file" &&
    mv -f "$scratch/file" "$place/files/$1" || fail $not_ready "$place/files/$1 cannot be written"
}

# Places of a release ahead that are not there yet, with what they are to hold: whatever is started from it mounts them, and Docker would
# make them for root. Nobody has read them. They are noted in `ahead`, for a step may fail and another release come.
bring_new_folders() {
  manifest "$of" synced | while read -r _ _ _ home; do
    [ -e "$place/files/$home" ] || [ -L "$place/files/$home" ] || manifest "$of" hash | cut -d ' ' -f 2- | while read -r path; do
      case $path in "$home" | "$home"/*) say "$path" ;; esac
    done
  done >"$scratch/ahead"
  [ -s "$scratch/ahead" ] || return 0
  { [ ! -f "$place/ahead" ] || cat "$place/ahead"; cat "$scratch/ahead"; } | sort -u | write "$place/ahead" ||
    fail $not_ready "$place cannot be written"
  while read -r path; do
    leads_astray "$path" && fail $not_ready "a folder of $path is a link on this host; it is not followed"
    put_synced "$path"
  done <"$scratch/ahead"
}

# Tells Landfall what came of files; an administrator who goes back reads no JSON.
tell() { [ "$verb" = rollback ] || say "$1"; }

tell_of_files() {
  [ -s "$scratch/synced" ] || return 0
  others_there | head -n 20 | while read -r path; do
    tell "{\"type\":\"other\",\"path\":\"$(printf '%s' "$path" | encoded)\"}"
  done
}

# Before a file changes for the first time: which containers run that have read it, and whose words have them read it again. Those are
# of this release or, where it knows nothing of the file, of the one that brought it.
note_unread() {
  owner=$(entry_of "$generation" "$1")
  [ -n "$owner" ] || owner=$(entry_of "$installer" "$1")
  [ -n "$owner" ] || return 0
  case " $noted" in *" $owner,"*) return 0 ;; esac
  [ -n "$noted" ] || take_stock
  noted="$noted $owner,"
  entry ${owner% *} ${owner#* } >"$scratch/entry"
  read -r service _ home <"$scratch/entry"
  : >"$scratch/unread"
  while read -r id state _ of; do
    [ "$of $state" != "$service running" ] || say "$id $home $owner" >>"$scratch/unread"
  done <"$scratch/stock"
  if [ -f "$place/unread" ]; then
    while read -r id at more; do
      grep -q "^$id $home " "$scratch/unread" && [ "$at" = "$home" ] || say "$id $at $more"
    done <"$place/unread" >>"$scratch/unread"
  fi
  write "$place/unread" <"$scratch/unread" || fail $not_ready "$place cannot be written"
}

# What somebody else had in a file's place is kept, for the way back to a release that did not bring it. A link is kept as a link: a container
# may have made it, and what it leads to may be nobody's to see.
set_aside() {
  [ -e "$place/files/$1" ] || [ -L "$place/files/$1" ] || return 0
  [ ! -f "$place/installed" ] || ! grep -Fqx -- "$1" "$place/installed" || return 0
  ! was_brought "$1" || return 0
  kept_at=$place/aside/$generation/$1
  mkdir -p "${kept_at%/*}" && { [ -e "$kept_at" ] || [ -L "$kept_at" ] || cp -Pp "$place/files/$1" "$kept_at"; } ||
    fail $not_ready "$place/files/$1 is somebody else's and cannot be kept; move it away"
  tell "{\"type\":\"aside\",\"path\":\"$(printf '%s' "$1" | encoded)\"}"
}

# Whether a file is as a release that is kept here brings it: a call that was killed, or a step before its switch, put it there.
was_brought() {
  [ -f "$place/files/$1" ] && [ ! -L "$place/files/$1" ] || return
  brought=$(sha256sum <"$place/files/$1")
  for bringer in $(ls "$place/releases"); do
    ! manifest "$bringer" hash | grep -Fqx -- "${brought%% *} $1" || return 0
  done
  return 1
}

# Gives back what was set aside for releases that came after this one; what this one has in its place stays aside for those before it.
give_back() {
  [ -d "$place/aside" ] || return 0
  for since in $(ls "$place/aside" | sort -n); do
    [ "$(origin_of "$generation")" -lt "$since" ] || continue
    (cd "$place/aside/$since" && find . -type f -o -type l) | sed 's/^\.\///' >"$scratch/kept"
    without "$scratch/files" <"$scratch/kept" >"$scratch/aside"
    while read -r path; do
      leads_astray "$path" && continue
      note_unread "$path"
      case $path in */*) mkdir -p "$place/files/${path%/*}" ;; esac
      mv -f "$place/aside/$since/$path" "$place/files/$path" || fail $not_ready "$place/files/$path cannot be written"
    done <"$scratch/aside"
    [ "$since" -ne "$generation" ] || continue
    without "$scratch/aside" <"$scratch/kept" | while read -r path; do
      kept_at=$place/aside/$generation/$path
      [ -e "$kept_at" ] || [ -L "$kept_at" ] || { mkdir -p "${kept_at%/*}" && mv "$place/aside/$since/$path" "$kept_at"; } || exit
    done || fail $not_ready "$place/aside cannot be written"
    rm -rf "$place/aside/$since"
  done
}

# Has every container that runs since before its files changed take them up; one that was made since has seen nothing else, and one that
# is about to leave keeps to what it has read.
take_up_files() {
  [ -s "$place/unread" ] || return 0
  take_stock
  while read -r id home by number; do
    grep -q "^$id running " "$scratch/stock" || continue
    entry "$by" "$number" >"$scratch/entry"
    read -r service seconds _ <"$scratch/entry" || continue
    [ "$by" = "$generation" ] && cut -d ' ' -f 1 "$scratch/beside" | grep -Fqx -- "$service" && continue
    [ "$by" != "$generation" ] || look_inside
    reload_container
    tell "{\"type\":\"reloaded\",\"service\":\"$service\",\"container\":\"$id\",\"looked\":$looked}"
  done <"$place/unread"
  rm -f "$place/unread"
}

# Whether a container sees every file as it was written. Docker's own `cp` would not tell: it looks where the mount would lead now. Sets
# looked; false where the image has nothing to look with.
look_inside() {
  looked=true
  : >"$scratch/expected"
  set --
  manifest_of "$by" mounted "$number" >"$scratch/mounted"
  manifest "$by" hash >"$scratch/hashes"
  while read -r path target; do
    path=$(plain "$path") target=$(plain "$target")
    while read -r sum file; do
      case $file in "$path" | "$path"/*) ;; *) continue ;; esac
      say "$sum" >>"$scratch/expected"
      set -- "$@" "${target%/}${file#"$path"}"
    done <"$scratch/hashes"
  done <"$scratch/mounted"
  [ $# -gt 0 ] || return 0
  timeout -k 5 30 docker exec "$id" sha256sum "$@" >"$scratch/sums" 2>/dev/null </dev/null
  code=$?
  case $code in
    0 | 1) ;;
    126 | 127) sum_by_cat "$@" || { looked=false; return 0; } ;;
    *) fail $reload_failed "nobody can look into a container of $service: exit code $code" ;;
  esac
  sed 's/^\\//' "$scratch/sums" | cut -c 1-64 | cmp -s - "$scratch/expected" ||
    fail $reload_failed "a container of $service does not see $home as it was written, as its folder was put in another's place here; docker restart $(printf %.12s "$id")"
}

sum_by_cat() {
  : >"$scratch/sums"
  for path in "$@"; do
    timeout -k 5 30 docker exec "$id" cat "$path" >"$scratch/seen" 2>/dev/null </dev/null
    case $? in 126 | 127) return 1 ;; esac
    sha256sum <"$scratch/seen" >>"$scratch/sums"
  done
}

# Runs the entry's words in a container.
reload_container() {
  [ "$by" = "$generation" ] || looked=false
  set -- $(manifest_of "$by" reload "$number")
  [ $# -gt 0 ] || return 0
  with_words timeout -k 5 "$seconds" docker exec "$id" , "$@" >"$scratch/output" 2>&1 </dev/null
  code=$?
  [ $code -eq 0 ] && return
  pass_on "$scratch/output"
  fail $reload_failed "the reload of $service ended with exit code $code"
}

# --- start-first ----------------------------------------------------------------------------------------------------------

# New containers of a service stand beside the old ones, which go by their ids, and only once Landfall has seen the new ones well. Compose
# would take the wrong ones away: scaled down, it removes those that came last.

# Of names on standard input those that are not listed in `beside`.
not_beside() {
  while read -r name; do
    cut -d ' ' -f 1 "$scratch/beside" | grep -Fqx -- "$name" || say "$name"
  done
}

# Brings each service of a list of names and counts to so many running containers of this release, beside those whose ids are in a
# file: these are left as they are. What of them does not run serves nobody, and goes: Compose would start it again.
stand_beside() {
  [ -s "$1" ] || return 0
  take_stock
  idle= scales= names=
  while read -r service count; do
    others=0 own=0 up=0 down=
    while read -r id state _ of; do
      [ "$of" = "$service" ] || continue
      if ! grep -Fqx "$id" "$2"; then
        own=$((own + 1))
        [ "$state" != running ] || up=$((up + 1))
      elif [ "$state" = running ] || [ "$state" = restarting ]; then
        others=$((others + 1))
      else
        down="$down $id"
      fi
    done <"$scratch/stock"
    [ $up -lt "$count" ] || continue
    [ $own -ge "$count" ] || own=$count
    idle="$idle$down" scales="$scales --scale $service=$((others + own))" names="$names $service"
  done <"$1"
  [ -n "$names" ] || return 0
  must_lead_straight "$generation"
  [ -z "$idle" ] || quietly docker rm -f $idle || fail $docker_failed "containers that do not run could not be removed"
  quietly compose "$generation" up -d --no-build --pull never --quiet-pull --no-deps --no-recreate $scales $names ||
    fail $docker_failed "docker compose up failed"
}

# Compose waits for what a service depends on within one `up` alone; that was started by an earlier one.
await_others() {
  manifest "$generation" after | sort -u >"$scratch/after"
  while read -r awaited condition; do
    until has_come "$awaited" "$condition"; do pass 1; done
  done <"$scratch/after"
}

# Lets seconds pass, in the background, because only then do the shell's traps act. Its sleep keeps no lock.
pass() {
  sleep "$1" >/dev/null 2>&1 </dev/null 9>&- &
  wait $!
}

has_come() {
  ids=$(containers --filter "label=com.docker.compose.service=$1") || fail $docker_failed "docker ps failed"
  [ -n "$ids" ] || fail $docker_failed "service $1, which others wait for, has no container"
  docker inspect --type container --format '{{.State.Status}} {{.State.ExitCode}} {{with .State.Health}}{{.Status}}{{end}}' $ids \
    >"$scratch/awaited" 2>/dev/null </dev/null || return 1
  while read -r state code health; do
    case "$2 $state $code $health" in
      "completed exited 0 "* | "healthy running "*" healthy") ;;
      *" exited "* | *" dead "*) fail $docker_failed "service $1, which others wait for, ended with exit code $code" ;;
      *" unhealthy") fail $docker_failed "service $1, which others wait for, is unhealthy" ;;
      *) return 1 ;;
    esac
  done <"$scratch/awaited"
}

# Lists who is to leave: `stay SERVICE COUNT` says how many others have to run, `leave SERVICE ID` who goes, the first line by whose word. Of
# the services in `beside` those leave whose ids are `in` a file, or are `out` of it. What was listed by the same word is kept: what was
# started since is not meant.
list_leaving() {
  take_stock
  if leaving_by "$1"; then
    cp "$place/leaving" "$scratch/leaving"
    return
  fi
  {
    say "$1"
    while read -r service count; do
      say "stay $service $count"
      while read -r id _ _ of; do
        [ "$of" = "$service" ] || continue
        if grep -Fqx "$id" "$3"; then found=in; else found=out; fi
        [ $found != "$2" ] || say "leave $service $id"
      done <"$scratch/stock"
    done <"$scratch/beside"
  } >"$scratch/leaving"
}

leaving_by() { [ -f "$place/leaving" ] && [ "$(head -n 1 "$place/leaving")" = "$1" ]; }

keep_leaving() {
  write "$place/leaving" <"$scratch/leaving" || fail $not_ready "$place cannot be written"
  settle "$place/fence" "$place/leaving"
}

forget_leaving() { rm -f "$place/leaving" && settle; }

count_leaving() { if [ -f "$place/leaving" ]; then grep -c '^leave ' "$place/leaving" || :; else printf 0; fi; }

# Nobody leaves before as many others run as have to stay.
must_stand() {
  sed -n 's/^leave [^ ]* //p' "$scratch/leaving" >"$scratch/going"
  while read -r word service count; do
    [ "$word" = stay ] || continue
    up=0
    while read -r id state _ of; do
      [ "$of $state" != "$service running" ] || grep -Fqx "$id" "$scratch/going" || up=$((up + 1))
    done <"$scratch/stock"
    [ $up -ge "$count" ] || fail $docker_failed "$up of $count new containers of $service run, so the old ones were left"
  done <"$scratch/leaving"
}

# Takes those away who are to leave: the hook in each, the time to drain, the stop signal with its own grace period. A hook that fails is
# told and holds up nothing. The words are those of a generation's manifest; `hastily`, nobody waits where there is no hook.
take_leave() {
  take_stock
  ids= drain=0 hooks= number=0
  sed -n 's/^leave //p' "$place/leaving" >"$scratch/leavers"
  while read -r service id; do
    state=$(sed -n "s/^$id \([a-z]*\) .*/\1/p" "$scratch/stock")
    [ -n "$state" ] || continue
    ids="$ids $id"
    [ "$state" = running ] || continue
    hook=$(manifest_of "$1" hook "$service")
    [ -n "$hook" ] || [ -z "${2-}" ] || continue
    seconds=$(manifest_of "$1" drain "$service")
    [ "${seconds:-0}" -le $drain ] || drain=$seconds
    [ -n "$hook" ] || continue
    number=$((number + 1))
    run_hook "$scratch/hook.$number" "$service" "$id" $hook &
    hooks="$hooks $!"
  done <"$scratch/leavers"
  gather "$scratch/hook" $number $hooks
  [ $drain -eq 0 ] || pass $drain
  remove_containers $ids
  forget_leaving
}

# Answer, service, container, seconds, and its words in base64.
run_hook() {
  answer=$1 of=$2 container=$3 within=$4
  shift 4
  with_words timeout -k 5 "$within" docker exec "$container" , "$@" >"$answer.output" 2>&1 </dev/null
  code=$?
  printf '{"type":"hook","service":"%s","container":"%s","code":%s,"text":"%s"}\n' \
    "$of" "$container" $code "$(tail -c 4096 "$answer.output" | encoded)" >"$answer"
}

# By their ids; their volumes stay. Whoever has gone already is as well.
remove_containers() {
  [ $# -gt 0 ] || return 0
  quietly docker stop "$@"
  quietly docker rm "$@"
  take_stock
  for id in "$@"; do
    ! grep -q "^$id " "$scratch/stock" || fail $docker_failed "the container $id could not be removed"
  done
}

# Landfall has seen those well that are to stay: the others go, forwards and on the way back. Then nothing that was to leave is left.
do_retire() {
  at_order "$@"
  take_turn
  must_not_be_held
  audit began
  manifest "$generation" beside >"$scratch/beside"
  word=restore
  [ "$(current)" != "$generation" ] || word=retire
  if [ $word = retire ] || leaving_by "restore $generation"; then
    list_leaving "$word $generation" in "$release/before"
    must_stand
    keep_leaving
    take_leave "$generation"
  fi
  say '{"type":"retired"}'
  audit retired
}

# Lists in `beside` what was started so and what the release gone back to has as well, each with as many containers as stood there.
list_beside_before() {
  manifest "$generation" beside >"$scratch/beside"
  while read -r service count; do
    manifest "$back" service | grep -Fqx -- "$service" || continue
    stood=$(grep -Fcx -- "$service" "$release/stood" 2>/dev/null) || stood=$count
    say "$service $stood"
  done <"$scratch/beside" >"$scratch/beside.back"
  mv "$scratch/beside.back" "$scratch/beside"
  [ -s "$scratch/beside" ] || return 0
  # Once for ever: what is started on the way back is not meant, also when it is gone once more.
  if [ ! -f "$release/left" ]; then
    list_leaving "restore $generation" out "$release/before"
    write "$release/left" <"$scratch/leaving" || fail $not_ready "$place cannot be written"
    settle "$release/left" "$release"
  fi
  cp "$release/left" "$scratch/leaving"
  keep_leaving
}

# On the way back from a release: those of it that were started beside others leave. At once where the others never stopped; otherwise
# they are started beside it again, and Landfall sees them well first.
part_from() {
  [ -s "$scratch/beside" ] || return 0
  sed -n 's/^leave [^ ]* //p' "$place/leaving" >"$scratch/going"
  stand_beside "$scratch/beside" "$scratch/going"
  take_stock
  while read -r id _ _ of; do
    cut -d ' ' -f 1 "$scratch/beside" | grep -Fqx -- "$of" && ! grep -Fqx "$id" "$scratch/going" || continue
    grep -Fqx "$id" "$place/releases/$1/before" || return 0
  done <"$scratch/stock"
  take_leave "$1" hastily
}

# What an older deployment left half-way: where one set stands beside another already, there may be no room for a third. Those who were
# to leave go, and else those that it started and nobody proved; if others of their service run. Of an administrator's rollback nobody
# knows whom they wanted.
clear_half_way() {
  older=$(current)
  if [ -f "$place/leaving" ]; then
    ! leaving_by "rollback $older" || { forget_leaving && return; }
    take_stock
    sed -n 's/^leave //p' "$place/leaving" >"$scratch/half"
  else
    [ "$older" != 0 ] && ! is_confirmed "$older" && [ -f "$place/releases/$older/before" ] || return 0
    take_stock
    manifest "$older" beside | cut -d ' ' -f 1 >"$scratch/half.services"
    while read -r id _ _ of; do
      grep -Fqx -- "$of" "$scratch/half.services" && ! grep -Fqx "$id" "$place/releases/$older/before" && say "$of $id"
    done <"$scratch/stock" >"$scratch/half"
  fi
  cut -d ' ' -f 2 "$scratch/half" >"$scratch/half.ids"
  gone=
  while read -r service id; do
    while read -r other state _ of; do
      [ "$of $state" = "$service running" ] && ! grep -Fqx "$other" "$scratch/half.ids" || continue
      ! grep -q "^$id " "$scratch/stock" || gone="$gone $id"
      break
    done <"$scratch/stock"
  done <"$scratch/half"
  remove_containers $gone
  forget_leaving
}

# An administrator goes back without Landfall, which could prove nothing: services of which both releases may stand beside others are
# started beside what runs, and are waited for. Where they do not become well, everything is left as it was.
stand_before_going() {
  manifest "$target" room | while read -r service count; do
    [ -z "$(manifest_of "$left" room "$service")" ] || say "$service $count"
  done >"$scratch/beside"
  [ -s "$scratch/beside" ] || return 0
  stays=/dev/null
  [ "$(number_in "$place/releases/$left/previous") $(is_confirmed "$left" || say not)" != "$target not" ] ||
    stays=$place/releases/$left/before
  list_leaving "rollback $left" out $stays
  keep_leaving
  sed -n 's/^leave [^ ]* //p' "$scratch/leaving" >"$scratch/going"
  generation=$target release=$place/releases/$target
  install_files
  stand_beside "$scratch/beside" "$scratch/going"
  become_well && return
  take_stock
  started=
  while read -r id _ _ of; do
    cut -d ' ' -f 1 "$scratch/beside" | grep -Fqx -- "$of" && ! grep -Fqx "$id" "$scratch/going" && ! grep -Fqx "$id" $stays &&
      started="$started $id"
  done <"$scratch/stock"
  remove_containers $started
  forget_leaving
  generation=$left release=$place/releases/$left
  install_files
  fail $docker_failed "release $target did not become well; release $left runs as before, held until: landfall-shell release $project $environment"
}
most_looks=120

# Healthy, where Docker checks that; otherwise up for ten looks in a row without a restart. What Docker calls unhealthy is waited for no longer.
become_well() {
  looks=0 good=0
  while [ $looks -lt $most_looks ]; do
    looks=$((looks + 1))
    look_well
    case $? in
      0) good=$((good + 1)) ;;
      2) return 1 ;;
      *) good=0 ;;
    esac
    [ $good -lt $enough ] || return 0
    pass 1
  done
  return 1
}

# Sets enough: how many such looks in a row are. Its exit code is 2 where there is no hope.
look_well() {
  enough=1
  take_stock
  while read -r service count; do
    ids=
    while read -r id state _ of; do
      [ "$of $state" != "$service running" ] || grep -Fqx "$id" "$scratch/going" || ids="$ids $id"
    done <"$scratch/stock"
    set -- $ids
    [ $# -ge "$count" ] || return 1
    docker inspect --type container --format '{{.RestartCount}} {{with .State.Health}}{{.Status}}{{end}}' "$@" \
      >"$scratch/well" 2>/dev/null </dev/null || return 1
    while read -r restarts health; do
      case "$restarts $health" in
        *" healthy") ;;
        "0 ") enough=10 ;;
        *" unhealthy") return 2 ;;
        *) return 1 ;;
      esac
    done <"$scratch/well"
  done <"$scratch/beside"
}

# --- probe and logs -------------------------------------------------------------------------------------------------------

# Rounds of looking and asking until the other side has seen enough: it closes its end, and the call ends.
do_probe() {
  at_release "$@"
  [ -f "$release/manifest" ] || fail $unknown_release "there is no release $generation of $project/$environment here"
  manifest "$generation" probe | while read -r service port path; do
    say "$service $port $path $(printf '%s' "$path" | encoded)"
  done >"$scratch/targets"
  manifest "$generation" command >"$scratch/commands"
  with=$(prober) || fail $not_ready "neither curl nor GNU wget is installed"
  trap 'exit 0' USR1
  (cat <&3; kill -USR1 $$) >/dev/null 2>&1 &
  listener=$!
  round=0
  while :; do
    round=$((round + 1))
    describe_containers
    ask_everyone
    run_commands
    say "{\"type\":\"round\",\"number\":$round}"
    # Quick while a container starts; whoever needs longer, or is watched for a while, is not to be slowed down by that.
    [ $round -lt 20 ] && pause=0.2 || pause=1
    sleep $pause >/dev/null 2>&1
  done
}

# All targets of all their running containers at once; one slow container must not delay what the others say.
ask_everyone() {
  number=0
  [ -s "$scratch/targets" ] || return 0
  sed -n 's/^at //p' "$scratch/inspect" >"$scratch/addresses"
  askers=
  while read -r service id network address _; do
    [ "$network" != host ] || address=127.0.0.1
    [ -n "$address" ] || continue
    while read -r target port path word; do
      [ "\"$target\"" = "$service" ] || continue
      number=$((number + 1))
      ask "$scratch/answer.$number" "$target" "$id" "http://$address:$port$path" "$word" &
      askers="$askers $!"
    done <"$scratch/targets"
  done <"$scratch/addresses"
  gather "$scratch/answer" $number $askers
}

# One request with a second of its own. Its status and the first 4 KiB of its body; status 0 where nothing answered.
ask() {
  case $with in
    *curl) { curl -q -sg --noproxy '*' --max-time 1 -w '%{stderr}%{http_code}\n' -- "$4" | head -c 4096 >"$1.body"; } 2>"$1.status" ;;
    *) { wget -q --no-config --no-proxy -T 1 -t 1 --max-redirect=0 --content-on-error -S -O - -- "$4" | head -c 4096 >"$1.body"; } 2>"$1.headers"
      sed -n 's/^ *HTTP\/[0-9.]* \([0-9][0-9][0-9]\).*/\1/p' "$1.headers" | tail -n 1 >"$1.status" ;;
  esac
  status=0
  read -r status <"$1.status"
  is_number "$status" || status=0
  printf '{"type":"answer","service":"%s","container":"%s","path":"%s","status":%s,"body":"%s"}\n' \
    "$2" "$3" "$5" "$status" "$(encoded <"$1.body")" >"$1"
}

# Tells what the last run of each command came to in each running container of its service, and begins the next where that has ended.
# Nothing waits for it: what else is told in a round is not held up, and no container ever has two of them at once.
run_commands() {
  [ -s "$scratch/commands" ] || return 0
  sed -n 's/^at //p' "$scratch/inspect" >"$scratch/running"
  now=$(date +%s)
  while read -r service id _; do
    while read -r target seconds words; do
      [ "\"$target\"" = "$service" ] || continue
      began=0
      [ ! -f "$scratch/$id.began" ] || read -r began <"$scratch/$id.began"
      if [ "$began" -ne 0 ] && [ $((now - began)) -gt $((seconds + 1)) ]; then
        say "{\"type\":\"command\",\"service\":\"$target\",\"container\":\"$id\",\"run\":0,\"code\":null,\"output\":\"\"}"
        continue
      fi
      [ ! -f "$scratch/$id.said" ] || cat "$scratch/$id.said"
      [ "$began" -eq 0 ] || continue
      say "$now" >"$scratch/$id.began"
      run_command "$target" "$id" "$seconds" $words </dev/null >/dev/null 2>&1 &
    done <"$scratch/commands"
  done <"$scratch/running"
}

# One run: service, container, seconds, words in base64. Docker ends nothing that it runs for somebody who is gone, so it is the container's
# own `timeout` that does, where it has one.
run_command() {
  target=$1 id=$2 seconds=$3 code=
  shift 3
  begun=$(date +%s) bare=no
  [ ! -f "$scratch/$id.bare" ] || bare=yes
  [ $bare = yes ] || with_words in_container timeout -s KILL "$seconds" , "$@"
  # There is no `timeout`, or no such command: only the command by itself tells which.
  case $bare$code in
    yes* | no126 | no127)
      with_words in_container , "$@"
      case $code in 126 | 127) ;; *) : >"$scratch/$id.bare" ;; esac
      ;;
  esac
  # By whole seconds: what was ended with its time has no exit code of its own, and what ended well just then has.
  took=$(($(date +%s) - begun))
  [ $took -lt "$seconds" ] || { [ $took -eq "$seconds" ] && [ "$code" -eq 0 ]; } || code=null
  runs=$(($(number_in "$scratch/$id.runs") + 1))
  say $runs >"$scratch/$id.runs"
  write_line "$scratch/$id.said" "{\"type\":\"command\",\"service\":\"$target\",\"container\":\"$id\",\"run\":$runs,\"code\":$code,\"output\":\"$(encoded <"$scratch/$id.output")\"}"
  rm -f "$scratch/$id.began"
}

# Sets code, and leaves the end of what the words wrote in a file. Docker's client tells its number before it looks whether the call is
# over, and who clears up does it the other way round: none of them is left behind.
in_container() {
  {
    sh -c 'echo $$ >"$0.client" && [ ! -e "$1" ] && shift && exec docker exec "$@"' "$scratch/$id" "$scratch/over" "$id" "$@" 2>&1
    say $? >"$scratch/$id.code"
  } | tail -c 4096 >"$scratch/$id.output"
  rm -f "$scratch/$id.client"
  [ ! -e "$scratch/over" ] && read -r code <"$scratch/$id.code" || exit 0
}

do_logs() {
  at_place "${1-}" "${2-}"
  is_service "${3-}" && is_number "${4-}" || fail $usage "logs needs a project, an environment, a service and a number of lines"
  ids=$(containers --filter "label=com.docker.compose.service=$3") || fail $docker_failed "docker ps failed"
  for id in $ids; do
    grep -Fqx "$id" "$place/releases/$(current)/before" 2>/dev/null && before=true || before=false
    docker logs --tail "$4" "$id" >"$scratch/logs" 2>&1 </dev/null
    said=$(tail -c 262144 "$scratch/logs" | encoded)
    state=$(docker inspect --type container --format '"exitCode":{{json .State.ExitCode}},"outOfMemory":{{json .State.OOMKilled}}' "$id" 2>/dev/null) &&
      say "{\"type\":\"logs\",\"service\":\"$3\",\"container\":\"$id\",\"before\":$before,$state,\"text\":\"$said\"}"
  done
}

# --- prune ------------------------------------------------------------------------------------------------------------------

# Keeps the newest confirmed releases, the current one and those it would return or go back to; of the others, the text goes and
# then the images that no kept release names, and with them those that were fetched in advance for what never came.
do_prune() {
  at_order "$@"
  is_number "${5-}" && [ "$5" -ge 2 ] || fail $usage "prune keeps at least 2 releases: one runs, one is gone back to"
  take_turn
  settle "$place/fence"
  now=$(current)
  needed=" $now $(number_in "$place/releases/$now/previous") $(origin_of "$now") $(release_before "$now") "
  keep=$5 kept=0 gone=
  for candidate in $(ls "$place/releases" | sort -rn); do
    is_number "$candidate" || continue
    if is_confirmed "$candidate" && [ $kept -lt "$keep" ]; then
      kept=$((kept + 1))
    elif [ "$candidate" -le "$now" ]; then
      case $needed in *" $candidate "*) ;; *) gone="$gone $candidate" ;; esac
    fi
  done
  {
    for candidate in $gone; do manifest "$candidate" image; done
    [ ! -f "$place/fetched" ] || cat "$place/fetched"
  } | sort -u >"$scratch/unwanted"
  rm -f "$place/fetched"
  for candidate in $gone; do
    rm -rf "$place/releases/$candidate"
    say "{\"type\":\"pruned\",\"generation\":$candidate}"
  done
  remove_unneeded "$scratch/unwanted"
  audit "pruned$gone"
}

# Removes those of the images listed in a file that no release kept here and no note of a fetch names. Docker itself refuses to remove
# one that any container uses.
remove_unneeded() {
  find "$root" -path "$root/*/*/releases/*/manifest" -exec sed -n 's/^image //p' {} + >"$scratch/still"
  find "$root" -maxdepth 3 -type f -name fetched -exec cat {} + >>"$scratch/still"
  while read -r reference; do
    grep -Fqx "$reference" "$scratch/still" || docker rmi "$reference" >/dev/null 2>&1 </dev/null
  done <"$1"
}

# --- for administrators of this machine ---------------------------------------------------------------------------------------

do_hold() {
  at_place "${1-}" "${2-}"
  [ $# -ge 3 ] || fail $usage "hold needs a project, an environment and a reason"
  shift 2
  lock
  printf '%s\n' "$*" | write "$place/hold" || fail $not_ready "$place cannot be written"
  settle "$place/hold"
  say "$project/$environment: Landfall changes nothing here until: landfall-shell release $project $environment"
  audit held
}

do_release() {
  at_place "$@"
  lock
  rm -f "$place/hold"
  settle
  say "$project/$environment: released; Landfall works here again"
  audit released
}

# One confirmed release further back with each call, and a hold, so that Landfall finds it and does not fight it.
do_rollback() {
  at_place "$@"
  lock
  left=$(current)
  [ "$left" != 0 ] || fail $unknown_release "nothing of $project/$environment was deployed here"
  target=$(release_before "$left")
  [ "$target" != 0 ] || fail $nothing_before "there is no earlier confirmed release of $project/$environment"
  [ -f "$place/releases/$target/manifest" ] || fail $nothing_before "release $target of $project/$environment is not kept here any more"
  barred=$(contract_over "$target" "$left")
  [ "$barred" = 0 ] || [ "${3-}" = --over-contract ] || fail $over_contract "nothing older than release $barred ($(manifest "$barred" revision)) fits the data it left behind, so release $target is not brought back; the way out is to deploy a correction. If you are sure that release $target still works with the data as it is now: landfall-shell rollback $project $environment --over-contract"
  must_lead_straight "$target"
  printf 'rolled back on the host from generation %s to %s by %s\n' "$left" "$target" "$caller" | write "$place/hold" ||
    fail $not_ready "$place cannot be written"
  settle "$place/hold"
  audit began
  stand_before_going
  note_step_back || fail $not_ready "$place cannot be written"
  settle "$place/went-back"
  go_to "$target" "$({ manifest "$left" service; manifest "$target" service; } | not_beside)"
  [ ! -s "$scratch/beside" ] || take_leave "$left"
  say "$project/$environment: back at generation $target ($(manifest "$target" revision)); held until: landfall-shell release $project $environment"
  audit "rolled back to $target"
}

# The newest release that is in the way from one to an older one, since nothing older fits what it left behind; 0 where there is none. One
# that never came here counts while nothing else has come since, for what it did before that stays.
contract_over() {
  oldest=$(origin_of "$1") runs=$(origin_of "$2")
  for candidate in $(ls "$place/releases" | sort -rn); do
    is_number "$candidate" && [ "$candidate" -gt "$oldest" ] && grep -qsx contract "$place/releases/$candidate/manifest" || continue
    if [ -f "$place/releases/$candidate/before" ]; then
      [ "$candidate" -le "$runs" ] || continue
    else
      [ -d "$place/releases/$candidate/once" ] && [ "$candidate" -gt "$2" ] || continue
    fi
    printf '%s' "$candidate"
    return
  done
  printf 0
}

# Kept until something is switched to, so that Landfall learns of it whenever it looks, also once the hold is lifted.
note_step_back() {
  {
    [ ! -f "$place/went-back" ] || cat "$place/went-back"
    say "$left $target $(date -u +%Y-%m-%dT%H:%M:%SZ) $caller"
  } | write "$place/went-back"
}

do_status() {
  for project in $(ls "$root"); do
    for environment in $(ls "$root/$project"); do
      place=$root/$project/$environment
      [ -f "$place/current" ] || continue
      now=$(current)
      is_confirmed "$now" && proof=confirmed || proof='not confirmed'
      say "$project/$environment: generation $now, revision $(manifest "$now" revision), $proof"
      [ ! -f "$place/hold" ] || say "  held: $(cat "$place/hold")"
      docker ps -a --filter "label=com.docker.compose.project=$project" --format '  {{.Names}}: {{.Status}} ({{.Image}})'
    done
  done
}

# --- the call -------------------------------------------------------------------------------------------------------------------

# Ends what is left of this call: helpers in the background and the folder that may hold logins. The helpers are killed
# hard: in busybox ash a softer signal waits for their sleep to end.
clean_up() {
  trap '' TERM
  for helper in ${beater-} ${listener-} ${watcher-}; do kill -9 "$helper" 2>/dev/null; done
  [ -z "${puller-}" ] || kill "$puller" 2>/dev/null
  if [ -s "${scratch-/nowhere}/commands" ]; then
    : >"$scratch/over"
    kill $(find "$scratch" -name '*.client' -exec cat {} +) 2>/dev/null
  fi
  rm -rf "${scratch-/nowhere}"
}

# A folder of this call alone. Those of calls that were killed are swept here.
make_scratch() {
  [ -d "$root" ] && [ -w "$root" ] || fail $not_ready "$root is missing or cannot be written; run landfall host bootstrap"
  scratch=$root/.calls/$$
  [ -d "$root/.calls" ] || mkdir -p "$root/.calls"
  set +f
  for stale in "$root"/.calls/*; do
    [ ! -d "$stale" ] || [ -d "/proc/${stale##*/}" ] && [ "$stale" != "$scratch" ] || rm -rf "$stale"
  done
  set -f
  mkdir "$scratch" || fail $not_ready "$root cannot be written"
  trap clean_up EXIT
  trap 'clean_up; kill -TERM 0; exit 143' TERM INT HUP
}

# The work itself, in an environment that nobody outside chose.
work() {
  verb=$1
  shift
  make_scratch
  exec 3<&0
  case $verb in put | once | fetch | switch | retire | confirm | restore | prune | rollback | hold | release) trap '' PIPE ;; esac
  case $verb in recall | registry | put | once | fetch | pull | switch | retire | restore | rollback) beat ;; esac
  case $verb in
    version) do_version ;;
    hello) do_hello ;;
    check) do_check ;;
    registry) do_registry "$@" ;;
    inspect) do_inspect "$@" ;;
    recall) do_recall "$@" ;;
    put) do_put "$@" ;;
    fetch) do_fetch "$@" ;;
    pull) do_pull "$@" ;;
    once) do_once "$@" ;;
    switch) do_switch "$@" ;;
    retire) do_retire "$@" ;;
    probe) do_probe "$@" ;;
    confirm) do_confirm "$@" ;;
    restore) do_restore "$@" ;;
    logs) do_logs "$@" ;;
    prune) do_prune "$@" ;;
    hold) do_hold "$@" ;;
    release) do_release "$@" ;;
    rollback) do_rollback "$@" ;;
    status) do_status ;;
  esac
  exit $ok
}

# Starts the work again with a clean environment, since Compose would interpolate this one, and under a limit that ends
# all of its processes. The machine's root works as the owner of the folder, whose files must stay that owner's.
start() {
  limit=$1
  shift
  home=${HOME:-/} as=
  if [ "$(id -u)" = 0 ]; then
    owner=$(stat -c %U "$root" 2>/dev/null || echo root)
    [ "$owner" = root ] || { as="runuser -u $owner --" && home=/; }
  fi
  exec $as env -i LC_ALL=C PATH="$PATH" HOME="$home" ${DOCKER_HOST:+"DOCKER_HOST=$DOCKER_HOST"} \
    ${DOCKER_CONFIG:+"DOCKER_CONFIG=$DOCKER_CONFIG"} ${DOCKER_CONTEXT:+"DOCKER_CONTEXT=$DOCKER_CONTEXT"} \
    timeout -k 10 "$limit" "$self" --root "$root" --caller "$caller" --work "$@"
}

# Words from the network: letters, digits and a few marks, split at blanks, first a verb of this list.
serve() {
  verb=
  case $SSH_ORIGINAL_COMMAND in
    '' | *[!$harmless]*) fail $usage "this key speaks landfall-shell's verbs only" ;;
  esac
  IFS=' '
  set -- $SSH_ORIGINAL_COMMAND
  unset IFS
  limit=60
  if [ "${1-}" = within ]; then
    is_number "${2-}" && [ "$2" -le 86400 ] || fail $usage "within needs seconds"
    limit=$2
    shift 2
  fi
  case ${1-} in
    version | hello | check | registry | inspect | recall | put | once | fetch | pull | switch | retire | probe | confirm | restore | logs | prune) start "$limit" "$@" ;;
    *) fail $usage "this key speaks landfall-shell's verbs only" ;;
  esac
}
harmless='A-Za-z0-9._:@/+= -'

caller=
while :; do
  case ${1-} in
    --root) root=${2:?} ;;
    --caller) caller=${2:?} ;;
    *) break ;;
  esac
  shift 2
done
if [ -n "${SSH_ORIGINAL_COMMAND+set}" ]; then caller=landfall; else caller=${caller:-${SUDO_USER:-$(id -un)}}; fi

[ -z "${SSH_ORIGINAL_COMMAND+set}" ] || serve
case ${1-} in
  --work) shift && work "$@" ;;
  version | hello | check | inspect | status | rollback | hold | release) start 3600 "$@" ;;
  *)
    printf 'landfall-shell %s\nusage: landfall-shell status | rollback PROJECT ENVIRONMENT [--over-contract] | hold PROJECT ENVIRONMENT REASON | release PROJECT ENVIRONMENT\n' $version >&2
    exit $usage
    ;;
esac
