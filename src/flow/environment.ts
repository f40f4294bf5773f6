import type { Deployment, State } from '../domain/deployment.ts'
import { reason } from '../domain/reason.ts'
import { fullName, shortSha } from '../domain/repository.ts'
import type { Bell } from './bell.ts'
import { wakeWaiting } from './command-locks.ts'
import { execute } from './deploy.ts'
import { mayHaveSwitched } from './execution.ts'
import { unlessTakenBack } from './make-room.ts'
import type { Lease, Ports } from './ports.ts'
import { prepare } from './prepare.ts'
import { openRun, type Run } from './run.ts'
import { mostTries, passes } from './trouble.ts'
import type { Failure, Work } from './under-lease.ts'

/** One environment of one repository: the unit in which deployments follow one another. */
const environmentKey = (deployment: Pick<Deployment, 'repository' | 'environment'>): string =>
  environmentLease(fullName(deployment.repository), deployment.environment)

/** The subject of the lease under which it is worked on; its repository as `owner/name`. */
export const environmentLease = (repository: string, environment: string): string => `environment:${repository}/${environment}`

/** The work a deployment's environment has to do; undefined when the deployment is unknown. */
export async function environmentWork(id: string, ports: Ports): Promise<Work | undefined> {
  const deployment = await ports.store.deployments.read(id)
  if (!deployment) return undefined
  /** The deployment at work and how often in a row it broke. */
  let trying: { run: Run; broke: number } | undefined
  return {
    lease: environmentKey(deployment),
    async run(lease, signal, bell) {
      while (!signal.aborted) {
        const next = await nextDeployment(deployment, lease, signal, ports)
        if (!next) return undefined
        trying = { run: next.run, broke: trying?.run.deployment.id === next.run.deployment.id ? trying.broke : 0 }
        const again = await step(next, bell)
        trying = undefined
        if (again !== undefined) return again
        // What comes after this environment waits for how it went here.
        await wakeWaiting(fullName(deployment.repository), ports)
      }
      return undefined
    },
    async failed(failure) {
      if (!trying) return false
      await tell(trying.run, failure)
      // Counted once it is recorded: where even that fails, the database is the trouble and not the deployment.
      if (!passes(failure.error)) trying.broke += 1
      if (trying.broke < mostTries) return false
      await giveUp(trying.run, failure.reference)
      trying.broke = 0
      return true
    },
  }
}

/**
 * The deployment whose turn it is, and those that it overtakes. What was begun is finished first; of what waits, rollbacks go in the
 * order they were asked for, then the newest of the rest.
 */
async function nextDeployment(
  { repository, environment }: Pick<Deployment, 'repository' | 'environment'>,
  lease: Lease,
  signal: AbortSignal,
  ports: Ports,
): Promise<Turn | undefined> {
  const open = await ports.store.deployments.open(fullName(repository), environment)
  const begun = open.find(({ state }) => state !== 'queued' && state !== 'waiting')
  const next = begun ?? open.find(({ kind }) => kind === 'rollback') ?? open.at(-1)
  if (!next) return undefined
  const older = open.slice(0, open.indexOf(next)).filter(({ kind }) => kind === 'deploy')
  return { run: openRun(next, lease, signal, ports), overtaken: begun ? [] : older.map((one) => openRun(one, lease, signal, ports)) }
}

interface Turn {
  run: Run
  /** Older ones that wait. They end once this one may go or waits for that; one that is refused takes nobody's turn. */
  overtaken: Run[]
}

const nameOf = ({ kind, revision, actor }: Deployment): string =>
  kind === 'rollback' || revision === undefined ? `the rollback ${actor} asked for` : shortSha(revision)

/** Brings one deployment as far as it goes now. Resolves to the seconds to wait when it waits for something. */
async function step({ run, overtaken }: Turn, bell: Bell): Promise<number | undefined> {
  if (run.deployment.state === 'queued' || run.deployment.state === 'waiting') {
    const by = reason('overtaken', { by: nameOf(run.deployment) })
    return prepare(run, async () => {
      for (const older of overtaken) await older.end('superseded', by)
    })
  }
  return unlessTakenBack(run, bell, (stop) => execute(run, stop))
}

/** What people read while Landfall tries again. The error itself may hold anything: it is for the log alone. */
async function tell(run: Run, { error, reference, pause }: Failure): Promise<void> {
  const why = passes(error) ? 'something it needs does not answer' : 'something broke'
  await run.note(
    'retry',
    `Landfall could not go on with ${doing(run.deployment.state)}: ${why}. Trying again in ${pause} s (log: ${reference})`,
  )
}

/** Ends what fails for ever. Hosts that may have begun to switch are brought back first. */
async function giveUp(run: Run, reference: string): Promise<void> {
  const { state } = run.deployment
  const why = reason('internal', { component: doing(state), reference })
  if (mayHaveSwitched(state) && state !== 'rolling-back') await run.to('rolling-back', { reason: why })
  else await run.end(state === 'rolling-back' ? 'halted' : 'failed', why)
}

function doing(state: State): string {
  if (state === 'rolling-back') return 'the way back'
  return state === 'queued' || state === 'waiting' ? 'the preparations' : 'the deployment'
}
