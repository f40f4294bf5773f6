import type { HostRule } from '../domain/configuration.ts'
import type { RolloutRule } from '../domain/rollout.ts'
import { heldHost, lookAround, type SeenHost } from './hosts-state.ts'
import { learnFrom } from './learn.ts'
import type { Step } from './prepared.ts'
import type { Run } from './run.ts'

/**
 * What runs on the hosts of a deployment that is being prepared. `learnt`: something had happened there that Landfall did not know of and
 * has recorded now, so that whatever was decided before has to be decided anew. One that an administrator holds makes it wait. Hosts that are
 * not in what comes back were away, and are passed over.
 */
export async function seeHosts(
  hosts: HostRule[],
  rule: Pick<RolloutRule, 'canary' | 'unreachable'>,
  project: string,
  run: Run,
): Promise<Step<SeenHost[]> | { kind: 'learnt' }> {
  const { deployment, lease, signal, ports } = run
  const { repository, environment, id } = deployment
  const looked = await lookAround(hosts, rule, { project, environment }, ports, signal)
  if (looked.kind !== 'ok') return looked
  const { seen, away } = looked.value
  const learnt = await learnFrom(seen, { repository, environment, lease, signal, ports, preparing: id, away })
  if (learnt.kind !== 'ok') return learnt
  return learnt.value ? { kind: 'learnt' } : (heldHost(seen, project) ?? { kind: 'ok', value: seen })
}
