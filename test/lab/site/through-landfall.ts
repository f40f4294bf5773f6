import type { Scenario } from '../landfall/scenario.ts'
import { openShop } from '../landfall/shop.ts'
import { type Balancer, pushBalancer, pushServer, type ServerImage } from '../web-images.ts'
import { exampleFiles } from './example.ts'

/** What a server does at SIGTERM, when the next release comes. */
export type Ends = ServerImage['ends']

/** A site that can be visited while new releases are brought. */
export interface Site {
  /** Without a path. */
  url: string
  /** Brings a release; resolves when it is there and the old one is gone. */
  deploy(ends: Ends): Promise<void>
}

export interface SiteOptions {
  balancer: Balancer
  project: string
  port: number
  /** Instead of what the example says: tests have no time. */
  drainSeconds: number
}

/** An example of the documentation on host `web-1`, with one release that Landfall brought; further ones start beside it. */
export async function siteThroughLandfall({ lab, github }: Scenario, options: SiteOptions): Promise<Site> {
  const { balancer, project, port, drainSeconds } = options
  const { registry } = lab
  const image = (await pushBalancer(registry, balancer)).reference
  const files = await exampleFiles({ balancer, image, registry, port, project })
  const landfallFile = files['.github/landfall.yml']
    .replace(/drain: \d+s/, `drain: ${drainSeconds}s`)
    .replace('version: "/health#/version" }', 'version: "/health#/version", soak: 1s }')
  const shop = await openShop(github, registry, {
    name: project,
    hosts: ['web-1'],
    files: { ...files, '.github/landfall.yml': landfallFile },
  })
  let releases = 0
  const deploy: Site['deploy'] = async (ends) => {
    releases += 1
    const { sha, guids } = await shop.merge({ title: `Release ${releases}`, build: false, told: 'later' })
    await pushServer(registry, { repository: `acme/${project}`, tag: sha, version: sha, ends })
    await Promise.all(guids.map((guid) => github.redeliver(guid)))
    await shop.repository.waitForStatus(sha, 'landfall/production', 'success', 120)
  }
  await deploy('gracefully')
  return { url: `http://${lab.host('web-1').address}:${port}`, deploy }
}
