import { fullName, type Repository, type Sha } from '../domain/repository.ts'
import { buttonOf } from '../report/buttons.ts'
import { wakeWaiting } from './command-locks.ts'
import { locksSubject } from './end-locks.ts'
import type { ButtonPressed, Happening, Ports } from './ports.ts'
import { pullChanged } from './pull-requests.ts'
import { isServed, raiseCommand } from './raise.ts'

/**
 * Hears what GitHub tells beside pushes and comments. It asks nobody but the database, and only a pressed button and a pull request
 * to plan are stored: all else just wakes, and what is woken looks for itself. Throws when the database does not take these.
 */
export async function hear(happening: Happening, ports: Ports): Promise<void> {
  if (!isServed(happening, ports)) return
  const { repository } = happening
  switch (happening.kind) {
    case 'button':
      return press(happening, ports)
    case 'checks':
      return wakeThoseBringing(happening.revision, repository, ports)
    case 'image':
      return wakeWaiting(fullName(repository), ports)
    case 'branch-deleted':
      return lookAtLocks(repository, () => true, ports)
    case 'pull-request':
      await pullChanged(happening, ports)
      if (happening.action === 'merged' || happening.action === 'closed')
        await lookAtLocks(repository, (number) => number === happening.number, ports)
  }
}

/**
 * A button is a command about the deployment its check stands for. A press is known by what the check said then, and by the newest
 * deployment of the environment: a second click, and a delivery made again under whatever id, are the same wish until one of these has
 * changed. Pressed on purpose after the first came to something, it is a wish of its own.
 */
async function press({ repository, bot, identifier, check, actor, delivery }: ButtonPressed, ports: Ports): Promise<void> {
  const button = buttonOf(identifier)
  const deployment = await ports.store.deployments.read(check.externalId)
  if (bot || !button || !deployment || fullName(deployment.repository) !== fullName(repository)) {
    const fields = { delivery, repository: fullName(repository), button: identifier, person: actor, bot, check: check.externalId }
    return ports.log.info('button passed over', fields)
  }
  const [newest] = await ports.store.deployments.ofEnvironment(fullName(repository), deployment.environment, 1)
  const key = ['button', fullName(repository), check.id, identifier, actor, check.shown, newest?.id].join(' ')
  const { kind, shown } = button
  // Of a reason GitHub asks nobody who presses one.
  const command = kind === 'reject' ? ({ kind, text: 'no reason given' } as const) : ({ kind } as const)
  await raiseCommand({ deployment, command, actor, key, delivery, ...(shown !== undefined && { shown }) }, ports)
}

/** Those of other commits have no part in it, and in a busy repository there is always some check that ends. */
async function wakeThoseBringing(revision: Sha, repository: Repository, { store, queue }: Ports): Promise<void> {
  const name = fullName(repository)
  for (const id of await store.deployments.due(name)) {
    const environment = (await store.deployments.read(id))?.environment
    const open = environment === undefined ? [] : await store.deployments.open(name, environment)
    if (open.some((one) => one.state === 'waiting' && one.revision === revision)) await queue.wake(`deployment:${id}`)
  }
}

/** GitHub is asked afterwards what became of the pull request: a delivery that comes days late may tell of one that is open again. */
async function lookAtLocks(repository: Repository, concerned: (pullRequest: number) => boolean, { store, queue }: Ports): Promise<void> {
  const locks = await store.locks.of(fullName(repository))
  if (locks.some(({ pullRequest }) => pullRequest !== undefined && concerned(pullRequest))) await queue.wake(locksSubject(repository))
}
