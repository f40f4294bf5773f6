import { describe, expect, test } from 'vitest'
import type { ImageRule } from '../../src/domain/configuration.ts'
import type { ImageLine } from '../../src/domain/image.ts'
import { problemText } from '../../src/domain/problem.ts'
import { planImages } from '../../src/plan/images.ts'
import { readModel } from '../../src/plan/model.ts'
import { fullRepository, readReference, registryOf } from '../../src/plan/reference.ts'
import { tagVariables } from '../../src/plan/tag-variables.ts'

const revision = 'abcdef0123456789abcdef0123456789abcdef01'
const shop: ImageRule = { repository: 'ghcr.io/acme/shop', tag: '{sha}' }
const line = (text: string, service = 'web'): ImageLine => ({ service, line: text, file: 'compose.yml', at: { line: 3, column: 12 } })
const written = (text: string) => text.replaceAll('§', '$')

describe('the variable that stands where the tag belongs', () => {
  const tags = (lines: string[], rules: ImageRule[] = [shop], variables: Record<string, string> = {}) => {
    const found = tagVariables(
      lines.map((text, n) => line(written(text), `s${n}`)),
      Object.fromEntries(rules.map((rule, n) => [`rule${n}`, rule])),
      revision,
      new Map(Object.entries(variables)),
    )
    return found.kind === 'ok' ? found.value : found.problems.map(problemText)
  }

  test.each<[line: string, expected: Record<string, string>]>([
    ['ghcr.io/acme/shop:§{TAG}', { TAG: revision }],
    ['ghcr.io/acme/shop:§TAG', { TAG: revision }],
    ['ghcr.io/acme/shop:§{TAG:-latest}', { TAG: revision }],
    ['ghcr.io/acme/shop:§{TAG:?needed}', { TAG: revision }],
    ['§{REGISTRY}/acme/shop:§{VERSION}', { VERSION: revision }],
    ['§{REGISTRY:-ghcr.io}/acme/shop:§{TAG:-a/b:c}', { TAG: revision }],
    ['ghcr.io/acme/shop:latest', {}],
    ['ghcr.io/acme/shop', {}],
    ['ghcr.io/acme/shop:§{A}-§{B}', {}],
    ['ghcr.io/acme/shop:v§{TAG}', {}],
    ['ghcr.io/acme/other:§{TAG}', {}],
    ['postgres:§{PG:-16}', {}],
  ])('%s', (text, expected) => expect(tags([text], [shop], { REGISTRY: 'ghcr.io' })).toEqual(expected))

  test.each<[rule: string, line: string, expected: Record<string, string>]>([
    ['{short-sha}', '§{TAG}', { TAG: 'abcdef0' }],
    ['v-{sha}', '§{TAG}', { TAG: `v-${revision}` }],
    ['v-{sha}', 'v-§{TAG}', { TAG: revision }],
    ['{sha}-alpine', '§{TAG}-alpine', { TAG: revision }],
  ])('tag template %s and line %s', (tag, text, expected) => {
    expect(tags([`acme/shop:${text}`], [{ repository: 'docker.io/acme/shop', tag }])).toEqual(expected)
  })

  test('a registry with a port', () => {
    expect(tags(['127.0.0.1:5000/acme/shop:§{TAG}'], [{ repository: '127.0.0.1:5000/acme/shop', tag: '{sha}' }])).toEqual({ TAG: revision })
  })

  test('one variable for two images is fine while they want the same, and refused when not', () => {
    const api: ImageRule = { repository: 'ghcr.io/acme/api', tag: '{sha}' }
    const lines = ['ghcr.io/acme/shop:§{TAG}', 'ghcr.io/acme/api:§{TAG}']
    expect(tags(lines, [shop, api])).toEqual({ TAG: revision })
    expect(tags(lines, [shop, { ...api, tag: '{short-sha}' }])).toEqual([
      `compose.yml:3:12: services.s1.image: TAG is to be abcdef0 here and ${revision} in service s0. Use a variable of its own for each image whose tags differ.`,
    ])
  })
})

