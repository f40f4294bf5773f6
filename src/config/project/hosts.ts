import { z } from 'zod'
import type { EnvironmentRule } from '../../domain/configuration.ts'
import type { Path } from '../finding.ts'
import { message } from '../message.ts'
import { named } from '../named.ts'
import { hostEntry, profileName } from './names.ts'

const none = message('there are no hosts', 'Name at least one; to stop deploying, remove the environment')

const list = z.array(hostEntry).min(1, { error: none })

const mapping = z
  .record(hostEntry, z.array(profileName))
  .refine((hosts) => Object.keys(hosts).length > 0, { error: none })
  .meta({ minProperties: 1 })

/** Where an environment runs: hosts and groups, as a list, or with the Compose profiles that each of them has. */
export const hosts = z.union([list, mapping], {
  error: ({ input }) =>
    input === undefined || typeof input === 'object'
      ? undefined
      : message('this does not name hosts', 'Write a list, such as `[web-1, "@web"]`, or `{ "@web": [web], jobs-1: [cron] }`'),
})

export type HostsShape = z.output<typeof hosts>

/** Hosts and groups in the order written, each with its place. */
export function hostEntries(written: HostsShape, path: Path): { entry: string; path: Path; profiles: readonly string[] }[] {
  if (Array.isArray(written)) return written.map((entry, index) => ({ entry, path: [...path, index], profiles: [] }))
  return Object.entries(written).map(([entry, profiles]) => ({ entry, path: [...path, entry], profiles }))
}

/** As the domain has them. */
export const hostsRule = (written: HostsShape): Pick<EnvironmentRule, 'hosts' | 'profiles'> =>
  Array.isArray(written) ? { hosts: written } : { hosts: Object.keys(written), profiles: named(written, (profiles) => profiles) }
