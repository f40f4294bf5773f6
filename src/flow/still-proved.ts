import { isDeepStrictEqual } from 'node:util'
import { reason, sentenceOf } from '../domain/reason.ts'
import type { HostProof, ServiceProof } from '../domain/receipt.ts'
import { type Execution, everyHost, firstFailure } from './execution.ts'
import type { Outcome } from './fleet.ts'
import { prove } from './prove.ts'

/**
 * While later waves rolled nobody looked at the earlier ones: before all is said to be proved, they are looked at once more.
 *
 * @param last hosts of the last wave, proved just now
 */
export async function stillProved(execution: Execution, last: readonly string[], proofs: HostProof[]): Promise<Outcome<HostProof[]>> {
  const { run, plan } = execution
  const earlier = plan.hosts.map(({ name }) => name).filter((name) => !last.includes(name))
  if (earlier.length === 0) return { kind: 'done', value: proofs }
  const looked = await everyHost(execution, earlier, async (host) => {
    const seen = replacedSince(proofs, await prove(execution, host, { ...plan, soak: 'behind' }))
    await run.note('verify', seen.kind === 'done' ? 'runs it still' : sentenceOf(seen.reason), host.name)
    return seen
  })
  const unwell = firstFailure(looked)
  if (unwell) return { kind: 'failed', reason: unwell }
  const again = looked.flatMap((one) => (one.kind === 'done' ? [one.value] : []))
  return { kind: 'done', value: [...again, ...proofs.filter(({ host }) => last.includes(host))] }
}

/** What was proved before has to be the same containers still, as for a soak. Where another worker proved it, nobody knows which they were. */
export function replacedSince(proofs: readonly HostProof[], seen: Outcome<HostProof>): Outcome<HostProof> {
  if (seen.kind === 'failed') return seen
  const { host, services } = seen.value
  const known = proofs.find((one) => one.host === host)?.services ?? []
  const other = known.find(({ service, containers }) => !isDeepStrictEqual(containersOf(services, service), containers.toSorted()))
  if (!other) return seen
  const detail = 'its container was replaced after it had been proved'
  return { kind: 'failed', reason: reason('verification-failed', { host, service: other.service, detail }) }
}

const containersOf = (services: readonly ServiceProof[], name: string): string[] | undefined =>
  services.find(({ service }) => service === name)?.containers.toSorted()
