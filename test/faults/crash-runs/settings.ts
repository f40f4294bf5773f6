import type { Host } from '../../lab/host.ts'
import { randomFrom } from './random.ts'
import type { Place } from './rules.ts'

/**
 * Whether the database service of a seed's town mounts a file of the repository, which every merge changes, and reads it again by a command.
 * It keeps its container through all of it. A row of numbers of its own, as rules have.
 */
export const hasSettings = (seed: number): boolean => randomFrom(seed + 0x7000_0000).chance(0.5)

/** The file of every commit that tells it from all others. */
const source = 'CHANGES.md'
const reading = `/bin/busybox, cp, /settings/${source}, /tmp/read`

/** A shop's files where the database has such settings. */
export function withSettings(files: Record<string, string>): Record<string, string> {
  const entry = `, files: [{ from: ${source}, to: settings/, service: db, reload: [${reading}] }]`
  return {
    ...files,
    [source]: 'Nothing yet\n',
    'compose.yml': changed(files['compose.yml'], '[data:/var/lib/database]', '[data:/var/lib/database, "./settings:/settings:ro"]'),
    '.github/landfall.yml': changed(files['.github/landfall.yml'], 'env: deploy/production.env', `env: deploy/production.env${entry}`),
  }
}

function changed(text = '', written: string, here: string): string {
  if (!text.includes(written)) throw new Error(`the shop has no ${written}`)
  return text.replaceAll(written, here)
}

/** The file as it lies on a host, as the database read it last, and as the release has it that runs. */
export interface Settings {
  there: string
  /** Empty where it never had to read it again. */
  read: string
  released: string
}

export async function settingsOn(host: Host, project: string, place: Place): Promise<Settings> {
  const folder = `/var/lib/landfall/${project}/${place}`
  const [there = '', read = '', released = ''] = (
    await host.sh(
      `cat ${folder}/files/settings/${source}; echo --; docker exec ${project}-db-1 cat /tmp/read 2>/dev/null || true; echo --; cat "${folder}/releases/$(cat ${folder}/current)/project/settings/${source}"`,
    )
  ).split('--\n')
  return { there, read, released }
}
