import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Scenario, startScenario } from './lab/landfall/scenario.ts'
import { siteByHand } from './lab/site/by-hand.ts'
import { type Ends, type Site, siteThroughLandfall } from './lab/site/through-landfall.ts'
import { startTraffic } from './lab/traffic/traffic.ts'
import type { Tally } from './lab/traffic/visit.ts'
import type { Balancer } from './lab/web-images.ts'

let scenario: Scenario
beforeAll(async () => {
  scenario = await startScenario()
})
afterAll(() => scenario?.stop())

/** What becomes of visitors while releases are brought one after the other, and until the last of them is served. */
async function during({ url, deploy }: Site, releases: Ends[]): Promise<Tally> {
  await expect.poll(() => answers(url), { timeout: 20_000 }).toBe(true)
  const traffic = await startTraffic({ url, perSecond: 40, slowSeconds: 1.5 })
  try {
    // Until some of each kind are under way.
    await pause(2000)
    for (const ends of releases) await deploy(ends)
    return await traffic.end()
  } finally {
    await traffic.stop()
  }
}

const answers = (url: string) =>
  fetch(`${url}/health`, { signal: AbortSignal.timeout(1000) }).then(
    ({ ok }) => ok,
    () => false,
  )

/**
 * HAProxy, which asks for health, leaves an old server alone before it stops. The others send it requests until it closes its door; then a
 * POST may be turned away unheard, and more of them the less time the machine has. Settings that do not work drop dozens.
 */
test.each<[Balancer, port: number, drainSeconds: number, releases: Ends[], posts: number]>([
  ['haproxy', 18_081, 5, ['at-once', 'gracefully'], 0],
  ['nginx', 18_082, 3, ['gracefully', 'gracefully'], 5],
  ['caddy', 18_083, 0, ['gracefully', 'gracefully'], 5],
])(
  'behind %s no request is dropped that may be sent again',
  async (balancer, port, drainSeconds, releases, posts) => {
    const site = await siteThroughLandfall(scenario, { balancer, project: `shop-${balancer}`, port, drainSeconds })
    const { dropped, sent, versions } = await during(site, releases)
    expect(dropped.filter(({ visit }) => visit.startsWith('GET'))).toEqual([])
    expect(dropped.length).toBeLessThanOrEqual(posts)
    expect(sent).toBeGreaterThan(100)
    expect(Object.keys(versions)).toHaveLength(3)
    const project = `label=com.docker.compose.project=shop-${balancer}`
    const running = await scenario.lab
      .host('web-1')
      .docker('ps', '-aq', '--filter', project, '--filter', 'label=com.docker.compose.service=web')
    expect(running.trim().split('\n')).toHaveLength(1)
  },
  120_000,
)

test('the visitors tell what a plain `docker compose up` drops of a server that is gone at once', async () => {
  const site = await siteByHand(scenario, { project: 'shop-plain', port: 18_085, way: 'plain-up' })
  await site.deploy('at-once')
  const { dropped } = await during(site, ['gracefully'])
  expect(dropped.map(({ visit }) => visit)).toContain('POST new slow')
}, 120_000)

test('everything asked of GitHub was as its API is described', () => scenario.github.assertFaithful())
