import { projectFilePath } from '../domain/configuration.ts'
import type { Intent } from '../domain/intent.ts'
import { reason } from '../domain/reason.ts'
import { fullName, type Repository } from '../domain/repository.ts'
import { gather } from './gather.ts'
import { refuseOperator } from './gather-operator.ts'
import type { Ports } from './ports.ts'
import { lookAtRefs } from './refs.ts'
import { refuse, refuseCommand } from './settle.ts'
import { mostTries, passes } from './trouble.ts'
import type { Work } from './under-lease.ts'

/** What is woken when something is wanted of a repository. Also the name of its lease. */
export const repositorySubject = (repository: Repository): string => subjectOf(fullName(repository))

const subjectOf = (name: string): string => `repository:${name}`

/**
 * Seconds until the next look at a repository, by the branches and tags it was asked for. Each costs two requests or three, and GitHub allows an
 * installation 5,000 an hour: in a storm of pushes their number follows the time it lasts, and a merge by itself waits for nothing.
 */
const restAfter = (refs: number): number => Math.min(10, refs / 4)

/**
 * The work a repository (`owner/name`) has to do: its open intents, one after another and oldest first. Two pushes gathered side
 * by side would each see a branch head that nobody deploys yet. One that breaks is passed over: what is wrong with it is not wrong
 * with others. Undefined where there are none.
 */
export async function repositoryWork(name: string, ports: Ports): Promise<Work | undefined> {
  if ((await ports.store.intents.open(name)).length === 0) return undefined
  /** How often each broke that is open still; those of the last run. */
  const broke = new Map<string, number>()
  let passedOver: Intent[] = []
  return {
    lease: subjectOf(name),
    async run(_lease, signal) {
      passedOver = []
      const errors: unknown[] = []
      const refs = lookAtRefs(ports, signal)
      for (const next of await ports.store.intents.open(name)) {
        const intent = await ports.store.intents.read(next)
        if (!intent) continue
        signal.throwIfAborted()
        try {
          await gather(intent, refs, ports)
        } catch (error) {
          // What does not answer now answers none of them.
          if (signal.aborted || passes(error)) throw error
          ports.log.warn('intent passed over', { intent: intent.id, error })
          passedOver.push(intent)
          errors.push(error)
        }
      }
      if (errors.length > 0) throw errors[0]
      // With the lease in hand: what comes meanwhile is looked at together, afterwards.
      await ports.clock.sleep(restAfter(refs.asked()), signal)
      return undefined
    },
    async failed({ error, reference }) {
      if (passes(error)) return false
      for (const intent of passedOver) {
        const times = (broke.get(intent.id) ?? 0) + 1
        broke.set(intent.id, times)
        if (times >= mostTries) await giveUp(intent, reference, ports)
      }
      return passedOver.every(({ id }) => (broke.get(id) ?? 0) >= mostTries)
    },
  }
}

/** Settles what fails for ever, where its author sees it. */
async function giveUp(intent: Intent, reference: string, ports: Ports): Promise<void> {
  if (intent.kind === 'command') return refuseCommand(intent, reason('internal', { component: 'reading the command', reference }), ports)
  if (intent.kind === 'operator') return refuseOperator(intent, reason('internal', { component: 'reading the command', reference }), ports)
  const what = 'Landfall itself failed while it read what to do for this commit'
  const remedy = `Its log has the details under ${reference}; push again once that is mended`
  await refuse(intent, [{ file: projectFilePath, what, remedy }], ports)
}
