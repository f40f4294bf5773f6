import type { Plan, UrlCheck } from '../domain/plan.ts'
import { type Reason, reason } from '../domain/reason.ts'
import type { UrlProof } from '../domain/receipt.ts'
import { judgeUrl, type UrlLook, urlOf, urlPaths } from '../policy/url-check.ts'
import { type Execution, since } from './execution.ts'
import type { Outcome } from './fleet.ts'
import type { Ports } from './ports.ts'

/** Seconds between two looks. */
const lookEvery = 1

/** Good looks in a row that prove it, as with hosts: behind one address there may be several. */
const looksEnough = 2

type UrlPorts = Pick<Ports, 'publicWeb' | 'clock'>

/**
 * Asks the environment's public address once all hosts are proved, as its plan says. Way back and rollback do without: people need what ran before
 * now, and a broken way to it would only bring back what they went away from.
 */
export async function proveAtUrl({ run, plan, sealed, stop }: Execution): Promise<Outcome<UrlProof | undefined>> {
  const check = plan.atUrl
  if (!check || plan.soak === 'behind') return { kind: 'done', value: undefined }
  const began = run.ports.clock.now()
  const signal = AbortSignal.any([run.signal, stop.signal])
  const proved = await stop.heeded(untilGood(check, plan, signal, run.ports))
  const why = proved.kind === 'failed' && proved.reason.code === 'url-failed' ? masked(proved.reason, sealed.mask) : undefined
  await run.note(
    'verify',
    proved.kind === 'done' ? `${check.url} proved ${since(run, began)}` : `${check.url}: ${why?.evidence.detail ?? 'given up'}`,
  )
  return why ? { kind: 'failed', reason: why } : proved
}

const masked = ({ code, evidence }: Reason, mask: (text: string) => string): Reason =>
  reason(code, { ...evidence, detail: mask(evidence.detail ?? '') })

async function untilGood(check: UrlCheck, plan: Plan, signal: AbortSignal, ports: UrlPorts): Promise<Outcome<UrlProof>> {
  const began = ports.clock.now().getTime()
  for (let good = 0; ; ) {
    const look = await lookAtUrl(check, plan, signal, ports)
    good = look.kind === 'good' ? good + 1 : 0
    if (look.kind === 'good' && good >= looksEnough)
      return { kind: 'done', value: { url: check.url, ...(look.version !== undefined && { answered: look.version }) } }
    const seconds = (ports.clock.now().getTime() - began) / 1000
    if (look.kind === 'refused') return failed(check, plan, look.detail)
    if (look.kind === 'pending' && seconds >= check.within) return failed(check, plan, `${look.detail} after ${check.within} s`)
    await ports.clock.sleep(lookEvery, signal)
    signal.throwIfAborted()
  }
}

/** Asks every path side by side. */
export async function lookAtUrl(check: UrlCheck, { services }: Plan, signal: AbortSignal, { publicWeb }: UrlPorts): Promise<UrlLook> {
  const answers = await Promise.all(urlPaths(check).map(async (path) => [path, await publicWeb.get(urlOf(check, path), signal)] as const))
  return judgeUrl(check, services, new Map(answers))
}

const failed = ({ url }: UrlCheck, { environment }: Plan, detail: string): Outcome<never> => ({
  kind: 'failed',
  reason: reason('url-failed', { environment, url, detail }),
})
