import type { HostRule } from '../domain/configuration.ts'
import { heldHost, lookAtHosts, type SeenHost } from './hosts-state.ts'
import { learnFrom } from './learn.ts'
import type { Step } from './prepared.ts'
import type { Run } from './run.ts'

/**
 * What runs on the hosts of a deployment that is being prepared. `learnt`: something had happened there that Landfall did not know of and
 * has recorded now, so that whatever was decided before has to be decided anew. One that an administrator holds makes it wait.
 */
export async function seeHosts(hosts: HostRule[], project: string, run: Run): Promise<Step<SeenHost[]> | { kind: 'learnt' }> {
  const { deployment, lease, signal, ports } = run
  const { repository, environment, id } = deployment
  const seen = await lookAtHosts(hosts, { project, environment }, ports, signal)
  if (seen.kind !== 'ok') return seen
  const learnt = await learnFrom(seen.value, { repository, environment, lease, signal, ports, preparing: id })
  if (learnt.kind !== 'ok') return learnt
  return learnt.value ? { kind: 'learnt' } : (heldHost(seen.value, project) ?? seen)
}
