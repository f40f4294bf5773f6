import type { Files } from '../github/git.ts'
import type { TestRepository } from '../github/repository.ts'
import type { GitHubStandIn } from '../github/stand-in.ts'
import { type Behaviour, pushApp, pushDatabase } from '../images.ts'
import type { Registry } from '../registry.ts'

/** A small web shop as a team would have it: a repository, a CI that pushes images, people who merge. */
export interface Shop {
  repository: TestRepository
  /** Merges a pull request, lets its CI push the image, then lets GitHub tell of the merge. */
  merge(release: Release): Promise<Merged>
}

export interface Release {
  title: string
  behaviour?: Behaviour
  /** Its image takes so many MiB more on a host. */
  padding?: number
  files?: Files
  by?: string
  /** `false` for a build that never pushes its image. */
  build?: boolean
  /** `later`: GitHub could deliver none of its webhooks so far. `never`: it has none to deliver. Default `now`. */
  told?: 'now' | 'later' | 'never'
}

export interface Merged {
  /** The merge commit: what has to run. */
  sha: string
  pullRequest: number
  /** Digest of what its tag names; empty without a build. */
  digest: string
  /** `performance.now()` when GitHub began to tell. */
  toldAt: number
  /** The webhooks that tell of it. */
  guids: string[]
}

export interface ShopOptions {
  name: string
  hosts: string[]
  /** Changes or adds files of the first commit. */
  files?: Record<string, string>
  /** Lines put under the environment in landfall.yml. */
  within?: number
  soak?: number
  /** How its hosts are switched, as it is written in landfall.yml. */
  rollout?: string
  notify?: string[]
}

/** The Compose file of the shop: an ordinary one, as it would run by hand. */
export const composeFile = (registry: string, name: string): string => `services:
  web:
    image: ${registry}/acme/${name}:\${TAG}
    environment:
      GREETING: \${GREETING}
    depends_on: [db]
    init: true
  db:
    image: ${registry}/acme/database:1
    volumes: [data:/var/lib/database]
    init: true
volumes:
  data: {}
`

/** Its landfall.yml. */
export const landfallFile = (
  registry: string,
  { name, hosts, within = 20, soak = 1, rollout, notify = [] }: ShopOptions,
): string => `version: 1
project: ${name}
compose: [compose.yml]
images:
  web: { repository: ${registry}/acme/${name} }
defaults:
  verify:
    web: { port: 3000, health: /health, version: "/health#/version", smoke: [/], within: ${within}s, soak: ${soak}s }
    db: { within: ${within}s, soak: ${soak}s }
environments:
  production: { branch: main, hosts: [${hosts.join(', ')}], env: deploy/production.env, url: "https://${name}.example.com"${rollout ? `, rollout: ${rollout}` : ''} }
notify: [${notify.map((channel) => JSON.stringify(channel)).join(', ')}]
`

/** Opens the shop; nothing is deployed before the first merge. */
export async function openShop(github: GitHubStandIn, registry: Registry, options: ShopOptions): Promise<Shop> {
  const { name } = options
  await pushDatabase(registry, { repository: 'acme/database', tag: '1' })
  const repository = await github.createRepository('acme', name, {
    'compose.yml': composeFile(registry.address, name),
    'deploy/production.env': 'GREETING=hello\n',
    '.github/landfall.yml': landfallFile(registry.address, options),
    'README.md': '# shop\n',
    ...options.files,
  })
  repository.addCollaborator('mona', 'write')
  repository.addCollaborator('hubot', 'read')
  let merges = 0

  return {
    repository,
    async merge({ title, behaviour = 'healthy', padding, files = {}, by = 'mona', build = true, told = 'now' }) {
      merges += 1
      const branch = `change-${merges}`
      const changed = { 'CHANGES.md': `${title}\n`, ...files }
      const { number } = await repository.openPullRequest({ branch, files: changed, title, author: by, deliver: 'never' })
      const { sha, deliveries } = await repository.merge(number, { by, method: 'merge', deliver: told === 'never' ? 'never' : false })
      const image = build
        ? await pushApp(registry, {
            repository: `acme/${name}`,
            tag: sha,
            version: sha,
            behaviour,
            index: true,
            ...(padding !== undefined && { padding }),
          })
        : undefined
      const toldAt = performance.now()
      const guids = deliveries.map(({ guid }) => guid)
      if (told === 'now') await Promise.all(guids.map((guid) => github.redeliver(guid)))
      return { sha, pullRequest: number, digest: image?.digest ?? '', toldAt, guids }
    },
  }
}
