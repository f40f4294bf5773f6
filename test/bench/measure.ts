import { setTimeout as pause } from 'node:timers/promises'
import type { Scenario } from '../lab/landfall/scenario.ts'
import { type ByHand, openByHand } from './by-hand.ts'
import type { Figures } from './figures.ts'
import { type Deployed, openThroughLandfall, type ThroughLandfall } from './landfall.ts'
import { residentMiB } from './memory.ts'
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

/** The sides that deploy the same service onto the same host, each with a project of its own. */
interface Sides {
  landfall: ThroughLandfall
  /** Through Landfall too, of a Compose file with the script's health check in it. */
  sameFile: ThroughLandfall
  script: ByHand
}

const idleSeconds = 10

/** Measures everything in a scenario that has just started. */
export async function measure(scenario: Scenario, rounds: Rounds, say: (line: string) => void): Promise<Measured> {
  say(`leaving Landfall alone for ${idleSeconds} s`)
  await pause(idleSeconds * 1000)
  const idle = await residentMiB(scenario.landfall.pid)

  say('first releases, which create everything')
  const sides = await openSides(scenario)

  const warm: { landfall: Deployed; script: number; polling: number }[] = []
  for (let round = 1; round <= rounds.warm; round += 1) {
    const landfall = await sides.landfall.deploy()
    const run = { landfall, script: await sides.script.waiting(), polling: await sides.script.polling() }
    warm.push(run)
    say(
      `warm ${round}/${rounds.warm}: Landfall ${seconds(landfall)}, script ${run.script.toFixed(2)} s, polling script ${run.polling.toFixed(2)} s`,
    )
  }
  const cold: { landfall: Deployed; script: number }[] = []
  for (let round = 1; round <= rounds.cold; round += 1) {
    await scenario.landfall.stop()
    await scenario.restart()
    const run = { landfall: await sides.landfall.deploy(), script: await sides.script.waiting() }
    cold.push(run)
    say(`cold ${round}/${rounds.cold}: Landfall ${seconds(run.landfall)}, script ${run.script.toFixed(2)} s`)
  }
  const same: { landfall: Deployed; script: number }[] = []
  await sides.sameFile.deploy()
  for (let round = 1; round <= rounds.sameFile; round += 1) {
    const run = { landfall: await sides.sameFile.deploy(), script: await sides.script.waiting() }
    same.push(run)
    say(`same file ${round}/${rounds.sameFile}: Landfall ${seconds(run.landfall)}, script ${run.script.toFixed(2)} s`)
  }
  await sides.script.close()

  const ours = (runs: { landfall: Deployed }[]) => runs.map(({ landfall }) => landfall.verified / 1000)
  const theirs = (runs: { script: number }[]) => runs.map(({ script }) => script)
  return {
    figures: {
      deploy_vs_script: ratioOf(ours(warm), theirs(warm)),
      deploy_vs_script_cold: ratioOf(ours(cold), theirs(cold)),
      deploy_vs_script_polling: ratioOf(
        ours(warm),
        warm.map(({ polling }) => polling),
      ),
      deploy_vs_script_same_file: ratioOf(ours(same), theirs(same)),
      webhook_to_first_command_ms: figureOf(warm.map(({ landfall }) => landfall.firstCommand)),
      idle_rss_mib: Math.round(idle * 10) / 10,
      deploy_seconds: figureOf(ours(warm)),
      deploy_cold_seconds: figureOf(ours(cold)),
      deploy_same_file_seconds: figureOf(ours(same)),
      script_seconds: figureOf([...theirs(warm), ...theirs(cold), ...theirs(same)]),
      script_polling_seconds: figureOf(warm.map(({ polling }) => polling)),
      github_calls_per_deploy: figureOf(warm.map(({ landfall }) => landfall.calls)),
    },
    steps: stepsOf(warm.map(({ landfall }) => landfall)),
  }
}

/** Opens every side and brings a first release, which is measured by nobody: it creates what later ones replace. */
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

/** Medians over deployments that went through the same steps. */
function stepsOf(deployments: Deployed[]): Measured['steps'] {
  const [first, ...others] = deployments
  if (!first) throw new Error('nothing was deployed')
  return first.steps.map(({ step, at }, index) => ({
    step,
    at: figureOf([at, ...others.flatMap(({ steps }) => steps[index]?.at ?? [])]),
  }))
}

const seconds = ({ verified }: Deployed): string => `${(verified / 1000).toFixed(2)} s`
