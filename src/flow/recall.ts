import type { HostRule } from '../domain/configuration.ts'
import type { Plan } from '../domain/plan.ts'
import { sentenceOf } from '../domain/reason.ts'
import type { Receipt } from '../domain/receipt.ts'
import { fullName } from '../domain/repository.ts'
import { boundTo, receiptNamespace } from '../host/bundle.ts'
import { orderNamespace, orderOf } from '../host/order.ts'
import { planNamespace } from '../host/plan-file.ts'
import { type Claimed, type Memory, memoryReader, type RememberedRelease, recall } from '../host/recall.ts'
import type { KeptOn } from '../policy/recovery.ts'
import { unmasked } from './bundle.ts'
import { notUnderstood, outcomeOf } from './fleet.ts'
import type { Ports } from './ports.ts'

/** What a host remembers of a project's environment, as far as it can be proved. */
export interface Place {
  host: string
  project: string
  environment: string
  /** `owner/name`; empty where the host does not tell it. */
  repository: string
  /** The highest generation accepted there, and the latest turn heard in it. */
  generation: number
  turn: number
  /** Whether Landfall's key signed the order that told them. */
  proved: boolean
  releases: ProvedRelease[]
  /** Generations of confirmed releases that are there and not proved. */
  doubtful: number[]
}

/** A release with a plan that Landfall made. */
export interface ProvedRelease {
  plan: Plan
  receipt?: Receipt
  on: KeptOn
}

/** What a host answered; a host that did not may know anything. */
export type Recalled = { kind: 'told'; host: string; places: Place[] } | { kind: 'silent'; host: string; why: string }

type RecallPorts = Pick<Ports, 'hosts' | 'signer' | 'store' | 'log'>

/**
 * Asks a host for everything it remembers, and believes what Landfall's own key signed: whoever rules one host must not decide
 * what runs on others, nor what number a deployment gets.
 */
export async function recallFrom(host: HostRule, ports: RecallPorts): Promise<Recalled> {
  const reader = memoryReader()
  try {
    const result = await ports.hosts.run(host, recall(ports.signer.sign), (line) => reader.read(line))
    const outcome = outcomeOf(result, host, { name: 'recall', refused: 'host-refused' }, unmasked)
    if (outcome.kind === 'done')
      return { kind: 'told', host: host.name, places: reader.memories().map((memory) => placeOf(memory, host, ports)) }
    const old = outcome.ending === 'usage'
    return {
      kind: 'silent',
      host: host.name,
      why: old ? 'its landfall-shell is too old to tell. Run `landfall host bootstrap` for it' : sentenceOf(outcome.reason),
    }
  } catch (error) {
    ports.log.warn('host was not understood', { host: host.name, error })
    return { kind: 'silent', host: host.name, why: sentenceOf(notUnderstood(host)) }
  }
}

function placeOf(memory: Memory, { name }: HostRule, ports: RecallPorts): Place {
  const { project, environment, generation, turn } = memory
  const order = isSigned(memory.order, Buffer.from(memory.order.text), orderNamespace, ports) ? orderOf(memory.order.text) : undefined
  const proved = order?.project === project && order.environment === environment && order.generation === generation && order.turn === turn
  const releases = memory.releases.flatMap((release) => provedRelease(memory, release, name, ports) ?? [])
  const repository = releases[0] ? fullName(releases[0].plan.repository) : (memory.releases[0]?.repository ?? '')
  const ours = releases.filter(({ plan }) => fullName(plan.repository) === repository)
  const known = new Set(ours.flatMap(({ plan, receipt }) => (receipt ? [plan.generation] : [])))
  return {
    host: name,
    project,
    environment,
    repository,
    generation,
    turn,
    proved,
    releases: ours,
    doubtful: memory.releases.filter((one) => one.confirmed && !known.has(one.generation)).map((one) => one.generation),
  }
}

function provedRelease(memory: Memory, release: RememberedRelease, host: string, ports: RecallPorts): ProvedRelease | undefined {
  const { generation, confirmed, switched } = release
  const place = { project: memory.project, environment: memory.environment, generation }
  const plan = provedPlan(release.plan, ports)
  if (!plan || !isFor(plan, place)) return undefined
  const receipt = provedReceipt(release.receipt, place, ports)
  const verified = receipt && isFor(receipt, place) && receipt.revision === plan.revision ? receipt : undefined
  const on = { host, confirmed: confirmed && verified !== undefined, switched, current: memory.current === generation }
  return { plan, ...(verified && { receipt: verified }), on }
}

interface ReleasePlace {
  project: string
  environment: string
  generation: number
}

const isFor = (one: ReleasePlace, { project, environment, generation }: ReleasePlace): boolean =>
  one.project === project && one.environment === environment && one.generation === generation

function provedPlan(claim: Claimed | undefined, ports: RecallPorts): Plan | undefined {
  if (!claim || !isSigned(claim, Buffer.from(claim.text), planNamespace, ports)) return undefined
  return ports.store.recovery.readPlan(claim.text)
}

function provedReceipt(claim: Claimed | undefined, place: ReleasePlace, ports: RecallPorts): Receipt | undefined {
  if (!claim || !isSigned(claim, boundTo(place, claim.text), receiptNamespace, ports)) return undefined
  return ports.store.recovery.readReceipt(claim.text)
}

/** Landfall's key has one signature for a text, so it is made again and compared. */
const isSigned = ({ signature }: Claimed, bytes: Uint8Array, namespace: string, { signer }: RecallPorts): boolean =>
  signer.sign(bytes, namespace) === signature
