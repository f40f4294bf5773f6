import type { Aimed } from '../domain/command.ts'
import { bakesUntil, type Deployment, isTerminal } from '../domain/deployment.ts'
import type { Lock } from '../domain/gate.ts'
import { fullName, type Repository } from '../domain/repository.ts'
import { quarantineReason } from '../policy/gates/quarantine.ts'
import { quarantinedIn } from '../policy/quarantined.ts'
import { oldSecrets } from '../policy/secret-reminder.ts'
import { type EnvironmentStatus, type Running, statusAnswer } from '../report/answers/status.ts'
import type { Commanded } from './commanded.ts'
import { linksOf } from './links-of.ts'
import type { Ports } from './ports.ts'
import { answer } from './settle.ts'

/** How many deployments of an environment are looked through for the one that runs. */
const remembered = 50

/**
 * `/status`: what runs where, since when and by whom, what is locked, what waits and what to do about it. Told from the database; no host is
 * asked, and of GitHub only how far a branch is ahead.
 */
export async function tellStatus(command: Aimed<'status'>, { intent, environments, ports }: Commanded): Promise<void> {
  const repository = fullName(intent.repository)
  const [locks, seen] = await Promise.all([ports.store.locks.of(repository), ports.store.seen.of(repository)])
  const meant = environments.filter(({ name }) => command.environment === undefined || name === command.environment)
  const told = await Promise.all(
    meant.map(async (rule) => {
      const status = statusOf(rule, await ports.store.deployments.ofEnvironment(repository, rule.name, remembered), locks)
      const behind = await behindOf(rule, status, { seen, repository: intent.repository }, ports)
      const old = oldSecrets(await ports.store.secretAges.of(repository, rule.name), ports.clock.now())
      return { ...status, ...(behind && { behind }), ...(old.length > 0 && { oldSecrets: old }) }
    }),
  )
  const body = statusAnswer(intent.id, intent.repository, told, (deployment) => linksOf(deployment, ports), ports.addresses.github)
  await answer(intent, body, {}, ports)
}

type Rule = Commanded['environments'][number]

/** By the head that was seen last: two commits differ by the same for ever, so that GitHub is asked once. */
async function behindOf(
  { source }: Rule,
  { running }: EnvironmentStatus,
  { seen, repository }: { seen: ReadonlyMap<string, string>; repository: Repository },
  { github, log }: Ports,
): Promise<EnvironmentStatus['behind']> {
  if (source?.kind !== 'branch' || !running) return undefined
  const { branch } = source
  const head = seen.get(`refs/heads/${branch}`)
  if (head === undefined || head === running.revision) return undefined
  try {
    const changes = await github.changes(repository, running.revision, head)
    return changes && { branch, commits: changes.ahead }
  } catch (error) {
    // People who ask how things stand while GitHub is slow are told all else.
    log.info('commits not counted', { repository: fullName(repository), branch, error })
    return undefined
  }
}

/** @param history newest first */
function statusOf({ name, url }: Rule, history: Deployment[], locks: readonly Lock[]): EnvironmentStatus {
  const position = history.findIndex(({ state }) => state === 'succeeded')
  const since = position === -1 ? history : history.slice(0, position)
  const running = history[position]
  const shown = running && runningOf(running)
  return {
    environment: name,
    ...(url !== undefined && { url }),
    ...(shown && { running: shown }),
    quarantined: quarantinedIn(history).flatMap((one) =>
      one.supersededBy === undefined ? quarantineReason('quarantined', name, one) : [],
    ),
    locks: locks.filter(({ environment }) => environment === undefined || environment === name),
    deployments: since.filter(({ state }) => !isTerminal(state) || wentWrong.has(state)).toReversed(),
  }
}

const wentWrong: ReadonlySet<Deployment['state']> = new Set(['failed', 'rolled-back', 'halted', 'rejected'])

function runningOf(deployment: Deployment): Running | undefined {
  const { revision, plan, subject, kind, finishedAt, createdAt, actor, awaits, soak } = deployment
  const bakes = bakesUntil(deployment)
  if (revision === undefined) return undefined
  const built = plan?.images.filter((image) => image.revision !== undefined) ?? []
  return {
    revision,
    ...(subject !== undefined && { subject }),
    kind,
    images: built.map(({ repository, digest }) => ({ name: repository, digest })),
    since: finishedAt ?? createdAt,
    by: actor,
    ...(bakes !== undefined && { bakes }),
    ...(soak?.state === 'unwell' && { unwell: soak.reason }),
    ...(awaits && { away: awaits }),
  }
}
