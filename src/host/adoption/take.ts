import { quote } from '../quote.ts'

/** A folder on a host that becomes the project folder of a place. */
export interface Taking {
  /** Landfall's account there. */
  user: string
  /** Folder of releases. */
  root: string
  project: string
  environment: string
  /** Where the project lies, and goes on to lie. */
  folder: string
}

/**
 * Lets a place have a folder that is there already, as a script for root's `sh -s`: `files` of the place is a link to it, so that `./data`
 * stays where it is. Only root does that: Landfall's own login knows no word for it. The account may write files beside people's own, and
 * into no folder below. Prints a line `refused …` and changes nothing where that would do harm. Safe to repeat.
 */
export function takeScript({ user, root, project, environment, folder }: Taking): string {
  return `
set -eu
umask 022
user=${quote(user)} root=${quote(root)} folder=${quote(folder)}
place=$root/${quote(project)}/${quote(environment)}
refuse() { printf 'refused %s\\n' "$1"; exit 0; }
id "$user" >/dev/null 2>&1 && [ -d "$root" ] || refuse 'Landfall has no account there'
[ -d "$folder" ] || refuse "there is no folder $folder"
case $folder in /|/bin|/boot|/dev|/etc|/home|/lib|/opt|/proc|/root|/run|/sbin|/srv|/sys|/tmp|/usr|/var|/usr/*) refuse "$folder belongs to the system" ;; esac
[ ! -e "$folder/.ssh" ] || refuse "$folder is somebody's home folder; sshd would not let them in if others may write there"
[ ! -f "$place/current" ] || refuse "${project}/${environment} was deployed there already"
for other in "$root"/*/*/files; do
  [ "$other" != "$place/files" ] && [ -L "$other" ] && [ "$(readlink "$other")" = "$folder" ] && refuse "$folder is the folder of \${other%/files} already"
done
if [ -e "$place/files" ] && [ ! -L "$place/files" ]; then rmdir "$place/files" 2>/dev/null || refuse "$place/files is there already, with something in it"; fi

# The group may write in this one folder, and pass through those above it. Nothing below changes its owner or its rights.
group=$(id -gn "$user")
if ! runuser -u "$user" -- test -w "$folder" 2>/dev/null; then
  chgrp "$group" "$folder"
  chmod g+rwx "$folder"
fi
above=$folder
while above=\${above%/*} && [ -n "$above" ]; do
  runuser -u "$user" -- test -x "$above" 2>/dev/null || setfacl -m "u:$user:x" "$above" 2>/dev/null || chmod o+x "$above"
done
if [ -f "$folder/.env" ] && [ ! -e "$folder/.env.before-landfall" ]; then cp -p "$folder/.env" "$folder/.env.before-landfall"; fi

mkdir -p "$place"
chmod 700 "$root/${project}" "$place"
ln -sfn "$folder" "$place/files"
chown -h root "$place/files"
chown "$user" "$root/${project}" "$place"
echo taken
`
}

/** Why nothing was taken; undefined where it was. */
export const readTaken = (stdout: string): string | undefined =>
  /^taken$/m.test(stdout) ? undefined : (/^refused (.*)$/m.exec(stdout)?.[1] ?? 'it did not come to its end')
