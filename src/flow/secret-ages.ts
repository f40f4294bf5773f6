import { areNone, findEnvironment } from '../config/project-files.ts'
import { refusedChannels } from '../policy/channels.ts'
import { lookAtAges, oldSecrets, remindedEvery } from '../policy/secret-reminder.ts'
import { secretReminder } from '../report/secret-reminder.ts'
import type { DueAges, Lease, Ports, Report, ReportKey } from './ports.ts'
import { readProjects } from './read-projects.ts'

/**
 * Reminds people of secrets that are too old, once and then from time to time. When an environment is looked at again is stored, and that
 * people were reminded together with what has to be said: so a restart neither repeats it nor forgets it. An environment that cannot be
 * looked at does not keep the others waiting; the next sweep looks at it.
 */
export async function watchSecretAges(ports: Ports, signal: AbortSignal, lease: Lease): Promise<void> {
  for (const due of await ports.store.secretAges.due(ports.clock.now())) {
    signal.throwIfAborted()
    const { repository, environment } = due
    await look(due, lease, ports).catch((error: unknown) =>
      ports.log.warn('ages of secrets could not be looked at', { repository, environment, error }),
    )
  }
}

async function look(due: DueAges, lease: Lease, ports: Ports): Promise<void> {
  const now = ports.clock.now()
  const { remind, next } = lookAtAges(due.ages, due.reminded, now)
  if (!remind) return ports.store.secretAges.looked(due, lease, { ...(next !== undefined && { next }), wanted: [] })
  const wanted = await remindersOf(due, ports)
  // Somebody may come to listen later.
  if (wanted.length === 0) return ports.store.secretAges.looked(due, lease, { next: now.getTime() + remindedEvery, wanted })
  await ports.store.secretAges.looked(due, lease, { ...(next !== undefined && { next }), reminded: now.toISOString(), wanted })
  ports.log.info('people are reminded of old secrets', { repository: due.repository, environment: due.environment })
  await ports.queue.wake('reports')
}

/** Nobody is told of an environment that was taken out of the file since, nor in a channel that is not granted any more. */
async function remindersOf(due: DueAges, ports: Ports): Promise<ReportKey[]> {
  const { repository, environment, ages } = due
  const operator = ports.operator.current()
  const channels = ages.notify.filter((channel) => refusedChannels(operator, repository, [channel]).length === 0)
  if (channels.length === 0 || !(await isStillNamed(due, ports))) return []
  return [...new Set(channels)].map((surface) => ({ subject: `secrets:${repository}#${environment}`, surface }))
}

/** By the head of the branch that was deployed last. A file that is broken names what it named before. */
async function isStillNamed({ repository, environment }: DueAges, ports: Ports): Promise<boolean> {
  const [newest] = await ports.store.deployments.ofEnvironment(repository, environment, 1)
  if (!newest) return false
  const projects = await readProjects(newest.repository, newest.branch, ports)
  return !areNone(projects) && findEnvironment(projects, environment).kind !== 'unknown'
}

/** Tells a channel of the secrets of an environment (`owner/name#production`) that are too old as it is told; nothing where none is any more. */
export async function publishSecretReminder({ surface, memory }: Report, id: string, ports: Ports): Promise<string | undefined> {
  const [repository = '', environment = ''] = id.split('#', 2)
  const ages = await ports.store.secretAges.of(repository, environment)
  const old = oldSecrets(ages, ports.clock.now())
  if (ages && old.length > 0) await ports.chat.send(surface, secretReminder({ repository, environment, ages, old }))
  return memory
}
