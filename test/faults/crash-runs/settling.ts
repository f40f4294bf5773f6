import { setTimeout as pause } from 'node:timers/promises'
import { checkAnswers } from './checks/answers.ts'
import { checkGates } from './checks/gates.ts'
import { checkHead } from './checks/head.ts'
import { checkHouse, type Untouched } from './checks/house.ts'
import { checkOrder } from './checks/order.ts'
import { checkProof } from './checks/proof.ts'
import { checkReports } from './checks/reports.ts'
import { checkSecrets, checkTold } from './checks/secrets.ts'
import { checkSettings } from './checks/settings.ts'
import type { Violation } from './checks/violation.ts'
import { checkWaves } from './checks/waves.ts'
import { checkWishes } from './checks/wishes.ts'
import { checkWriters } from './checks/writers.ts'
import { type Evidence, hostViewsOf, viewsOf } from './evidence.ts'
import { dataOf, gatherEvidence } from './gather-evidence.ts'
import type { Place } from './rules.ts'
import { lookedAt, type RunTown } from './town.ts'

/** So many seconds after the last strike was put right, all has to be done and told. */
const settlesWithin = 60

/** What no deployment may touch, by host. */
type House = Map<string, Untouched>

/** The first release, before anything breaks, and data that all later ones have to leave alone. */
export async function openTheShop(town: RunTown): Promise<House> {
  const { sha } = await town.people.merge('The shop opens')
  if (!(await isLive(town, sha))) {
    const logs = logsOf(town).map(({ text }) => text)
    throw new Error(`the first release did not come up:\n${logs.join('\n')}`)
  }
  await lookedAt(town)
  const { hosts } = await gatherEvidence(town)
  return new Map(
    await Promise.all(
      spotsOf(town).map(async ({ host }) => {
        const { born, rows } = await dataOf(host, town.project, 'first')
        const database = hosts.find(({ name }) => name === host.name)?.containers.find(({ service }) => service === 'db')
        if (!database) throw new Error(`the shop has no database on ${host.name}`)
        return [host.name, { container: database.id, born, rows }] as const
      }),
    ),
  )
}

/** Whether a good merge goes live everywhere in time, while people open the gates that only they open. */
async function isLive({ places, repository, waiting }: RunTown, sha: string): Promise<boolean> {
  const stateIn = (place: Place) => repository.statuses(sha).findLast(({ context }) => context === `landfall/${place}`)?.state
  const isEverywhere = () => places.every((place) => stateIn(place) === 'success')
  // At first GitHub has not told of it yet, and nothing is to be done.
  for (const deadline = performance.now() + settlesWithin * 1000; performance.now() < deadline && !isEverywhere(); await pause(250))
    await waiting.done(1)
  return isEverywhere()
}

interface Judged {
  evidence: Evidence
  violations: Violation[]
}

/**
 * Looks again and again until nothing is wrong. What is still wrong in the end stays wrong. What was done cannot be undone; it is looked at
 * twice, as one look takes a while and may begin before something and end after it.
 */
export async function settle(town: RunTown, house: House): Promise<Judged> {
  let wasForEver = false
  for (const deadline = performance.now() + settlesWithin * 1000; ; await pause(250)) {
    await town.waiting.done(Math.max(0.1, (deadline - performance.now()) / 1000))
    const evidence = await gatherEvidence(town)
    const violations = check(evidence, town, house)
    const isForEver = violations.some(({ invariant }) => forEver.has(invariant))
    if (violations.length === 0 || (isForEver && wasForEver) || performance.now() > deadline) return { evidence, violations }
    wasForEver = isForEver
  }
}

/** Two writers, an older commit over a newer one, something that ran behind a closed gate. */
const forEver: ReadonlySet<Violation['invariant']> = new Set([2, 3, 7])

/** Life goes on: one more row, one more merge, and still nothing is wrong. */
export async function goOn(town: RunTown, house: House): Promise<Judged> {
  const fuller = await Promise.all(
    spotsOf(town).map(async ({ host }) => {
      const { rows } = await dataOf(host, town.project, 'last')
      return [host.name, { ...untouchedOn(host.name, house), rows }] as const
    }),
  )
  const { sha } = await town.people.merge('Life goes on')
  const live = await isLive(town, sha)
  const judged = await settle(town, new Map(fuller))
  if (live) return judged
  return { ...judged, violations: [{ invariant: 1, what: `a good merge does not go live any more: ${sha}` }, ...judged.violations] }
}

function check(evidence: Evidence, { project, landfalls }: RunTown, house: House): Violation[] {
  return [
    ...landfalls.collapses.map((what) => ({ invariant: 1 as const, what })),
    ...checkWishes(evidence),
    ...checkAnswers(evidence),
    ...checkGates(evidence),
    ...checkTold(evidence),
    ...viewsOf(evidence).flatMap((view) => {
      const onHosts = hostViewsOf(view).flatMap((one) => [
        ...checkWriters(one),
        ...checkOrder(one),
        ...checkProof(one),
        ...checkHouse(one, project, untouchedOn(one.host.name, house)),
        ...checkSettings(one),
        ...checkSecrets(one),
      ])
      return [...checkReports(view), ...checkHead(view), ...checkWaves(view), ...onHosts]
    }),
  ]
}

function untouchedOn(host: string, house: House): Untouched {
  const untouched = house.get(host)
  if (!untouched) throw new Error(`nobody knows how ${host} was at first`)
  return untouched
}

const spotsOf = ({ spots }: RunTown) => Object.values(spots).flat()

/** What each Landfall logged, as text. */
export const logsOf = ({ landfalls }: RunTown): { name: string; text: string }[] =>
  landfalls.members.map(({ name, log }) => ({ name, text: log.map((line) => JSON.stringify(line)).join('\n') }))
