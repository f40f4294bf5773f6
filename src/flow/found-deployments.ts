import type { Deployment, SoakBehind } from '../domain/deployment.ts'
import { allPlaces, passedOver, placeOf } from '../domain/placement.ts'
import { allHosts, type Plan } from '../domain/plan.ts'
import { type Reason, reason } from '../domain/reason.ts'
import { allAtOnce } from '../domain/rollout.ts'
import { wavesOf } from '../plan/waves.ts'
import type { FoundStep, WentBack } from '../policy/went-back.ts'
import type { Ports } from './ports.ts'
import { soaksBehind } from './soak.ts'

type MadeWith = Pick<Ports, 'clock' | 'ids'>

/** A rollback that administrators made on these hosts. Its intent is made when it is stored. */
function byHand({ repository, project, environment }: Plan, hosts: readonly string[], { ids, clock }: MadeWith) {
  const now = clock.now().toISOString()
  return {
    ...{ id: ids(), intent: '', kind: 'rollback' as const, repository, project, environment },
    ...{ actor: `administrator on ${hosts.join(', ')}`, createdAt: now, finishedAt: now },
  }
}

/**
 * One step back, as the deployment it was: its plan is that of the release it went to, under that one's generation, since this is what
 * hosts run.
 *
 * @param known what Landfall last brought there
 * @param from what was taken away; undefined where nobody knows it any more
 */
export function stepBack(step: FoundStep, to: Plan, from: Plan | undefined, known: Plan, ports: MadeWith): Deployment & { plan: Plan } {
  const previous = from && { generation: step.from, revision: from.revision }
  const profiles = new Map(allPlaces(to).map((host) => [host.name, host.profiles ?? []]))
  const hosts = known.hosts.map(({ name, platform }) => ({ ...placeOf(name, profiles), platform, ...(previous && { previous }) }))
  // Going back takes no gate away, and tells whom the newer release would have told.
  const waves = wavesOf(allHosts(known), allAtOnce)
  const { notify, gates, unreachable, away = [] } = known
  const held = {
    notify,
    ...(gates && { gates }),
    ...(unreachable && { unreachable }),
    ...passedOver(away.map((name) => placeOf(name, profiles))),
  }
  const { onFailure: _, unreachable: __, away: ___, awayProfiles: ____, late: _____, secretKeys: ______, ...release } = to
  return {
    ...byHand(to, step.hosts, ports),
    revision: to.revision,
    state: 'succeeded',
    plan: { ...release, ...held, kind: 'rollback', soak: 'behind', hosts, waves },
    ...(away.length > 0 && { awaits: away }),
  }
}

/** Some hosts went back, and others did not: people have to say which of them is right. */
export function difference(
  { from, wentBack, hosts: told }: WentBack & { kind: 'differ' },
  older: Plan | undefined,
  known: Plan,
  ports: MadeWith,
): Deployment {
  const previous = { generation: from, revision: known.revision }
  const hosts = known.hosts.map(({ name, platform, profiles }) => ({
    ...{ name, platform, ...(profiles && { profiles }) },
    ...(wentBack.includes(name) && { previous }),
  }))
  return {
    ...byHand(known, wentBack, ports),
    revision: older?.revision ?? known.revision,
    state: 'halted',
    reason: reason('hosts-differ', { environment: known.environment, host: wentBack.join(', '), hosts: told }),
    plan: { ...known, kind: 'rollback', hosts },
  }
}

/** Whether the watch goes on; what is not well now will not be by being watched. */
export function soakOf(plan: Plan, unwell: Reason | undefined): SoakBehind | undefined {
  if (unwell) return { state: 'unwell', reason: unwell }
  return soaksBehind(plan) ? { state: 'under-way' } : undefined
}
