import { type PinnedImage, pinnedReference } from '../domain/image.ts'
import type { Draft, Plan } from '../domain/plan.ts'
import { allAtOnce } from '../domain/rollout.ts'
import { planHosts } from './hosts.ts'
import { overrideText } from './override.ts'
import { type ComparedHost, changesTo, type ServicesRequest } from './services.ts'
import { structureOf } from './structure.ts'
import { wavesOf } from './waves.ts'

/** What a release is brought again to. */
export interface AgainRequest {
  /** The plan of that release. */
  release: Plan
  hosts: ComparedHost[]
  /** Names of every host in order, those that are passed over as well; of `hosts` where absent. */
  names?: readonly string[]
  running?: ServicesRequest['previous']
}

/**
 * Freezes a release once more from its own plan: Compose file, digests, values and files are those of then, and only which services change is
 * found anew. All hosts go at once.
 */
export function freezeAgain({ release, hosts, names, running }: AgainRequest): Draft {
  const { generation: _, onFailure: __, unreachable: ___, away: ____, late: _____, kept: ______, passed: _______, ...same } = release
  const model = structureOf(release.compose)
  const images = new Map(release.images.map((image) => [pinnedReference(image), image]))
  const pins = new Map(
    release.services.flatMap(({ name, image }): [string, PinnedImage][] => {
      const pin = images.get(image)
      return pin ? [[name, pin]] : []
    }),
  )
  const comparison = { model, pins, hosts }
  const described = release.services.map(({ change: _, because: __, ...service }) => service)
  const { services, removed } = changesTo(described, { ...comparison, previous: running })
  const here = hosts.map(({ name }) => name)
  const all = names ?? here
  const away = all.filter((name) => !here.includes(name))
  return {
    ...same,
    format: 2,
    services,
    removed,
    hosts: planHosts(services, comparison),
    waves: wavesOf(all, allAtOnce),
    ...(away.length > 0 && { away }),
    override: overrideText(services, model),
  }
}
