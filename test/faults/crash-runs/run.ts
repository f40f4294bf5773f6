import { setTimeout as pause } from 'node:timers/promises'
import { checkAnswers } from './checks/answers.ts'
import { checkGates } from './checks/gates.ts'
import { checkHouse, type Untouched } from './checks/house.ts'
import { checkOrder } from './checks/order.ts'
import { checkProof } from './checks/proof.ts'
import { checkReports } from './checks/reports.ts'
import type { Violation } from './checks/violation.ts'
import { checkWishes } from './checks/wishes.ts'
import { checkWriters } from './checks/writers.ts'
import { type Evidence, viewsOf } from './evidence.ts'
import { dataOf, gatherEvidence } from './gather-evidence.ts'
import type { Ground } from './ground.ts'
import { playScript, type Struck } from './play.ts'
import { randomFrom } from './random.ts'
import type { Place } from './rules.ts'
import type { Sabotage } from './sabotage.ts'
import { type Script, scriptOf } from './script.ts'
import { lookedAt, openRunTown, type RunTown } from './town.ts'

/** So many seconds after the last strike was put right, all has to be done and told. */
export const settlesWithin = 60

/** What came of one run. */
export interface RunResult {
  script: Script
  struck: Struck[]
  violations: Violation[]
  seconds: { settling: number; all: number }
  /** As it was in the end. */
  evidence: Evidence
  /** What each Landfall logged, as text. */
  logs: { name: string; text: string }[]
}

/** Plays the script of a seed in a town of its own, lets it settle, and looks at it from outside. */
export async function runSeed(ground: Ground, seed: number, sabotage?: Sabotage): Promise<RunResult> {
  const began = performance.now()
  const script = scriptOf(seed)
  const { host } = ground.spots.production
  await sabotage?.onHost(host)
  try {
    // What is left to chance while it plays has a row of numbers of its own, so that no script depends on it.
    const around = { random: randomFrom(seed + 0x1000_0000), program: await sabotage?.inProgram(ground.lab.folder) }
    const town = await openRunTown(ground, script, around)
    try {
      await sabotage?.inDatabase(town.records, script.profile)
      const house = await openTheShop(town)
      const { struck, endedAt } = await playScript(town, script)
      const settled = await settle(town, house)
      const seconds = { settling: (performance.now() - endedAt) / 1000 }
      const last = settled.violations.length > 0 ? settled : await goOn(town, house)
      const violations = [...last.violations, ...(await endInOrder(town))]
      return {
        script,
        struck,
        violations,
        seconds: { ...seconds, all: (performance.now() - began) / 1000 },
        evidence: last.evidence,
        logs: logsOf(town),
      }
    } finally {
      await Promise.allSettled(town.landfalls.members.map((member) => member.kill()))
      await town.close()
    }
  } finally {
    await sabotage?.undo(host)
  }
}

/** What no deployment may touch, by environment. */
type House = Map<Place, Untouched>

/** The first release, before anything breaks, and data that all later ones have to leave alone. */
async function openTheShop(town: RunTown): Promise<House> {
  const { sha } = await town.people.merge('The shop opens')
  if (!(await isLive(town, sha))) {
    const logs = logsOf(town).map(({ text }) => text)
    throw new Error(`the first release did not come up:\n${logs.join('\n')}`)
  }
  await lookedAt(town)
  const { hosts } = await gatherEvidence(town)
  return new Map(
    await Promise.all(
      town.places.map(async (place) => {
        const { born, rows } = await dataOf(town, place, 'first')
        const database = hosts.get(place)?.containers.find(({ service }) => service === 'db')
        if (!database) throw new Error(`the shop has no database in ${place}`)
        return [place, { container: database.id, born, rows }] as const
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

/** Looks again and again until nothing is wrong. What is still wrong in the end stays wrong, and what was done cannot be undone. */
async function settle(town: RunTown, house: House): Promise<Judged> {
  for (const deadline = performance.now() + settlesWithin * 1000; ; await pause(250)) {
    await town.waiting.done(Math.max(0.1, (deadline - performance.now()) / 1000))
    const evidence = await gatherEvidence(town)
    const violations = check(evidence, town, house)
    const isForEver = violations.some(({ invariant }) => forEver.has(invariant))
    if (violations.length === 0 || isForEver || performance.now() > deadline) return { evidence, violations }
  }
}

/** Two writers, an older commit over a newer one, something that ran behind a closed gate. */
const forEver: ReadonlySet<Violation['invariant']> = new Set([2, 3, 7])

/** Life goes on: one more row, one more merge, and still nothing is wrong. */
async function goOn(town: RunTown, house: House): Promise<Judged> {
  const fuller = await Promise.all(
    [...house].map(async ([place, untouched]) => [place, { ...untouched, rows: (await dataOf(town, place, 'last')).rows }] as const),
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
    ...viewsOf(evidence).flatMap((view) => {
      const untouched = house.get(view.place)
      if (!untouched) throw new Error(`nobody knows how ${view.place} was at first`)
      return [
        ...checkReports(view),
        ...checkWriters(view),
        ...checkOrder(view),
        ...checkProof(view),
        ...checkHouse(view, project, untouched),
      ]
    }),
  ]
}

/** Landfall ends when it is told to, and asked GitHub for nothing that its API does not describe. */
async function endInOrder({ landfalls, github }: RunTown): Promise<Violation[]> {
  const found: string[] = []
  const tell = (error: unknown) => void found.push(error instanceof Error ? error.message : String(error))
  await landfalls.close().catch(tell)
  try {
    github.assertFaithful()
  } catch (error) {
    tell(error)
  }
  return found.map((what) => ({ invariant: 1, what }))
}

const logsOf = ({ landfalls }: RunTown): RunResult['logs'] =>
  landfalls.members.map(({ name, log }) => ({ name, text: log.map((line) => JSON.stringify(line)).join('\n') }))
