import { setTimeout as pause } from 'node:timers/promises'
import type { Scenario } from '../lab/landfall/scenario.ts'
import { type ByHand, openByHand } from './by-hand.ts'
import type { Figures } from './figures.ts'
import { type Deployed, openThroughLandfall, type ThroughLandfall } from './landfall.ts'
import { residentMiB } from './process.ts'
import { type Figure, figureOf, ratioOf } from './statistics.ts'

/** How often each comparison is made. */
export interface Rounds {
  warm: number
  cold: number
  sameFile: number
}

export interface Measured {
  figures: Figures
  /** When each step of a warm deployment was done, in milliseconds since the webhook. */
  steps: { step: string; at: Figure }[]
}

/** One round: Landfall and the scripts one right after the other. Seconds for scripts. */
interface Run {
  landfall: Deployed
  script: number
  polling?: number
}

const idleSeconds = 10

/** Measures everything in a scenario that has just started. */
export async function measure(scenario: Scenario, rounds: Rounds, say: (line: string) => void): Promise<Measured> {
  say(`leaving Landfall alone for ${idleSeconds} s`)
  await pause(idleSeconds * 1000)
  const idle = await residentMiB(scenario.landfall.pid)

  say('first releases, which create everything')
  const { landfall, sameFile, script } = await openSides(scenario)
  const repeat = async (what: string, times: number, once: () => Promise<Run>): Promise<Run[]> => {
    const runs: Run[] = []
    for (let round = 1; round <= times; round += 1) {
      const run = await once()
      runs.push(run)
      say(`${what} ${round}/${times}: Landfall ${shown(run.landfall.verified / 1000)}, script ${shown(run.script)}${rival(run)}`)
    }
    return runs
  }

  const warm = await repeat('warm', rounds.warm, async () => ({
    landfall: await landfall.deploy(),
    script: await script.waiting(),
    polling: await script.polling(),
  }))
  const cold = await repeat('cold', rounds.cold, async () => {
    await scenario.landfall.stop()
    await scenario.restart()
    return { landfall: await landfall.deploy(), script: await script.waiting() }
  })
  await sameFile.deploy()
  const same = await repeat('same file', rounds.sameFile, async () => ({
    landfall: await sameFile.deploy(),
    script: await script.waiting(),
  }))
  await script.close()
  return { figures: { ...figuresOf(warm, cold, same), idle_rss_mib: Math.round(idle * 10) / 10 }, steps: stepsOf(warm) }
}

interface Sides {
  landfall: ThroughLandfall
  /** Through Landfall too, of a Compose file with the script's health check in it. */
  sameFile: ThroughLandfall
  script: ByHand
}

/** Opens every side, each with a project of its own on the same host, and brings first releases, which nobody measures. */
async function openSides(scenario: Scenario): Promise<Sides> {
  const { lab } = scenario
  const script = await openByHand(lab.host('web-1'), lab.registry, lab.folder)
  const landfall = await openThroughLandfall(scenario, 'bench', { port: 18_081, healthCheck: false })
  const sameFile = await openThroughLandfall(scenario, 'bench-same-file', { port: 18_083, healthCheck: true })
  await landfall.deploy()
  await script.waiting()
  await script.polling()
  return { landfall, sameFile, script }
}

function figuresOf(warm: Run[], cold: Run[], same: Run[]): Figures {
  const ours = (runs: Run[]) => runs.map(({ landfall }) => landfall.verified / 1000)
  const theirs = (runs: Run[]) => runs.map(({ script }) => script)
  const polling = warm.flatMap((run) => run.polling ?? [])
  return {
    deploy_vs_script: ratioOf(ours(warm), theirs(warm)),
    deploy_vs_script_cold: ratioOf(ours(cold), theirs(cold)),
    deploy_vs_script_polling: ratioOf(ours(warm), polling),
    deploy_vs_script_same_file: ratioOf(ours(same), theirs(same)),
    webhook_to_first_command_ms: figureOf(warm.map(({ landfall }) => landfall.firstCommand)),
    deploy_seconds: figureOf(ours(warm)),
    deploy_cold_seconds: figureOf(ours(cold)),
    deploy_same_file_seconds: figureOf(ours(same)),
    script_seconds: figureOf([...theirs(warm), ...theirs(cold), ...theirs(same)]),
    script_polling_seconds: figureOf(polling),
    github_calls_per_deploy: figureOf(warm.map(({ landfall }) => landfall.calls)),
    github_writes_per_deploy: figureOf(warm.map(({ landfall }) => landfall.spending.writes)),
    github_log_edits_per_deploy: figureOf(warm.map(({ landfall }) => landfall.spending.logEdits)),
    github_uncached_reads_per_deploy: figureOf(warm.map(({ landfall }) => landfall.spending.reads)),
  }
}

/** Medians over deployments that went through the same steps. */
function stepsOf(runs: Run[]): Measured['steps'] {
  const [first] = runs
  if (!first) throw new Error('nothing was deployed')
  return first.landfall.steps.map(({ step }, index) => ({
    step,
    at: figureOf(runs.flatMap(({ landfall }) => landfall.steps[index]?.at ?? [])),
  }))
}

const shown = (seconds: number): string => `${seconds.toFixed(2)} s`
const rival = ({ polling }: Run): string => (polling === undefined ? '' : `, polling script ${shown(polling)}`)
