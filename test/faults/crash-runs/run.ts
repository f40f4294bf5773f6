import { setTimeout as pause } from 'node:timers/promises'
import { checkHouse, type Untouched } from './checks/house.ts'
import { checkOrder } from './checks/order.ts'
import { checkProof } from './checks/proof.ts'
import { checkReports } from './checks/reports.ts'
import type { Violation } from './checks/violation.ts'
import { checkWishes } from './checks/wishes.ts'
import { checkWriters } from './checks/writers.ts'
import { dataOf, type Evidence, gatherEvidence } from './evidence.ts'
import type { Ground } from './ground.ts'
import { playScript, type Struck } from './play.ts'
import { randomFrom } from './random.ts'
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
  await sabotage?.onHost(ground.host)
  try {
    // What is left to chance while it plays has a row of numbers of its own, so that no script depends on it.
    const town = await openRunTown(ground, script, randomFrom(seed + 0x1000_0000))
    try {
      await sabotage?.inDatabase(town.records, script.profile)
      const untouched = await openTheShop(town)
      const { struck, endedAt } = await playScript(town, script)
      const settled = await settle(town, untouched)
      const seconds = { settling: (performance.now() - endedAt) / 1000 }
      const last = settled.violations.length > 0 ? settled : await goOn(town, untouched)
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
    await sabotage?.undo(ground.host)
  }
}

/** The first release, before anything breaks, and data that all later ones have to leave alone. */
async function openTheShop(town: RunTown): Promise<Untouched> {
  const { sha } = await town.people.merge('The shop opens')
  try {
    await town.repository.waitForStatus(sha, 'landfall/production', 'success', settlesWithin)
  } catch (error) {
    throw new Error(
      `the first release did not come up:\n${logsOf(town)
        .map(({ text }) => text)
        .join('\n')}`,
      { cause: error },
    )
  }
  await lookedAt(town)
  const { born, rows } = await dataOf(town, 'first')
  const database = (await gatherEvidence(town)).host.containers.find(({ service }) => service === 'db')
  if (!database) throw new Error('the shop has no database')
  return { container: database.id, born, rows }
}

interface Judged {
  evidence: Evidence
  violations: Violation[]
}

/** Looks again and again until nothing is wrong. What is still wrong in the end stays wrong, and what was done cannot be undone. */
async function settle(town: RunTown, untouched: Untouched): Promise<Judged> {
  for (const deadline = performance.now() + settlesWithin * 1000; ; await pause(250)) {
    await town.quiet(Math.max(0.1, (deadline - performance.now()) / 1000))
    const evidence = await gatherEvidence(town)
    const violations = check(evidence, town, untouched)
    const isForEver = violations.some(({ invariant }) => invariant === 2 || invariant === 3)
    if (violations.length === 0 || isForEver || performance.now() > deadline) return { evidence, violations }
  }
}

/** Life goes on: one more row, one more merge, and still nothing is wrong. */
async function goOn(town: RunTown, untouched: Untouched): Promise<Judged> {
  const { rows } = await dataOf(town, 'last')
  const { sha } = await town.people.merge('Life goes on')
  const deployed = await town.repository.waitForStatus(sha, 'landfall/production', 'success', settlesWithin).catch((error: Error) => error)
  const judged = await settle(town, { ...untouched, rows })
  if (!(deployed instanceof Error)) return judged
  return {
    ...judged,
    violations: [{ invariant: 1, what: `a good merge does not deploy any more: ${deployed.message}` }, ...judged.violations],
  }
}

function check(evidence: Evidence, { project, landfalls }: RunTown, untouched: Untouched): Violation[] {
  return [
    ...landfalls.collapses.map((what) => ({ invariant: 1 as const, what })),
    ...checkWishes(evidence),
    ...checkReports(evidence),
    ...checkWriters(evidence),
    ...checkOrder(evidence),
    ...checkProof(evidence),
    ...checkHouse(evidence, project, untouched),
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
