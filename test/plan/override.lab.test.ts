import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRegistry } from '../../src/adapters/registry/registry.ts'
import { type PinnedImage, pinnedReference } from '../../src/domain/image.ts'
import type { PlannedService } from '../../src/domain/plan.ts'
import { readModel } from '../../src/plan/model.ts'
import { overrideText } from '../../src/plan/override.ts'
import { planServices } from '../../src/plan/services.ts'
import { pushApp, pushDatabase } from '../lab/images.ts'
import { type Laboratory, startLaboratory } from '../lab/laboratory.ts'
import { container } from '../support/builders.ts'

/** A web service before a database, both with the project's `.env`, one of them built from the repository. */
const compose = (registry: string) => `services:
  web:
    image: ${registry}/acme/shop:\${TAG:-latest}
    build: .
    pull_policy: build
    env_file: .env
    depends_on: {db: {condition: service_started}, side: {condition: service_started}}
  side:
    image: ${registry}/acme/shop:\${TAG:-latest}
  db:
    image: ${registry}/acme/database:1
    env_file: .env
    volumes: ["pg:/var/lib/database"]
volumes: {pg: {}}
`

let lab: Laboratory
const pins = new Map<string, PinnedImage>()
const pinned = (tag: string): PinnedImage => {
  const pin = pins.get(tag)
  if (!pin) throw new Error(`the laboratory has no image ${tag}`)
  return pin
}

beforeAll(async () => {
  lab = await startLaboratory({
    hosts: [
      { name: 'older', engine: 'trixie' },
      { name: 'newer', engine: 'sid' },
    ],
    registry: true,
  })
  for (const tag of ['one', 'two']) await pushApp(lab.registry, { repository: 'acme/shop', tag, version: tag, index: true })
  await pushDatabase(lab.registry, { repository: 'acme/database', tag: '1' })
  for (const [repository, tag] of [
    ['acme/shop', 'one'],
    ['acme/shop', 'two'],
    ['acme/database', '1'],
  ] as const) {
    const answer = await createRegistry().resolve(`${lab.registry.address}/${repository}`, tag)
    if (answer.kind !== 'found') throw new Error(JSON.stringify(answer))
    pins.set(tag, { ...answer.image, line: '' })
  }
})
afterAll(() => lab?.stop())

describe.each(['older', 'newer'])('on the host with the %s Compose', (name) => {
  const write = (path: string, text: string) => {
    const outside = lab.host(name).path(path)
    mkdirSync(dirname(outside), { recursive: true })
    writeFileSync(outside, text)
  }
  const containers = async () => {
    const lines = await lab.host(name).docker('ps', '-a', '--no-trunc', '--format', '{{.Label "com.docker.compose.service"}} {{.ID}}')
    return Object.fromEntries(
      lines
        .trim()
        .split('\n')
        .map((line) => line.split(' ')),
    )
  }
  const planned = (shop: string, previous?: PlannedService[]) => {
    const depends_on = { db: { condition: 'service_started', required: true }, side: { condition: 'service_started', required: true } }
    const model = readModel({ services: { web: { build: '.', depends_on, tag: shop }, side: {}, db: {} } })
    const chosen = new Map([
      ['web', pinned(shop)],
      ['side', pinned('one')],
      ['db', pinned('1')],
    ])
    const running = (previous ?? []).map(({ name: service, image }) => {
      const pin = [...pins.values()].find((one) => pinnedReference(one) === image)
      return container({ service, image: pin?.digest ?? '' })
    })
    const before = previous && { generation: 1, revision: 'a'.repeat(40) }
    const host = { name, platform: 'linux/amd64', containers: running, ...(before && { previous: before }) }
    const { services } = planServices({
      model,
      pins: chosen,
      previous: previous && { services: previous },
      hosts: [host],
      verify: {},
      proof: { within: 60, soak: 1 },
      values: new Map(),
      fingerprint: (text) => text,
    })
    return { services, override: overrideText(services, model) }
  }
  const composeCommand = `docker compose --env-file /p/.env --env-file /p/tag.env -p shop --project-directory /p -f /r/compose.yml -f /r/override.yml`

  test('what the plan leaves alone keeps its container, also through depends_on and when .env changed', async () => {
    const host = lab.host(name)
    write('/r/compose.yml', compose(lab.registry.address))
    write('/p/.env', 'A="1"\n')
    write('/p/tag.env', "TAG='one'\n")
    const first = planned('one')
    write('/r/override.yml', first.override)
    for (const pin of pins.values()) await host.docker('pull', '-q', pinnedReference(pin))
    await host.sh(`${composeCommand} up -d --no-build --pull never`)
    const before = await containers()

    const second = planned('two', first.services)
    expect(second.services.filter((one) => one.change !== 'untouched').map((one) => one.name)).toEqual(['web'])
    write('/r/override.yml', second.override)
    write('/p/.env', 'A="2"\n')
    write('/p/tag.env', "TAG='two'\n")
    await host.sh(`${composeCommand} up -d --no-build --pull never web`)
    const after = await containers()
    expect(Object.keys(after).sort()).toEqual(['db', 'side', 'web'])
    expect({ db: after.db, side: after.side }).toEqual({ db: before.db, side: before.side })
    expect(after.web).not.toBe(before.web)
    const image = (await host.docker('inspect', '--format', '{{.Config.Image}}', after.web ?? '')).trim()
    expect(image).toBe(pinnedReference(pinned('two')))
  })

  test('a missing image is not built and not fetched under its tag', async () => {
    const config = await lab.host(name).sh(`${composeCommand} config`)
    expect(config).not.toContain('build:')
    expect(config).not.toContain('pull_policy: build')
    expect(config.match(/image: .*/g)?.every((line) => line.includes('@sha256:'))).toBe(true)
  })
})

describe('the registry', () => {
  test('an index as buildx pushes it: its own digest, and those a host may show', async () => {
    const pushed = await pushApp(lab.registry, {
      repository: 'acme/many',
      tag: 'x',
      version: 'x',
      platforms: ['linux/amd64', 'linux/arm64'],
    })
    const answer = await createRegistry().resolve(pushed.repository, 'x')
    expect(answer).toMatchObject({ kind: 'found', image: { digest: pushed.digest } })
    if (answer.kind !== 'found') return
    expect(answer.image.platforms.map((one) => one.platform)).toEqual(['linux/amd64', 'linux/arm64'])
    expect(answer.image.platforms).toContainEqual(expect.objectContaining({ manifest: pushed.manifest, config: pushed.config }))
  })
})
