import type { OperatorIntent } from '../domain/intent.ts'
import { type Reason, reason } from '../domain/reason.ts'
import { fullName } from '../domain/repository.ts'
import { knowingly, releaseNamed } from './command-deployments.ts'
import type { Ports } from './ports.ts'
import { askedWhile } from './rollback-asked.ts'
import { newDeployment, settle } from './settle.ts'

/** What the operator's wishes need: nobody but the database is asked. */
export type OperatorPorts = Pick<Ports, 'store' | 'queue' | 'clock' | 'ids' | 'log'>

/** Carries out what the operator wants, from the database alone: no role is asked of GitHub, and no file. */
export async function gatherOperator(intent: OperatorIntent, ports: OperatorPorts): Promise<void> {
  const name = fullName(intent.repository)
  const { environment, to, overContract } = intent.command
  const [newest] = await ports.store.deployments.ofEnvironment(name, environment, 1)
  if (!newest) return refuseOperator(intent, reason('environment-unknown', { environment, known: await knownTo(name, ports) }), ports)
  const fresh = { ...newDeployment(intent, newest.project, environment, ports), kind: 'rollback' as const, ...knowingly(overContract) }
  const there = await askedWhile(intent, environment, ports)
  // A second would go one further: whoever names no release means the one that is on its way.
  if (to === undefined && there.rollback) {
    await ports.store.intents.settle(intent.id, { kind: 'deployments', ids: [there.rollback.id] }, [])
    return
  }
  const release = to && (await releaseNamed(name, environment, to, ports))
  if (release?.kind === 'unknown') return refuseOperator(intent, release.reason, ports)
  await settle(intent, [{ ...fresh, ...release?.fields, ...there.over }], ports)
}

/** Environments of a repository (`owner/name`) that something was ever deployed to. */
export async function knownTo(repository: string, { store }: Pick<Ports, 'store'>): Promise<string> {
  const known = (await store.environments.known()).filter((one) => one.repository === repository)
  return known.map(({ environment }) => environment).join(', ') || 'none'
}

export async function refuseOperator({ id }: OperatorIntent, why: Reason, { store, log }: Pick<Ports, 'store' | 'log'>): Promise<void> {
  await store.intents.settle(id, { kind: 'command-refused', reason: why }, [])
  log.info('operator refused', { intent: id, reason: why.code })
}
