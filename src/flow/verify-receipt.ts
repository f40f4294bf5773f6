import { isDeepStrictEqual } from 'node:util'
import type { HostRule } from '../domain/configuration.ts'
import type { Deployment } from '../domain/deployment.ts'
import type { Plan } from '../domain/plan.ts'
import { problemText } from '../domain/problem.ts'
import { sentenceOf } from '../domain/reason.ts'
import type { HostProof, Receipt } from '../domain/receipt.ts'
import { fullName } from '../domain/repository.ts'
import { probe } from '../host/commands.ts'
import { planDigest } from '../host/plan-file.ts'
import { allRan } from '../policy/answers.ts'
import { allowedHosts } from '../policy/hosts.ts'
import { receiptHolds, type ServiceNow } from '../policy/receipt-holds.ts'
import type { Round } from '../policy/verification.ts'
import { unmasked } from './bundle.ts'
import { notUnderstood, type Outcome, outcomeOf } from './fleet.ts'
import type { Ports } from './ports.ts'
import { recallFrom } from './recall.ts'
import { rounds } from './rounds.ts'

/** What became of comparing a receipt with its hosts as they are now. */
export type ReceiptVerified =
  | { kind: 'nothing'; why: string }
  | { kind: 'compared'; receipt: Receipt; hosts: HostCompared[]; remarks: string[] }

export interface HostCompared {
  host: string
  /** Why the host does not show what the receipt says, whatever its services do. */
  problems: string[]
  services: ServiceNow[]
}

type VerifyPorts = Pick<Ports, 'store' | 'hosts' | 'operator' | 'signer' | 'log'>

/** How many deployments back one that was verified is looked for. */
const remembered = 500

/** Seconds for one look with its requests. */
const oneLook = 30

/**
 * Compares the receipt of what was verified last in an environment with every host it names: the copy there is signed by Landfall's own key
 * and says the same, its plan is the one it names, it is the release that runs, and one look shows what was proved. Writes nothing anywhere.
 *
 * @param repository `owner/name`
 */
export async function verifyReceipt(repository: string, environment: string, ports: VerifyPorts): Promise<ReceiptVerified> {
  const history = await ports.store.deployments.ofEnvironment(repository, environment, remembered)
  const verified = history.find(({ state, plan }) => state === 'succeeded' && plan !== undefined)
  const receipt = verified && (await ports.store.receipts.of(verified.id))
  const plan = verified?.plan
  if (!receipt || !plan) return { kind: 'nothing', why: `nothing of ${environment} of ${repository} was ever verified here` }
  const hosts = await Promise.all(receipt.hosts.map((proof) => compare(proof, receipt, plan, ports)))
  return { kind: 'compared', receipt, hosts, remarks: remarksOn(history.slice(0, history.indexOf(verified))) }
}

async function compare(proof: HostProof, receipt: Receipt, plan: Plan, ports: VerifyPorts): Promise<HostCompared> {
  const { host: name } = proof
  const asked = { project: plan.project, environment: plan.environment, asked: [name] }
  const allowed = allowedHosts({ operator: ports.operator.current(), repository: fullName(plan.repository), ...asked })
  if (allowed.kind === 'refused') return { host: name, problems: allowed.problems.map(problemText), services: [] }
  const [host] = allowed.hosts
  if (!host) throw new Error(`host ${name} is allowed and is none`)
  const [problems, round] = await Promise.all([paperOf(host, receipt, plan, ports), lookOnce(host, plan, ports)])
  if (round.kind === 'failed') return { host: name, problems: [...new Set([...problems, sentenceOf(round.reason)])], services: [] }
  return { host: name, problems, services: receiptHolds(proof, plan, round.value) }
}

/** What is wrong with what the host keeps in writing. */
async function paperOf(host: HostRule, receipt: Receipt, plan: Plan, ports: VerifyPorts): Promise<string[]> {
  const recalled = await recallFrom(host, ports)
  if (recalled.kind === 'silent') return [recalled.why]
  const place = recalled.places.find(({ project, environment }) => project === plan.project && environment === plan.environment)
  const release = place?.releases.find((one) => one.plan.generation === plan.generation)
  if (!release) return [`it keeps no release ${plan.generation} that Landfall's key signed`]
  const problems: string[] = []
  if (!release.receipt) problems.push("it keeps no receipt of this release that Landfall's key signed")
  else if (!isDeepStrictEqual(release.receipt, receipt)) problems.push('the receipt it keeps says something else than the one here')
  if (receipt.plan !== undefined && planDigest(release.plan) !== receipt.plan)
    problems.push('its plan is not the one that the receipt names')
  const running = place?.releases.find(({ on }) => on.current)?.plan.generation
  if (!release.on.current) problems.push(running === undefined ? 'another release runs there' : `generation ${running} runs there`)
  return problems
}

/** One round of looking and asking, as verification does many; the first that tells all there is. */
async function lookOnce(host: HostRule, plan: Plan, ports: VerifyPorts): Promise<Outcome<Round>> {
  let round: Round | undefined
  const enough = (next: Round) => {
    round = next
    return allRan(plan.services, next.containers, next)
  }
  const heard = rounds(host, enough, ports)
  const result = await ports.hosts.run(host, probe(plan, oneLook), heard.reader, heard.signal)
  if (heard.nonsense) return { kind: 'failed', reason: notUnderstood(host) }
  if (round) return { kind: 'done', value: round }
  const outcome = outcomeOf(result, host, { name: 'verify-receipt', refused: 'host-refused' }, unmasked)
  return outcome.kind === 'failed' ? outcome : { kind: 'failed', reason: notUnderstood(host) }
}

/** What came after it, which may be why hosts show something else. */
const remarksOn = (later: Deployment[]): string[] =>
  later
    .filter(({ plan }) => plan !== undefined)
    .map(({ id, state, plan }) => `deployment ${id} of generation ${plan?.generation} came after it and is ${state}`)
