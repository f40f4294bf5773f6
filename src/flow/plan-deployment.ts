import { isDeepStrictEqual } from 'node:util'
import type { Deployment } from '../domain/deployment.ts'
import { allPlaces, placeOf } from '../domain/placement.ts'
import { allHosts, type Draft, type Proposal } from '../domain/plan.ts'
import { type Reason, reason, sentenceOf } from '../domain/reason.ts'
import { shortSha } from '../domain/repository.ts'
import { startFirstOf } from '../plan/beside.ts'
import { contentOf, shownProfiles, shownWaves } from '../plan/content.ts'
import { originsIn, type ServiceImage, withOrigins } from '../plan/images.ts'
import { wavesOf } from '../plan/waves.ts'
import type { Evaluation } from '../policy/gates/evaluate.ts'
import { namesText } from '../policy/gates/names.ts'
import { seenText } from '../policy/gates/seen-text.ts'
import { contractOf } from './contract-facts.ts'
import { draftOf } from './draft.ts'
import { evaluateGates, type GatesSeen, gatesAfter } from './gates.ts'
import { nextGeneration, type SeenHost } from './hosts-state.ts'
import { keptImages } from './kept-images.ts'
import { olderThanContract, saidOverContract } from './older-than-contract.ts'
import { movedAway } from './part-of.ts'
import { type Prepared, rejected, type Step } from './prepared.ts'
import { renderTarget } from './render-target.ts'
import { resolveImages } from './resolve-images.ts'
import type { Run } from './run.ts'
import { lastSuccess, runningRelease } from './running.ts'
import { withSecretPatience } from './secret-patience.ts'
import { seeHosts } from './see-hosts.ts'
import { type Target, targetOf } from './target.ts'
import { urlOpen } from './url-open.ts'

/** How long a closed gate is left alone that no moment is known of, in seconds: what opens it wakes the deployment. */
const unknownPause = 60

/**
 * Asks the gates, and freezes what will happen: at once where all are open. While one is closed it is a proposal, for people to see
 * what waits; its digests are kept, so that what was approved is what is deployed, wherever the tags have gone meanwhile.
 */
export async function planDeployment(run: Run): Promise<Prepared> {
  const { repository, revision = '', proposal } = run.deployment
  // It takes longest, is needed in any case and remembered where it is asked for again; a failure is told there. What was shown already
  // is mostly not made anew.
  if (!proposal) run.ports.github.snapshot(repository, revision).catch(() => undefined)
  const target = await targetOf(run)
  if (target.kind !== 'ok') return target
  const away = proposal && (await movedAway(run.deployment, target.value.rule.source, run.ports))
  if (away) return rejected(away)
  const gates = await evaluateGates(run, target.value, proposal)
  if (gates.kind === 'refused') return rejected(gates.closed[0].says.reason)
  if (gates.kind === 'waiting' && (gates.promoted === undefined || (proposal && isFor(proposal, target.value)))) return held(gates)

  const drafted = await draftDeployment(run, target.value, gates)
  if (drafted.kind === 'learnt') return planDeployment(run)
  if (drafted.kind === 'waiting' && gates.kind === 'waiting') return held(gates, drafted)
  if (drafted.kind !== 'ok') return drafted
  const { draft, seen } = drafted.value
  const content = contentOf(draft, run.ports.signer.fingerprint)
  const shown = proposal?.content === content ? proposal : { draft, content, since: run.ports.clock.githubNow().toISOString() }
  // That took a while, in which somebody may have closed what was open.
  const decided = await evaluateGates(run, target.value, shown)
  if (decided.kind === 'refused') return rejected(decided.closed[0].says.reason)
  if (decided.kind === 'waiting') return { ...held(decided), proposal: shown }

  if (decided.seen.length > 0) await run.note('gates', seenText(decided.seen))
  const generation = await nextGeneration(seen, repository, run.deployment.environment, run.ports)
  if (generation.kind !== 'ok') return generation
  const passed = decided.seen.length > 0 ? { passed: decided.seen } : {}
  return { kind: 'planned', plan: { ...draft, generation: generation.value, ...passed } }
}

/** Whether it is still what the target asks for; a commit does not change, but the branch's head may name other hosts now. */
function isFor({ draft }: Proposal, { hosts, profiles, rule }: Target): boolean {
  const names = hosts.map(({ name }) => name)
  return (
    isDeepStrictEqual(allHosts(draft).toSorted(), names.toSorted()) &&
    isDeepStrictEqual(shownProfiles(allPlaces(draft)), shownProfiles(names.map((name) => placeOf(name, profiles)))) &&
    isDeepStrictEqual(shownWaves(draft), shownWaves({ waves: wavesOf(names, rule.rollout) })) &&
    draft.onFailure === rule.rollout.onFailure &&
    draft.unreachable === rule.rollout.unreachable &&
    Object.entries(startFirstOf(draft)).every(([name, leaving]) => isDeepStrictEqual(leaving, rule.rollout.startFirst?.[name]))
  )
}

