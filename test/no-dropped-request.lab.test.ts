import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Laboratory, startLaboratory } from './lab/laboratory.ts'
import { type ByHand, siteByHand } from './lab/site/by-hand.ts'
import { exampleFiles } from './lab/site/example.ts'
import { startTraffic } from './lab/traffic/traffic.ts'
import type { Tally } from './lab/traffic/visit.ts'
import { type Balancer, pushBalancer, pushServer } from './lab/web-images.ts'

let lab: Laboratory
beforeAll(async () => {
  lab = await startLaboratory({ hosts: ['web-1'], registry: true })
})
afterAll(() => lab?.stop())

interface Site {
  byHand: ByHand
  url: string
  /** Pushes an image of a release that ends like this at SIGTERM; its tag. */
  release(ends: 'gracefully' | 'at-once'): Promise<string>
}

const ports: Record<Balancer, number> = { haproxy: 18_081, nginx: 18_082, caddy: 18_083 }
const sites = new Map<Balancer, Promise<Site>>()

/** The same site whenever it is asked for. */
function siteBehind(balancer: Balancer): Promise<Site> {
  const site = sites.get(balancer) ?? openSite(balancer)
  sites.set(balancer, site)
  return site
}

async function openSite(balancer: Balancer): Promise<Site> {
  const host = lab.host('web-1')
  const project = `shop-${balancer}`
  const image = (await pushBalancer(lab.registry, balancer)).reference
  const { 'compose.yml': compose } = await exampleFiles({ balancer, image, registry: lab.registry, port: ports[balancer], project })
  const byHand = await siteByHand(host, project, compose)
  let releases = 0
  const release: Site['release'] = async (ends) => {
    releases += 1
    const tag = `v${releases}`
    await pushServer(lab.registry, { repository: `acme/${project}`, tag, version: tag, ends })
    return tag
  }
  await byHand.start(await release('gracefully'))
  const url = `http://${host.address}:${ports[balancer]}`
  await expect.poll(() => answers(url), { timeout: 20_000 }).toBe(true)
  return { byHand, url, release }
}

const answers = (url: string) =>
  fetch(`${url}/health`, { signal: AbortSignal.timeout(1000) }).then(
    ({ ok }) => ok,
    () => false,
  )

/** What becomes of visitors while something happens, and a moment longer. */
async function during(url: string, happening: () => Promise<void>): Promise<Tally> {
  const traffic = await startTraffic({ url, perSecond: 40, slowSeconds: 1.5 })
  await happening()
  return traffic.end()
}

test.each<[Balancer, drainSeconds: number]>([
  ['haproxy', 2],
  ['nginx', 3],
  ['caddy', 0],
])(
  'the example for %s drops no request of a server that ends gracefully',
  async (balancer, drainSeconds) => {
    const { byHand, url, release } = await siteBehind(balancer)
    const before = await byHand.containers()
    const tally = await during(url, async () => {
      for (let deployment = 1; deployment <= 2; deployment += 1) await byHand.startFirst(await release('gracefully'), { drainSeconds })
    })
    expect(tally.dropped).toEqual([])
    expect(tally.sent).toBeGreaterThan(100)
    expect(Object.keys(tally.versions)).toHaveLength(3)
    expect(await byHand.containers()).not.toEqual(expect.arrayContaining(before))
  },
  120_000,
)

test('with a hook that fails its health check, HAProxy drops none even of a server that is gone at once; a plain up does', async () => {
  const { byHand, url, release } = await siteBehind('haproxy')
  await byHand.startFirst(await release('at-once'), { drainSeconds: 1 })
  const leaving = { hook: 'touch /tmp/draining', drainSeconds: 4 }
  const told = await during(url, async () => byHand.startFirst(await release('at-once'), leaving))
  expect(told.dropped).toEqual([])
  const plain = await during(url, async () => byHand.upAgain(await release('at-once')))
  expect(plain.dropped.length).toBeGreaterThan(0)
  expect(plain.longestGapMs).toBeGreaterThan(told.longestGapMs)
}, 120_000)
