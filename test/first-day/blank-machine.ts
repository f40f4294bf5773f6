import { writeFile } from 'node:fs/promises'
import type { Host } from '../lab/host.ts'

const offered = { 'docker.io': '26.1.5', 'docker-cli': '26.1.5', 'docker-compose': '2.26.1' }

/** An apt-get that brings back what was hidden, and an apt-cache whose lists have these packages, as those of Debian 13 have. */
const aptGet = '#!/bin/sh\ncase "$*" in *install*docker.io*) umount /usr/bin/docker ;; *update) ;; *) exit 100 ;; esac\n'
const aptCache = `#!/bin/sh
shift
for package; do
  case $package in
${Object.entries(offered)
  .map(([name, version]) => `    ${name}) version=${version} ;;`)
  .join('\n')}
    *) version='(none)' ;;
  esac
  printf '%s:\\n  Installed: (none)\\n  Candidate: %s\\n' "$package" "$version"
done
`

/** Hides Docker on a lab host, so that it looks like a machine that was just set up; installing its packages brings it back. */
export async function withoutDocker(host: Host): Promise<void> {
  await host.sh('mount --bind /dev/null /usr/bin/docker')
  await writeFile(host.path('/usr/local/bin/apt-get'), aptGet, { mode: 0o755 })
  await writeFile(host.path('/usr/local/bin/apt-cache'), aptCache, { mode: 0o755 })
}
