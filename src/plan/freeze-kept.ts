import type { GateRules } from '../domain/gate.ts'
import { type PinnedImage, pinnedReference } from '../domain/image.ts'
import type { ObservedContainer } from '../domain/observed.ts'
import type { Draft, Plan } from '../domain/plan.ts'
import { allAtOnce } from '../domain/rollout.ts'
import { planHosts } from './hosts.ts'
import { overrideText } from './override.ts'
import { changesTo, type ServicesRequest } from './services.ts'
import { structureOf } from './structure.ts'
import { wavesOf } from './waves.ts'

/** What a plan is made from where nothing but hosts and the database can be asked. */
export interface KeptRequest {
  /** The plan of the release to go back to. */
  release: Plan
  /** The generation whose files are taken. */
  kept: number
  hosts: (Plan['hosts'][number] & { containers: ObservedContainer[] })[]
  running?: ServicesRequest['previous']
  /** Registries whose credentials the repository may use. */
  registries: readonly string[]
  /** That hold for what comes next. */
  gates: GateRules
  /** Granted chat channels. */
  notify: readonly string[]
}

/**
 * Freezes the way back to a release from its own plan: Compose file, digests, values and files are those of then, and only which services
 * change is found anew. What a rule of the operator's would refuse today is not asked: it was not when the release was verified.
 */
export function freezeKept({ release, kept, hosts, running, registries, gates, notify }: KeptRequest): Draft {
  const { generation, onFailure: _, ...same } = release
  const model = structureOf(release.compose)
  const images = new Map(release.images.map((image) => [pinnedReference(image), image]))
  const pins = new Map(
    release.services.flatMap(({ name, image }): [string, PinnedImage][] => {
      const pin = images.get(image)
      return pin ? [[name, pin]] : []
    }),
  )
  const described = release.services.map(({ change: __, because: ___, ...service }) => service)
  const { services, removed } = changesTo(described, { model, pins, previous: running, hosts })
  return {
    ...same,
    format: 2,
    kind: 'rollback',
    again: generation,
    services,
    removed,
    hosts: planHosts(hosts, services, model),
    waves: wavesOf(
      hosts.map(({ name }) => name),
      allAtOnce,
    ),
    override: overrideText(services, model),
    kept,
    logins: release.logins.filter((registry) => registries.includes(registry)),
    soak: 'behind',
    gates,
    notify: [...notify],
  }
}