describe('which image each service runs', () => {
  const plan = (services: Record<string, object>, images: Record<string, ImageRule> = { web: shop }) => {
    const model = readModel({ services })
    const imageLines = Object.fromEntries(Object.keys(services).map((name) => [name, `line of ${name}`]))
    const found = planImages({
      model,
      imageLines,
      lines: Object.keys(services).map((name) => line(`line of ${name}`, name)),
      images,
      file: '.github/landfall.yml',
      revision,
      profiles: new Map(),
    })
    return found.kind === 'ok' ? found.value : found.problems.map(problemText)
  }
  const web = { image: `ghcr.io/acme/shop:${revision}` }

  test('one that is built here, two of others, and none for a service that does not run', () => {
    const services = {
      web: { ...web, build: { context: '.' } },
      db: { image: 'postgres:16.4' },
      cache: { image: `redis:7@sha256:${'a'.repeat(64)}` },
      tool: { image: 'adminer', profiles: ['tools'] },
    }
    expect(plan(services)).toEqual([
      { service: 'web', repository: 'ghcr.io/acme/shop', tag: revision, line: 'line of web', built: { rule: 'web', revision } },
      { service: 'db', repository: 'postgres', tag: '16.4', line: 'line of db' },
      { service: 'cache', repository: 'redis', tag: `sha256:${'a'.repeat(64)}`, line: 'line of cache' },
    ])
  })

  test.each<[why: string, service: object, message: RegExp]>([
    [
      'latest',
      { image: 'nginx:latest' },
      /^compose\.yml:3:12: services\.bad\.image: .* asks for latest, .*Name a version, such as `nginx:1\.2`/,
    ],
    ['no tag, which is latest', { image: 'nginx' }, /has no tag, which means latest/],
    ['built on the spot', { build: { context: '.' } }, /is built on the spot and names no image\. Build it in CI/],
    [
      'our own image by another tag',
      { image: 'ghcr.io/acme/shop:1.0' },
      /does not follow the commit that is deployed\. Write `image: ghcr\.io\/acme\/shop:\$\{TAG\}`/,
    ],
    ['our own image as latest', { image: 'ghcr.io/acme/shop:latest' }, /does not follow the commit/],
    ['our own image by digest', { image: `ghcr.io/acme/shop:${revision}@sha256:${'a'.repeat(64)}` }, /does not follow the commit/],
  ])('%s is refused', (_why, service, message) => expect(plan({ web, bad: service })).toEqual([expect.stringMatching(message)]))

  test('a rule that no service uses is refused, since its image would never be deployed', () => {
    expect(plan({ db: { image: 'postgres:16' } })).toEqual([
      '.github/landfall.yml: images.web: no service of the Compose file uses ghcr.io/acme/shop. Correct the repository here or the `image:` line there, or remove the rule.',
    ])
  })

  test('everything at once', () => expect(plan({ web, a: { image: 'x' }, b: { build: '.' } })).toHaveLength(2))
})

test.each<[text: string, repository: string, registry: string]>([
  ['postgres', 'docker.io/library/postgres', 'docker.io'],
  ['acme/shop', 'docker.io/acme/shop', 'docker.io'],
  ['docker.io/postgres', 'docker.io/library/postgres', 'docker.io'],
  ['index.docker.io/acme/shop', 'docker.io/acme/shop', 'docker.io'],
  ['localhost/shop', 'localhost/shop', 'localhost'],
  ['127.0.0.1:5000/shop', '127.0.0.1:5000/shop', '127.0.0.1:5000'],
  ['ghcr.io/acme/shop', 'ghcr.io/acme/shop', 'ghcr.io'],
])('%s is %s on %s', (text, repository, registry) => {
  expect(fullRepository(text)).toBe(repository)
  expect(registryOf(text)).toBe(registry)
})

test.each([
  ['a/b:1', { repository: 'a/b', tag: '1' }],
  ['host:5000/b', { repository: 'host:5000/b' }],
  ['host:5000/b:1@sha256:x', { repository: 'host:5000/b', tag: '1', digest: 'sha256:x' }],
])('%s taken apart', (text, parts) => expect(readReference(text)).toEqual(parts))
