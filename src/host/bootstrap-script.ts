import { bundleNamespace, receiptNamespace } from './bundle.ts'
import { orderNamespace } from './order.ts'
import { quote } from './quote.ts'

/** What a host is given: by these and nothing else Landfall works there. */
export interface Installation {
  /** Account Landfall logs in to; made where it is missing, put into the group `docker`. */
  user: string
  /** Folder of releases and project files. */
  root: string
  /** Where landfall-shell goes. */
  shellPath: string
  /** Instead of the account's own `~/.ssh/authorized_keys`. */
  authorizedKeys?: string | undefined
  /** Text of landfall-shell. */
  shell: string
  /** `ssh-ed25519 AAAA… landfall`: the key that logs in. */
  loginKey: string
  /** `ssh-ed25519 AAAA… landfall`: the key that signs. */
  signingKey: string
}

/** `allowed_signers` of a host: what this key may sign there. */
export const allowedSigners = (signingKey: string): string =>
  `landfall namespaces="${[bundleNamespace, orderNamespace, receiptNamespace].join(',')}" ${signingKey}\n`

/**
 * Installs everything, as a script for root's `sh -s`. Run again it brings a host up to date: the account, its other keys
 * and the releases stay as they are. Prints nothing.
 */
export function installScript(installation: Installation): string {
  const { user, root, shellPath, authorizedKeys, shell, loginKey, signingKey } = installation
  const forced = `restrict,command="${shellPath} --root ${root}" ${loginKey}`
  const keyBlob = loginKey.split(' ')[1] ?? loginKey
  const file = (text: string) => quote(Buffer.from(text).toString('base64'))
  return `
set -eu
umask 022
user=${quote(user)} root=${quote(root)} shell=${quote(shellPath)}

# An account that no password opens; '*' and not '!', which some sshd take for a locked account.
if ! id "$user" >/dev/null 2>&1; then
  if command -v useradd >/dev/null; then useradd --create-home --shell /bin/sh --password '*' "$user"
  else adduser -D -s /bin/sh "$user" && echo "$user:*" | chpasswd -e >/dev/null 2>&1; fi
fi
if [ "$user" != root ]; then
  if command -v usermod >/dev/null; then usermod -aG docker "$user"; else addgroup "$user" docker; fi
fi

home=$(getent passwd "$user" 2>/dev/null || grep "^$user:" /etc/passwd)
home=$(printf %s "$home" | cut -d: -f6)

mkdir -p "\${shell%/*}" "$root"
chown "$user" "$root"
chmod 700 "$root"
printf %s ${file(shell)} | base64 -d >"$shell.new"
chmod 755 "$shell.new"
mv -f "$shell.new" "$shell"
printf %s ${file(allowedSigners(signingKey))} | base64 -d >"$root/allowed_signers.new"
chmod 644 "$root/allowed_signers.new"
mv -f "$root/allowed_signers.new" "$root/allowed_signers"

# sshd refuses keys in files that others than their owner may write.
keys=${authorizedKeys === undefined ? '$home/.ssh/authorized_keys' : quote(authorizedKeys)}
if [ ! -d "\${keys%/*}" ]; then
  mkdir -p "\${keys%/*}"
  chmod 700 "\${keys%/*}"
  chown "$user" "\${keys%/*}"
fi
touch "$keys"
grep -Fv ${quote(keyBlob)} "$keys" >"$keys.new" || [ $? -eq 1 ]
printf '%s\\n' ${quote(forced)} >>"$keys.new"
chmod 600 "$keys.new"
chown "$user" "$keys.new"
mv -f "$keys.new" "$keys"
`
}
