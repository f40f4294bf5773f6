/**
 * A function for scripts of root: `limited SECONDS COMMAND…` gives a command up that does not end, since Docker's command waits for a hanging
 * engine for ever, and says so. Where there is no `timeout`, the limit of the whole script has to do.
 */
export const limited = `
limited() {
  seconds=$1
  shift
  if ! command -v timeout >/dev/null; then "$@"; return; fi
  timeout "$seconds" "$@" || {
    code=$?
    [ $code -ne 124 ] || echo "$1 $2 had not ended after $seconds s, and was given up" >&2
    return $code
  }
}
`
