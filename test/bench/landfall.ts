import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { RequestRecord } from '../lab/github/server.ts'
import { type Spending, spendingOf } from '../lab/github/spending.ts'
import type { LogLine } from '../lab/landfall/process.ts'
import type { Scenario } from '../lab/landfall/scenario.ts'
import { openShop } from '../lab/landfall/shop.ts'
import { composeFile } from './service.ts'
import { coveredBy } from './statistics.ts'

/** One deployment through Landfall. Milliseconds since GitHub began to tell of the merge, GitHub's own time taken off. */
export interface Deployed {
  verified: number
  firstCommand: number
  /** Requests to GitHub, reports included. */
  calls: number
  spending: Spending
  /** When each step was done, in order; GitHub's time is in them. */
  steps: { step: string; at: number }[]
}

export interface ThroughLandfall {
  deploy(): Promise<Deployed>
}

export interface Side {
  port: number
  /** Whether the service has a health check of Docker's, which Landfall then waits for as well. */
  healthCheck: boolean
}

/** Sets a repository up and brings its first release. The Landfall of the scenario may be restarted in between. */
export async function openThroughLandfall(scenario: Scenario, name: string, side: Side): Promise<ThroughLandfall> {
  const { lab, github } = scenario
  const registry = lab.registry.address
  const shop = await openShop(github, lab.registry, {
    name,
    hosts: ['web-1'],
    files: {
      'compose.yml': composeFile(registry, { ...side, image: `acme/${name}` }),
      '.github/landfall.yml': landfallFile(registry, name),
    },
  })
  let merges = 0
  return {
    async deploy() {
      merges += 1
      const before = github.requests.length
      const { sha, toldAt } = await shop.merge({ title: `Release ${merges}` })
      const told = performance.timeOrigin + toldAt
      const lines = await linesUntilVerified(scenario, told)
      await settled(scenario, told)
      const answer = await fetch(`http://${lab.host('web-1').address}:${side.port}/health`)
      if (!(await answer.text()).includes(sha)) throw new Error(`Landfall says that ${sha} runs, and it does not`)
      return measured(lines, told, toldAt, github.requests.slice(before))
    },
  }
}

const landfallFile = (registry: string, name: string): string => `version: 1
project: ${name}
compose: [compose.yml]
images:
  web: { repository: ${registry}/acme/${name} }
defaults:
  verify:
    web: { port: 3000, health: /health, version: "/health#/version", within: 30s, soak: 0s }
    db: { within: 30s, soak: 0s }
environments:
  production: { branch: main, hosts: [web-1] }
`

const ends = ['succeeded', 'failed', 'rolled-back', 'halted', 'rejected', 'waiting']

/** What Landfall logged of this deployment up to its receipt. */
async function linesUntilVerified({ landfall }: Scenario, told: number): Promise<LogLine[]> {
  const since = (line: LogLine) => line.time >= Math.floor(told)
  const end = await landfall.logged((line) => since(line) && line.msg === 'deployment advanced' && ends.includes(String(line.state)), 60)
  if (end.state !== 'succeeded') throw new Error(`the deployment is ${String(end.state)}`)
  return landfall.log.slice(0, landfall.log.indexOf(end) + 1).filter(since)
}

/** Waits until Landfall is quiet again, so that what it clears away and reports weighs on nobody else's run. */
async function settled({ landfall, github }: Scenario, told: number): Promise<void> {
  await landfall.logged((line) => line.time >= Math.floor(told) && line.msg === 'host command ended' && line.verb === 'prune', 20)
  for (let before = -1; before !== github.requests.length; ) {
    before = github.requests.length
    await pause(300)
  }
}

const command = z.object({ verb: z.string(), ms: z.number(), time: z.number() })

function measured(lines: LogLine[], told: number, toldAt: number, requests: RequestRecord[]): Deployed {
  const commands = lines.filter(({ msg }) => msg === 'host command ended').map((line) => command.parse(line))
  const first = Math.min(...commands.map(({ time, ms }) => time - ms)) - told
  const verified = (lines.at(-1)?.time ?? Number.NaN) - told
  // Later requests run beside the work on the host, reports among them: they are left in.
  const github = coveredBy(
    requests.map(({ at, ms }) => ({ from: at, to: at + ms })),
    toldAt,
    toldAt + first,
  )
  const steps = lines.flatMap((line) => {
    const step = stepOf(line)
    return step === undefined ? [] : [{ step, at: Math.round(line.time - told) }]
  })
  return { verified: verified - github, firstCommand: first - github, calls: requests.length, spending: spendingOf(requests), steps }
}

function stepOf(line: LogLine): string | undefined {
  switch (line.msg) {
    case 'intent stored':
      return 'stored'
    case 'intent gathered':
      return 'gathered'
    case 'host command ended':
      return String(line.verb)
    case 'deployment advanced':
      return `is ${String(line.state)}`
    default:
      return undefined
  }
}
