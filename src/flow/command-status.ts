import type { Aimed } from '../domain/command.ts'
import type { EnvironmentRule } from '../domain/configuration.ts'
import { type Deployment, isTerminal } from '../domain/deployment.ts'
import type { Lock } from '../domain/gate.ts'
import { fullName } from '../domain/repository.ts'
import { type EnvironmentStatus, type Running, statusAnswer } from '../report/answers/status.ts'
import type { Commanded } from './commanded.ts'
import { linksOf } from './links-of.ts'
import { answer } from './settle.ts'

/** How many deployments of an environment are looked through for the one that runs. */
const remembered = 50

/** `/status`: what runs where, since when and by whom, what is locked and what waits. Told from the database; no host is asked. */
export async function tellStatus(command: Aimed<'status'>, { intent, environments, ports }: Commanded): Promise<void> {
  const repository = fullName(intent.repository)
  const locks = await ports.store.locks.of(repository)
  const meant = environments.filter(({ name }) => command.environment === undefined || name === command.environment)
  const told = await Promise.all(
    meant.map(async (rule) => statusOf(rule, await ports.store.deployments.ofEnvironment(repository, rule.name, remembered), locks)),
  )
  const body = statusAnswer(intent.id, intent.repository, told, (deployment) => linksOf(deployment, ports), ports.addresses.github)
  await answer(intent, body, {}, ports)
}

/** @param history newest first */
function statusOf({ name, url }: Pick<EnvironmentRule, 'name' | 'url'>, history: Deployment[], locks: readonly Lock[]): EnvironmentStatus {
  const position = history.findIndex(({ state }) => state === 'succeeded')
  const since = position === -1 ? history : history.slice(0, position)
  const running = history[position]
  const shown = running && runningOf(running)
  return {
    environment: name,
    ...(url !== undefined && { url }),
    ...(shown && { running: shown }),
    locks: locks.filter(({ environment }) => environment === undefined || environment === name),
    deployments: since.filter(({ state }) => !isTerminal(state) || wentWrong.has(state)).toReversed(),
  }
}

const wentWrong: ReadonlySet<Deployment['state']> = new Set(['failed', 'rolled-back', 'halted', 'rejected'])

function runningOf({ revision, plan, subject, kind, finishedAt, createdAt, actor }: Deployment): Running | undefined {
  if (revision === undefined) return undefined
  const built = plan?.images.filter((image) => image.revision !== undefined) ?? []
  return {
    revision,
    ...(subject !== undefined && { subject }),
    kind,
    images: built.map(({ repository, digest }) => ({ name: repository, digest })),
    since: finishedAt ?? createdAt,
    by: actor,
  }
}
