import type { SyncedFiles } from '../domain/files.ts'
import type { Plan } from '../domain/plan.ts'

/**
 * A Compose file that is merged over a release's own for one container of a service, in which an entry's `check` is run. It sees the new
 * files of every entry of that service where the service mounts them; landfall-shell lays them out in the release's folder, which hosts have
 * beside the project folder. Nobody is to take it for the service: it has none of its labels, names and ports.
 */
export function checkFile(
  { generation, synced = [] }: Pick<Plan, 'generation' | 'synced'>,
  { service, check = [], networks }: SyncedFiles,
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
    ...(networks ? [`    networks: !override ${JSON.stringify(networks)}`] : []),
    ...['labels', 'container_name', 'mac_address', 'ports', 'restart', 'healthcheck', 'scale', 'deploy'].map(
      (key) => `    ${key}: !reset null`,
    ),
  ].join('\n')}\n`
}

/** Compose would see variables in it. */
const literal = (word: string): string => word.replaceAll('$', '$$$$')
