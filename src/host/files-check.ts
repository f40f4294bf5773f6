import type { SyncedFiles } from '../domain/files.ts'
import type { Plan } from '../domain/plan.ts'
import { apart } from './apart.ts'

/**
 * A Compose file that is merged over a release's own for one container of a service, in which an entry's `check` is run. It sees the new
 * files of every entry of that service where the service mounts them; landfall-shell lays them out in the release's folder, which hosts have
 * beside the project folder.
 */
export function checkFile(
  { generation, services, synced = [] }: Pick<Plan, 'generation' | 'services' | 'synced'>,
  { service, check = [] }: SyncedFiles,
): string {
  const mounts = synced.filter((entry) => entry.service === service).flatMap((entry) => entry.mounts)
  const volumes = mounts.map(({ path, target }) => ({
    type: 'bind',
    source: literal(`../releases/${generation}/check/${path}`),
    target: literal(target),
    read_only: true,
  }))
  // JSON is YAML; the tags are Compose's own.
  return `${[
    'services:',
    `  ${JSON.stringify(service)}:`,
    `    entrypoint: ${JSON.stringify(check.map(literal))}`,
    '    command: []',
    '    pull_policy: never',
    `    volumes: ${JSON.stringify(volumes)}`,
    ...services.filter(({ name }) => name === service).flatMap(apart),
  ].join('\n')}\n`
}

/** Compose would see variables in it. */
const literal = (word: string): string => word.replaceAll('$', '$$$$')
