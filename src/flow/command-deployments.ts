import type { Aimed, RollbackTo } from '../domain/command.ts'
import { type Deployment, isTerminal, mayBeCancelled, states } from '../domain/deployment.ts'
import { type Reason, reason } from '../domain/reason.ts'
import { fullName, type Repository, type Sha } from '../domain/repository.ts'
import { releaseMeant, releasesKnown } from '../policy/release-meant.ts'
import { cancelAnswer } from '../report/answers/cancel.ts'
import { retryAnswer } from '../report/answers/retry.ts'
import { rollbackUnderWay } from '../report/answers/rollback.ts'
import { tagUnknown } from './command-deploy.ts'
import type { Commanded, CommandedThere } from './commanded.ts'
import { linksOf } from './links-of.ts'
import type { Ports } from './ports.ts'
import { revivedBy } from './revived.ts'
import { askedWhile, wayOf } from './rollback-asked.ts'
import { answer, answerAbout, answering, answerVerdict, broughtBy, describedBy, newDeployment, refuseCommand, settle } from './settle.ts'

/** How many deployments back a release is looked for by name. */
const remembered = 500

/**
 * `/rollback`: a deployment of its own, which finds its release when it is planned unless one is named. Whoever names no release while a
 * rollback is on its way means that one: a second would go one further.
 *
 * @param named the project as the file calls it, where that can be read
 */
export async function rollBack(
  { environment, to, overContract }: Aimed<'rollback'>,
  { intent, ports }: Commanded,
  named?: string,
): Promise<void> {
  // Of the project that runs, whatever the file says by now, or whether it can be read.
  const [last] = await ports.store.deployments.ofEnvironment(fullName(intent.repository), environment, 1)
  const project = last?.project ?? named
  if (project === undefined) return refuseCommand(intent, reason('nothing-to-return-to', { environment }), ports)
  const there = await askedWhile(intent, environment, ports)
  if (to === undefined && there.rollback) {
    const subject = { deployment: there.rollback, links: linksOf(there.rollback, ports) }
    return answerAbout(there.rollback, intent, rollbackUnderWay(intent.id, { ...subject, ...(await wayOf(there.rollback, ports)) }), ports)
  }
  const release = to && (await releaseOf(to, intent.repository, environment, ports))
  if (release?.kind === 'unknown') return refuseCommand(intent, release.reason, ports)
  const fresh = {
    ...newDeployment(intent, project, environment, ports),
    kind: 'rollback' as const,
    ...answering(intent),
    ...knowingly(overContract),
  }
  await settle(intent, [{ ...fresh, ...release?.fields, ...there.over }], ports)
}

/** What a rollback has of it that somebody said what it goes over. */
export const knowingly = (overContract: true | undefined): Pick<Deployment, 'asked'> => (overContract ? { asked: 'deliberate' } : {})

/** The release somebody names. A tag that brought none itself names the one of its commit. */
async function releaseOf(to: RollbackTo, repository: Repository, environment: string, ports: Ports): Promise<Named> {
  const known = await releaseNamed(fullName(repository), environment, to, ports)
  if (known.kind === 'found' || to.kind !== 'tag') return known
  const commit = await ports.github.commitAt(repository, `tags/${to.name}`)
  if (!commit) return { kind: 'unknown', reason: await tagUnknown(to.name, repository, ports) }
  return releaseNamed(fullName(repository), environment, { kind: 'commit', revision: commit.sha }, ports)
}

type Named = { kind: 'found'; fields: Partial<Deployment> & { revision: Sha } } | { kind: 'unknown'; reason: Reason }

/** What a rollback to a release that somebody names has of it. */
export async function releaseNamed(
  repository: string,
  environment: string,
  to: RollbackTo,
  { store }: Pick<Ports, 'store'>,
): Promise<Named> {
  const history = await store.deployments.ofEnvironment(repository, environment, remembered)
  const release = releaseMeant(history, to)
  if (release?.revision === undefined)
    return { kind: 'unknown', reason: reason('release-unknown', { environment, known: releasesKnown(history) }) }
  return { kind: 'found', fields: { ...describedBy(release), revision: release.revision } }
}

/** `/retry`: the last deployment once more, where it did not go well, and what was refused elsewhere because of it. */
export async function retryDeployment({ environment }: Aimed<'retry'>, commanded: CommandedThere): Promise<void> {
  const { intent, file, ports } = commanded
  const [last] = await ports.store.deployments.ofEnvironment(fullName(intent.repository), environment, 1)
  const say = (outcome: Parameters<typeof retryAnswer>[1]) => answer(intent, retryAnswer(intent.id, outcome), {}, ports)
  if (!last) return say({ kind: 'nothing-to-retry', environment })
  const subject = { deployment: last, links: linksOf(last, ports) }
  if (!isTerminal(last.state)) return answerAbout(last, intent, retryAnswer(intent.id, { kind: 'under-way', ...subject }), ports)
  if (last.state === 'succeeded') return say({ kind: 'not-failed', ...subject })
  const { kind, over } = last
  const again = {
    ...newDeployment(intent, file.project, environment, ports),
    ...broughtBy(last),
    ...(over && { over }),
    ...answering(intent),
    // To try again what failed cannot mean anything else. But not to go back over what nothing older fits.
    ...(kind === 'deploy' ? { asked: 'deliberate' as const } : last.asked && { asked: last.asked }),
    retried: true as const,
    kind,
  }
  const revived = kind === 'deploy' ? await revivedBy(again, commanded) : []
  await settle(intent, [again, ...revived], ports)
}

/** `/cancel`: stops what waits, has not changed a host yet or pauses between two waves. The word is left with the deployment; whoever works on it obeys. */
export async function cancelDeployment(command: Aimed<'cancel'>, commanded: Commanded): Promise<void> {
  const { environment } = command
  const { intent, role, ports } = commanded
  const open = await ports.store.deployments.open(fullName(intent.repository), environment)
  // Who presses a button means what it stands beside: something newer may wait behind it.
  const deployment = intent.deployment === undefined ? open.at(-1) : open.find(({ id }) => id === intent.deployment)
  const say = (outcome: Parameters<typeof cancelAnswer>[1]) => cancelAnswer(intent.id, outcome)
  if (!deployment) return answer(intent, say({ kind: 'nothing-open', environment }), {}, ports)
  const subject = { deployment, links: linksOf(deployment, ports) }
  if (!mayBeCancelled(deployment)) return answer(intent, say({ kind: 'too-late', ...subject }), {}, ports)
  const said = {
    ...{ deployment: deployment.id, person: intent.actor, role, teams: [], verdict: 'cancel' as const },
    ...{ content: '', at: ports.clock.now().toISOString(), ...(deployment.revision !== undefined && { revision: deployment.revision }) },
  }
  const told = { body: say({ kind: deployment.state === 'paused' ? 'stopped' : 'cancelled', ...subject, person: intent.actor }) }
  if (
    (await answerVerdict({ said, while: states.filter((state) => mayBeCancelled({ ...deployment, state })) }, intent, told, ports)) ===
    'too late'
  )
    return cancelDeployment(command, commanded)
  await ports.queue.wake(`deployment:${deployment.id}`)
}
