import type { Scenario } from '../../lab/landfall/scenario.ts'
import { openShop } from '../../lab/landfall/shop.ts'
import { siteByHand } from '../../lab/site/by-hand.ts'
import { exampleFiles } from '../../lab/site/example.ts'
import { pushBalancer, pushServer, type ServerImage } from '../../lab/web-images.ts'

/** What its old containers do at SIGTERM when the next release comes. */
export type Ends = ServerImage['ends']

/** A way to bring releases of one and the same site, behind a balancer of its own. */
export interface Side {
  /** `_script` of `dropped_requests_script`; empty for Landfall. */
  figure: string
  url: string
  /** Brings a new release; resolves when it is there and the old one is gone. */
  deploy(ends: Ends): Promise<void>
}

/** How long a slow request takes, and how long an old container that dies at SIGTERM is left alone before. */
export const slowSeconds = 1.5
const drainSeconds = 4

const host = 'web-1'

/** Opens the three sides on one host, with a first release each. */
export async function openSides(scenario: Scenario): Promise<Side[]> {
  const image = (await pushBalancer(scenario.lab.registry, 'haproxy')).reference
  const landfall = await throughLandfall(scenario, image)
  const script = await byHand(scenario, image, { project: 'drop-script', port: 18_091, way: 'scaleAndRemove' })
  const plain = await byHand(scenario, image, { project: 'drop-plain', port: 18_092, way: 'upAgain' })
  return [landfall, script, plain]
}

/** The example as it is, but for a shorter soak and drain: fifty deployments should not take an hour. */
async function throughLandfall(scenario: Scenario, image: string): Promise<Side> {
  const { lab, github } = scenario
  const { registry } = lab
  const [project, port] = ['drop-landfall', 18_090]
  const files = await exampleFiles({ balancer: 'haproxy', image, registry, port, project })
  const landfallFile = files['.github/landfall.yml']
    .replace('drain: 10s', `drain: ${drainSeconds}s`)
    .replace('version: "/health#/version" }', 'version: "/health#/version", soak: 1s }')
  const shop = await openShop(github, registry, { name: project, hosts: [host], files: { ...files, '.github/landfall.yml': landfallFile } })
  let releases = 0
  const deploy: Side['deploy'] = async (ends) => {
    releases += 1
    const { sha, guids } = await shop.merge({ title: `Release ${releases}`, build: false, told: 'later' })
    await pushServer(registry, { repository: `acme/${project}`, tag: sha, version: sha, ends })
    await Promise.all(guids.map((guid) => github.redeliver(guid)))
    await shop.repository.waitForStatus(sha, 'landfall/production', 'success', 120)
  }
  await deploy('gracefully')
  return { figure: '', url: `http://${lab.host(host).address}:${port}`, deploy }
}

interface Hand {
  project: string
  port: number
  way: 'scaleAndRemove' | 'upAgain'
}

async function byHand({ lab }: Scenario, image: string, { project, port, way }: Hand): Promise<Side> {
  const { registry } = lab
  const { 'compose.yml': compose } = await exampleFiles({ balancer: 'haproxy', image, registry, port, project, healthCheck: true })
  const site = await siteByHand(lab.host(host), project, compose)
  let releases = 0
  const release = async (ends: Ends): Promise<string> => {
    releases += 1
    const tag = `v${releases}`
    await pushServer(registry, { repository: `acme/${project}`, tag, version: tag, ends })
    return tag
  }
  await site.start(await release('gracefully'))
  return {
    figure: way === 'upAgain' ? '_plain' : '_script',
    url: `http://${lab.host(host).address}:${port}`,
    deploy: async (ends) => site[way](await release(ends)),
  }
}
