import type { Installation } from './bootstrap-script.ts'
import { quote } from './quote.ts'

/** What of an installation is taken away. */
export type Retirement = Pick<Installation, 'user' | 'root' | 'shellPath' | 'authorizedKeys' | 'loginKey'> & {
  /** Whether the account goes as well; its home and everything that was deployed stay. */
  account: boolean
}

/**
 * Takes Landfall's way in away, as a script for root's `sh -s`: its key, and landfall-shell where no other Landfall uses it. Containers, releases
 * and data stay as they are; prints a line `left PROJECT/ENVIRONMENT` for each. Safe to repeat.
 */
export function retireScript({ user, root, shellPath, authorizedKeys, loginKey, account }: Retirement): string {
  const keyBlob = loginKey.split(' ')[1] ?? loginKey
  return `
set -eu
umask 022
user=${quote(user)} root=${quote(root)} shell=${quote(shellPath)}
home=$(getent passwd "$user" 2>/dev/null || grep "^$user:" /etc/passwd || true)
home=$(printf %s "$home" | cut -d: -f6)
keys=${authorizedKeys === undefined ? '$home/.ssh/authorized_keys' : quote(authorizedKeys)}
if [ -f "$keys" ]; then
  grep -Fv ${quote(keyBlob)} "$keys" >"$keys.new" || true
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
${account ? accountGoes : ''}`
}

/** Not where it owns what the machine needs, and not its home: who wants that gone can see what is in it. */
const accountGoes = `
if [ "$user" != root ] && id "$user" >/dev/null 2>&1; then
  if command -v userdel >/dev/null; then userdel "$user"; else deluser "$user"; fi >&2
fi
`

/** What was left there, as \`project/environment\`. */
export const readLeft = (stdout: string): string[] =>
  stdout.split('\n').flatMap((line) => /^left ([a-z0-9_-]+\/[a-z0-9_-]+)$/.exec(line)?.[1] ?? [])
