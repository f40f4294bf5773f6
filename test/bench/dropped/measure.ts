import { setTimeout as pause } from 'node:timers/promises'
import { startScenario } from '../../lab/landfall/scenario.ts'
import type { Ends } from '../../lab/site/through-landfall.ts'
import { startTraffic } from '../../lab/traffic/traffic.ts'
import type { Tally } from '../../lab/traffic/visit.ts'
import type { Figures } from '../figures.ts'
import { openSides, type Side } from './sides.ts'

/** To each side, all the time. */
const perSecond = 40

/** Old containers that die at SIGTERM are left alone for longer than that before. */
const slowSeconds = 1.5

/** After the last deployment: what it drops may be dropped only then. */
const settlingSeconds = 3

/** Requests that got no good answer while each side brought so many releases, one side after the other, round by round. */
export async function measureDropped(deployments: number, say: (line: string) => void): Promise<Figures> {
  const scenario = await startScenario({ say })
  try {
    say('first releases, which create everything')
    const sides = await openSides(scenario)
    for (const { url } of sides) await answering(url)
    const visited = await Promise.all(
      sides.map(async (side) => ({ side, traffic: await startTraffic({ url: side.url, perSecond, slowSeconds }) })),
    )
    for (let deployment = 1; deployment <= deployments; deployment += 1) {
      // So half of the servers that are replaced end gracefully, and half are gone at once.
      const ends: Ends = deployment % 2 === 0 ? 'gracefully' : 'at-once'
      const took: string[] = []
      for (const { side } of visited) {
        const began = performance.now()
        await side.deploy(ends)
        took.push(`${((performance.now() - began) / 1000).toFixed(1)} s`)
      }
      say(`deployment ${deployment}/${deployments}: Landfall ${took[0]}, script ${took[1]}, plain up ${took[2]}`)
    }
    await pause(settlingSeconds * 1000)
    const tallies = await Promise.all(visited.map(async ({ side, traffic }) => ({ side, tally: await traffic.end() })))
    for (const { side, tally } of tallies) tell(side, tally, say)
    scenario.github.assertFaithful()
    return Object.assign({}, ...tallies.map(({ side, tally }) => figuresOf(side, tally)))
  } finally {
    await scenario.stop()
  }
}

const figuresOf = ({ figure }: Side, { dropped, sent, longestGapMs }: Tally): Figures => ({
  [`dropped_requests${figure}`]: dropped.length,
  [`dropped_requests${figure}_sent`]: sent,
  [`dropped_requests${figure}_gap_ms`]: longestGapMs,
})

/** What was dropped, by what was asked and what came instead. */
function tell({ figure }: Side, { dropped }: Tally, say: (line: string) => void): void {
  const kinds = Map.groupBy(dropped, ({ visit, what }) => `${visit}: ${what}`)
  for (const [kind, those] of kinds) say(`dropped${figure}: ${those.length} x ${kind}`)
}

async function answering(url: string): Promise<void> {
  const deadline = performance.now() + 30_000
  for (;;) {
    const ok = await fetch(`${url}/health`, { signal: AbortSignal.timeout(1000) }).then(
      (answer) => answer.ok,
      () => false,
    )
    if (ok) return
    if (performance.now() > deadline) throw new Error(`${url} does not answer`)
    await pause(100)
  }
}
