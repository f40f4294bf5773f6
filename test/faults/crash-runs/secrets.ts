import { randomBytes } from 'node:crypto'
import { openIdentities } from '../../../src/adapters/identities.ts'
import { editedFile } from '../../../src/flow/secret-edit.ts'
import type { Host } from '../../lab/host.ts'
import { randomFrom } from './random.ts'
import type { Place } from './rules.ts'

/** Whether production of a seed's town has a secret, of which every merge makes another. A row of numbers of its own, as rules have. */
export const hasSecrets = (seed: number): boolean => randomFrom(seed + 0x6000_0000).chance(0.5)

const path = 'deploy/production.secrets.env'

/** What production says of it in landfall.yml. */
export const secretsText = (secrets: boolean): string => (secrets ? `, secrets: ${path}` : '')

/** The Compose file where the web service is told the secret. */
export const knowing = (compose: string, secrets: boolean): string =>
  secrets ? compose.replace('      GREETING: ${GREETING}\n', (line) => `${line}      TOKEN: \${TOKEN:-none}\n`) : compose

/** People's own, who encrypt as Landfall would for them. */
export interface Vault {
  /** A new value, and the file that brings it. */
  rotate(): Promise<{ value: string; files: Record<string, string> }>
}

/**
 * @param keys the folder with Landfall's keys
 * @param repository `owner/name`
 */
export async function openVault(keys: string, repository: string): Promise<Vault> {
  const identity = await (await openIdentities(keys)).of(repository, 'production')
  return {
    async rotate() {
      const value = `secret-${randomBytes(12).toString('hex')}`
      const tools = { identity, clock: { now: () => new Date() }, randomBytes }
      const made = await editedFile(undefined, path, { kind: 'set', name: 'TOKEN', value }, tools)
      if (made.kind !== 'ok' || made.value.kind !== 'edited') throw new Error('the secret could not be encrypted')
      return { value, files: { [path]: made.value.text } }
    },
  }
}

/** The secret as it lies on a host, and as each web container that is there was told it. */
export interface SecretsThere {
  file: string
  containers: string[]
}

export async function secretsOn(host: Host, project: string, place: Place): Promise<SecretsThere> {
  const [file = '', ...containers] = (
    await host.sh(`
      sed -n 's/^TOKEN=//p' /var/lib/landfall/${project}/${place}/files/.env; echo --
      for id in $(docker ps -aq --filter label=com.docker.compose.project=${project} --filter label=com.docker.compose.service=web --filter label=com.docker.compose.oneoff=False); do
        docker inspect --format '{{range .Config.Env}}{{println .}}{{end}}' "$id" | sed -n 's/^TOKEN=//p'; echo --
      done`)
  )
    .split('--\n')
    .map((text) => text.trim().replace(/^"(.*)"$/, '$1'))
  return { file, containers: containers.slice(0, -1) }
}
