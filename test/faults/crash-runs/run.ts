import type { Violation } from './checks/violation.ts'
import type { Evidence } from './evidence.ts'
import type { Ground } from './ground.ts'
import { playScript, type Struck } from './play.ts'
import { randomFrom } from './random.ts'
import type { Sabotage } from './sabotage.ts'
import { type Script, scriptOf } from './script.ts'
import { goOn, logsOf, openTheShop, settle } from './settling.ts'
import { openRunTown, type RunTown } from './town.ts'

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
  const hosts = ground.spots.production.map(({ host }) => host)
  if (sabotage) await Promise.all(hosts.map((host) => sabotage.onHost(host)))
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
    if (sabotage) await Promise.all(hosts.map((host) => sabotage.undo(host)))
  }
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
