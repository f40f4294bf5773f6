import type { HostView } from '../evidence.ts'
import type { StoredDeployment, StoredReceipt } from '../stored.ts'
import type { Violation } from './violation.ts'

/** "Success" means that what was planned runs on the host and was proved. */
export function checkProof(evidence: HostView): Violation[] {
  const { database } = evidence
  const succeeded = database.deployments.filter(({ state }) => state === 'succeeded')
  return [...succeeded.flatMap((one) => proofOf(one, evidence)), ...whatRuns(evidence)].map((what) => ({ invariant: 4, what }))
}

function proofOf(one: StoredDeployment, { database, host, history }: HostView): string[] {
  const name = `${one.kind} ${one.revision?.slice(0, 7)} (generation ${one.generation})`
  const found: string[] = []
  const planned = webDigest(one)
  const pushed = history.digests.get(one.revision ?? '')
  if (planned !== pushed) found.push(`${name} planned ${planned}; the build of that commit pushed ${pushed}`)
  const receipt = database.receipts.get(one.id)
  if (!receipt) return [...found, `${name} succeeded without a receipt`]
  found.push(...receiptProblems(receipt, one, name))
  const kept = host.receipts.get(one.generation ?? 0)
  if (kept && kept.deployment !== one.id) found.push(`the host's receipt of ${name} is that of ${kept.deployment}`)
  if (kept && JSON.stringify(kept.hosts) !== JSON.stringify(receipt.hosts))
    found.push(`host and database keep different receipts of ${name}`)
  if (!host.acts.some(({ verb, generation, outcome }) => verb === 'confirm' && outcome === 'confirmed' && generation === one.generation))
    found.push(`${name} succeeded, and the host never confirmed it`)
  return found
}

function receiptProblems({ generation, revision, hosts }: StoredReceipt, one: StoredDeployment, name: string): string[] {
  const found: string[] = []
  if (generation !== one.generation || revision !== one.revision)
    found.push(`the receipt of ${name} is of ${revision}, generation ${generation}`)
  const web = hosts.flatMap(({ services }) => services).filter(({ service }) => service === 'web')
  if (web.length !== one.plan?.hosts.length)
    found.push(`the receipt of ${name} proves ${web.length} web services, on ${one.plan?.hosts.length} hosts`)
  for (const { planned, answered } of web) {
    if (planned !== webDigest(one)) found.push(`the receipt of ${name} proves ${planned}; planned was ${webDigest(one)}`)
    if (answered !== one.revision) found.push(`the receipt of ${name} has the answer ${answered}`)
  }
  return found
}

/** What runs in the end is what the last deployment that changed anything left: itself, or what it returned to. */
function whatRuns({ database, host }: HostView): string[] {
  const last = lastVerified(database)
  if (last === 'nobody knows') return []
  const web = host.containers.filter(({ service }) => service === 'web')
  return web
    .filter(({ reference }) => !reference.endsWith(`@${webDigest(last)}`))
    .map(({ name, reference }) => `${name} runs ${reference}; the last verified release is ${last?.revision} at ${webDigest(last)}`)
}

/** The release that runs in the end. A halted one leaves things as they are, for people to look at. */
export function lastVerified({ deployments }: HostView['database']): StoredDeployment | undefined | 'nobody knows' {
  const touched = deployments
    .filter(({ generation }) => generation !== null)
    .toSorted((one, other) => (one.generation ?? 0) - (other.generation ?? 0))
  return touched.at(-1)?.state === 'halted' ? 'nobody knows' : touched.findLast(({ state }) => state === 'succeeded')
}

function webDigest(one: StoredDeployment | undefined): string | undefined {
  return one?.plan?.services.find(({ name }) => name === 'web')?.image.split('@')[1]
}