/** It waits for gates, and for what else has to come first. */
function held(gates: Evaluation & { kind: 'waiting' }, also?: { reason: Reason; seconds: number }): Prepared & { kind: 'waiting' } {
  const closed = [...(also ? [also.reason] : []), ...gates.closed.map(({ says }) => says.reason)]
  const [first] = closed
  if (!first) throw new Error('nothing is waited for')
  const seconds = Math.max(1, Math.min(unknownPause, gates.lookAgain ?? unknownPause, also?.seconds ?? unknownPause))
  return { kind: 'waiting', reason: first, closed, seconds }
}

/** Names of the images that the repository builds. */
const builtBy = (images: readonly ServiceImage[]): string[] => [...new Set(images.flatMap(({ built }) => built?.rule ?? []))]

/** The branch's head may name other images than the commit does: the gate was asked about those of the head. */
const neverVerified = (images: readonly string[], after: readonly string[], { environment, revision = '' }: Deployment): Reason =>
  reason('promotion-missing', { environment, after: namesText(after), revision, commit: shortSha(revision), image: namesText(images) })

/** What would be deployed: everything that comes from the commit, and what runs now. */
async function draftDeployment(
  run: Run,
  target: Target,
  { promoted = {}, after }: Pick<GatesSeen, 'promoted' | 'after'>,
): Promise<Step<{ draft: Draft; seen: SeenHost[] }> | { kind: 'learnt' }> {
  const { repository, environment, revision = '', proposal, id } = run.deployment
  const { hosts, project } = target
  // The slow things know nothing of each other: repository, Compose and registry on one side, hosts on the other.
  const rendering = renderTarget(repository, revision, target, run.ports).then(async (step) => {
    const rendered = withSecretPatience(step, run)
    if (rendered.kind !== 'ok') return rendered
    const { images: rules } = rendered.value.file
    const unverified = after.length === 0 ? [] : builtBy(rendered.value.images).filter((name) => !Object.hasOwn(promoted, name))
    if (unverified.length > 0) return rejected(neverVerified(unverified, after, run.deployment))
    const shown = originsIn(proposal?.draft.images ?? [], rules)
    const origins = { ...(proposal ? shown : await keptImages(rules, run)), ...promoted }
    return { kind: 'ok' as const, value: { ...rendered.value, origins, images: withOrigins(rendered.value.images, origins, rules) } }
  })
  const [seen, release, address, built] = await Promise.all([
    seeHosts(hosts, target.rule.rollout, project, run),
    rendering,
    rendering.then((ready) => (ready.kind === 'ok' ? urlOpen(ready.value.environment, run) : ready)),
    rendering.then(async (ready) => {
      if (ready.kind !== 'ok') return ready
      const known = Object.values(ready.value.origins).flatMap(({ pinned }) => pinned ?? [])
      return resolveImages(ready.value.images, { built: true, known, within: ready.value.environment.imageWithin }, run)
    }),
  ])
  if (seen.kind === 'learnt') return seen
  // What people can mend themselves is told before what a machine has.
  if (release.kind !== 'ok') return release
  if (address.kind !== 'ok') return address
  if (seen.kind !== 'ok') return seen
  const { origins: _, ...rendered } = release.value
  const running = await runningRelease(seen.value, repository, environment, run.ports)
  const known = [...(proposal?.draft.images ?? []), ...(running?.images ?? [])]
  const others = await resolveImages(rendered.images, { built: false, known, within: rendered.environment.imageWithin }, run)
  const stopped = [built, others].find(({ kind }) => kind === 'refused') ?? [built, others].find(({ kind }) => kind === 'waiting')
  if (stopped && stopped.kind !== 'ok') return stopped
  const pinned = [built, others].flatMap((step) => (step.kind === 'ok' ? step.value : []))
  const gates = gatesAfter(
    run.deployment,
    target.rule.gates,
    rendered.environment.gates,
    await lastSuccess(repository, environment, run.ports),
  )
  const older = await olderThanContract(run)
  if (older && !(await saidOverContract(run))) return rejected(older)
  if (older) await run.note('contract', `goes all the same, as ${run.deployment.actor} says (--over-contract). ${sentenceOf(older)}`)
  const contract = await contractOf(rendered.environment.before ?? [], run)
  const { rollout } = target.rule
  const draft = draftOf({ kind: 'deploy', release: id, rendered, pinned, seen: seen.value, running, gates, rollout, contract }, target, run)
  return draft.kind === 'ok' ? { kind: 'ok', value: { draft: draft.value, seen: seen.value } } : draft
}
