import { reason, sentenceOf } from '../domain/reason.ts'
import { fullName, shortSha } from '../domain/repository.ts'
import { hostsAgain } from '../plan/placement.ts'
import { comeOver } from '../policy/after-bake.ts'
import { refusedChannels } from '../policy/channels.ts'
import { contractOver } from '../policy/contract.ts'
import { hostsMeant } from '../policy/hosts.ts'
import { operatorSecretsOf } from '../policy/operator-secrets.ts'
import { releaseMeant } from '../policy/release-meant.ts'
import { rollbackTarget } from '../policy/rollback-target.ts'
import { draftAgain, draftKept, unreachableOf } from './draft-rollback.ts'
import { nextGeneration } from './hosts-state.ts'
import { contractBetween } from './older-than-contract.ts'
import { type Prepared, rejected, type Step } from './prepared.ts'
import { namesNone, satisfiedBy } from './record-found.ts'
import { renderRelease } from './render-release.ts'
import type { Run } from './run.ts'
import { seeHosts } from './see-hosts.ts'
import { grantedTarget } from './target.ts'
import { unlessAway } from './unless-away.ts'

/** How many deployments back a release to return to is looked for. */
const remembered = 500

/**
 * Plans the way back to the release before the one that runs: that release's Compose files and its very digests, on the
 * hosts that run now. The registry is not asked: the images were verified once and are still on the hosts. No gate is asked either, and
 * GitHub need not answer, nor what keeps the operator's values: what they have of the release is on the hosts as well.
 */
export async function planRollback(run: Run): Promise<Prepared> {
  const { repository, environment, revision, over } = run.deployment
  const history = await run.ports.store.deployments.ofEnvironment(fullName(repository), environment, remembered)
  const since = over?.baked && comeOver(over.deployment, history, run.deployment.id)
  if (since)
    return {
      kind: 'refused',
      state: 'superseded',
      reason: reason('overtaken', { by: since.revision ? shortSha(since.revision) : since.actor }),
    }
  const to = revision === undefined ? rollbackTarget(history, over?.deployment) : releaseMeant(history, { kind: 'commit', revision })
  const release = to?.plan
  const now = history.find(({ state }) => state === 'succeeded' || state === 'halted')?.plan
  const operator = run.ports.operator.current()
  // What was granted then may not be now.
  if (now) run.notify = now.notify.filter((channel) => refusedChannels(operator, fullName(repository), [channel]).length === 0)
  if (!to || !release || !now) return rejected(reason('nothing-to-return-to', { environment }))

  const between = run.deployment.asked === 'deliberate' ? undefined : contractOver(history, to)
  if (between) return rejected(contractBetween(environment, to, between, revision === undefined ? 'rollback' : 'named'))

  const target = grantedTarget(fullName(repository), release.project, environment, hostsAgain(release, now, hostsMeant(now, operator)), run)
  if (target.kind !== 'ok') return target
  const back = { ...(now.secrets && { secrets: now.secrets }) }
  const rendering = renderRelease(repository, release.revision, environment, target.value, run.ports, back)
  const [seen, rendered] = await Promise.all([
    seeHosts(target.value.hosts, unreachableOf(now), release.project, run),
    unlessAway(rendering, run.ports.clock),
  ])
  if (seen.kind === 'learnt') return planAnew(run)
  const away = operatorSecretsOf(operator, fullName(repository), environment) ? somebodyAway : githubAway
  const missing = rendered.kind === 'answered' ? unreadable(rendered.value) : away
  const known = rendered.kind === 'answered' && missing === undefined ? rendered.value : undefined
  if (known && known.kind !== 'ok') return known
  if (seen.kind !== 'ok') return seen
  const facts = { release, now, history, seen: seen.value, target: target.value, run }
  const draft = known ? await draftAgain(known.value, facts) : await draftKept(facts, missing ?? away)
  if (draft.kind !== 'ok') return draft
  const generation = await nextGeneration(seen.value, repository, environment, run.ports)
  return generation.kind === 'ok' ? { kind: 'planned', plan: { ...draft.value, generation: generation.value } } : generation
}

const githubAway = 'GitHub does not answer'
const somebodyAway = "GitHub, or what keeps the operator's values, does not answer"

/** What is missing of the values that the operator's file leads to. People who roll back wait for no machine that hosts can do without. */
const unreadable = (rendered: Step<unknown>): string | undefined =>
  rendered.kind !== 'ok' && rendered.reason.code === 'secret-unavailable' ? sentenceOf(rendered.reason) : undefined

/** An administrator went back meanwhile: nothing is left to do for whoever named no release. */
async function planAnew(run: Run): Promise<Prepared> {
  const { repository, environment } = run.deployment
  const history = await run.ports.store.deployments.ofEnvironment(fullName(repository), environment, remembered)
  const newest = history.find(({ state }) => state === 'succeeded' || state === 'halted')
  if (newest?.state !== 'succeeded' || !namesNone(run.deployment)) return planRollback(run)
  return { kind: 'refused', state: 'superseded', reason: satisfiedBy(newest.actor) }
}
