import type { Installation } from './bootstrap-script.ts'
import { quote } from './quote.ts'

/** What of an installation is taken away. */
export type Retirement = Pick<Installation, 'user' | 'root' | 'shellPath' | 'authorizedKeys' | 'loginKey'> & {
  /** Whether the account goes as well; its home and everything that was deployed stay. */
  account: boolean
  /** The account of the administrator, whose own session is not to be ended. */
  admin: string
}

/**
 * Takes Landfall's way in away, as a script for root's `sh -s`: its key, and landfall-shell where no other Landfall uses it. Containers, releases
 * and data stay as they are; prints a line `left PROJECT/ENVIRONMENT` for each. Safe to repeat.
 */
export function retireScript({ user, root, shellPath, authorizedKeys, loginKey, account, admin }: Retirement): string {
  const keyBlob = loginKey.split(' ')[1] ?? loginKey
  return `
set -eu
umask 022
user=${quote(user)} root=${quote(root)} shell=${quote(shellPath)}
home=$(getent passwd "$user" 2>/dev/null || grep "^$user:" /etc/passwd || true)
home=$(printf %s "$home" | cut -d: -f6)
keys=${authorizedKeys === undefined ? '$home/.ssh/authorized_keys' : quote(authorizedKeys)}
if [ -f "$keys" ]; then
  grep -Fv ${quote(keyBlob)} "$keys" >"$keys.new" || [ $? -eq 1 ]
  chmod 600 "$keys.new"
  chown "$user" "$keys.new"
  mv -f "$keys.new" "$keys"
fi
if ! grep -Fq "$shell" "$keys" 2>/dev/null; then rm -rf "$shell" "$root/allowed_signers" "$root/.calls"; fi
for current in "$root"/*/*/current; do
  [ -f "$current" ] || continue
  place=\${current#"$root"/}
  echo "left \${place%/current}"
done
${user === admin ? '' : sessionsEnd}${account ? accountGoes : ''}`
}

/**
 * A connection that is open already needs no key any more. By what sshd calls its processes and not by the account's number, which may be that of
 * somebody in a container, too.
 */
const sessionsEnd = `
for session in /proc/[0-9]*; do
  case $(tr '\\0' ' ' <"$session/cmdline" 2>/dev/null || true) in
    "sshd: $user@"* | "sshd-session: $user@"*) ;;
    *) continue ;;
  esac
  [ "$(readlink "$session/ns/mnt")" != "$(readlink /proc/self/ns/mnt)" ] || kill "\${session#/proc/}" || true
done
`

/** Not where it owns what the machine needs, and not its home: who wants that gone can see what is in it. */
const accountGoes = `
if [ "$user" != root ] && id "$user" >/dev/null 2>&1; then
  tries=0
  until if command -v userdel >/dev/null; then userdel "$user"; else deluser "$user"; fi >&2; do
    tries=$((tries + 1))
    [ $tries -lt 5 ] || exit 1
    sleep 1
  done
fi
`

/** What was left there, as \`project/environment\`. */
export const readLeft = (stdout: string): string[] =>
  stdout.split('\n').flatMap((line) => /^left ([a-z0-9_-]+\/[a-z0-9_-]+)$/.exec(line)?.[1] ?? [])
