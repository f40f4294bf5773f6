import type { Aimed } from '../domain/command.ts'
import type { Lock } from '../domain/gate.ts'
import { fullName } from '../domain/repository.ts'
import { samePerson } from '../policy/gates/names.ts'
import { type LockOutcome, lockAnswer } from '../report/answers/lock.ts'
import type { Commanded } from './commanded.ts'
import { answer } from './settle.ts'

/**
 * `/lock`: keeps the environment, or all of them, for whoever asks. In an open pull request the lock is the pull request's and ends
 * with it. The own lock is set anew; somebody else's is left alone.
 */
export async function setLock(command: Aimed<'lock'>, { intent, ports }: Commanded): Promise<void> {
  const { environment, reason, seconds } = command
  const repository = fullName(intent.repository)
  const held = (await ports.store.locks.of(repository)).find((lock) => lock.environment === environment)
  const say = (outcome: LockOutcome) => lockAnswer(intent.id, outcome)
  if (held && !samePerson(held.person, intent.actor)) return answer(intent, say({ kind: 'held', lock: held }), {}, ports)
  const through = intent.comment && (await ports.github.pullRequest(intent.repository, intent.comment.issue))
  const lock = {
    ...{ id: intent.id, repository, person: intent.actor, reason },
    ...(environment !== undefined && { environment }),
    ...(through?.state === 'open' && { pullRequest: through.number }),
  }
  const now = ports.clock.now()
  const shown: Lock = {
    ...lock,
    since: now.toISOString(),
    ...(seconds !== undefined && { until: new Date(now.getTime() + seconds * 1000).toISOString() }),
  }
  await answer(intent, say({ kind: 'locked', lock: shown }), { lock: { ...lock, ...(seconds !== undefined && { lasts: seconds }) } }, ports)
}

/** `/unlock`: takes a lock back, whoever set it. What waited for it goes on at once. */
export async function takeLockBack({ environment }: Aimed<'unlock'>, { intent, ports }: Commanded): Promise<void> {
  const repository = fullName(intent.repository)
  const locks = (await ports.store.locks.of(repository)).filter((lock) => lock.environment === environment)
  const none: LockOutcome = { kind: 'not-locked', ...(environment !== undefined && { environment }) }
  const outcome: LockOutcome = locks.length > 0 ? { kind: 'unlocked', person: intent.actor, locks } : none
  await answer(intent, lockAnswer(intent.id, outcome), locks.length > 0 ? { unlock: locks.map(({ id }) => id) } : {}, ports)
  await wakeWaiting(repository, ports)
}

/** Lets what waits in a repository look again. */
export async function wakeWaiting(repository: string, { store, queue }: Commanded['ports']): Promise<void> {
  for (const id of await store.deployments.due(repository)) await queue.wake(`deployment:${id}`)
}
