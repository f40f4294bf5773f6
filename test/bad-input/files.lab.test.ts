import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deliveryHeaders, forge } from '../attacks/sender.ts'
import { landfallFile, openTown, type Town } from '../lab/landfall/town.ts'
import { expectAllIsWell, expectMisconfiguration, expectRefusal, type Told } from './refusal.ts'

let town: Town
let registry: string
beforeAll(async () => {
  town = await openTown()
  registry = town.scenario.lab.registry.address
  await town.merge({ title: 'The shop opens' }, 'success')
})
afterAll(() => town?.close())

const compose = (from: string, to: string) => (town.files['compose.yml'] ?? '').replace(from, to)

describe('files that cannot be deployed are refused before any host is asked to change', () => {
  test.each<[what: string, files: () => Record<string, string | null>, told: Told]>([
    [
      'a host the operator does not know',
      () => ({ '.github/landfall.yml': landfallFile({ registry, hosts: '[web-1, web-9]' }) }),
      {
        status: /Refused: .*unknown host "web-9"/,
        comment: /landfall\.yml:12:48: .*hosts\[1\]: unknown host "web-9"/,
        page: /unknown host "web-9"/,
      },
    ],
    [
      'no Compose file',
      () => ({ 'compose.yml': null }),
      { status: /compose\.yml.*no such file/, comment: /compose\.yml.*no such file/, page: /Commit it, or correct the name/ },
    ],
    [
      'a Compose file that is no YAML',
      () => ({ 'compose.yml': 'services:\n  web: [\n' }),
      { status: /compose\.yml:3:1/, comment: /compose\.yml:3:1/, page: /compose\.yml:3:1/ },
    ],
    [
      'a Compose file with a key Compose does not know',
      () => ({ 'compose.yml': compose('    init: true\n', '    initt: true\n') }),
      { status: /initt/, comment: /initt/, page: /initt/ },
    ],
    [
      'a variable that nobody sets',
      () => ({ 'compose.yml': compose('GREETING: ${GREETING}', 'GREETING: ${GREETING}${NOPE}') }),
      { status: /compose\.yml:5:28: .*NOPE is not set/, comment: /compose\.yml:5:28: .*NOPE is not set/, page: /give it a default/ },
    ],
    [
      'no env file',
      () => ({ 'deploy/production.env': null }),
      { status: /deploy\/production\.env.*no such file/, comment: /deploy\/production\.env/, page: /environments\.production\.env/ },
    ],
    [
      'an env file with a line that is none',
      () => ({ 'deploy/production.env': 'GREETING=hello\nhunter2 is the password\n' }),
      { status: /production\.env:2:1: this line is not NAME=value/, comment: /production\.env:2:1/, page: /production\.env:2:1/ },
    ],
  ])('%s', async (what, files, told) => {
    await expectRefusal(town, { title: what, build: false, files: files() }, told)
  })

  test.each<[what: string, from: string, to: string, told: Told & { line: number }]>([
    [
      'a key nobody knows',
      'hosts: [web-1]',
      'hosst: [web-1]',
      { status: /2 problems, first .*landfall\.yml:12:3: "hosts" is missing/, comment: /landfall\.yml:12:33.*hosst.*hosts/s, line: 12 },
    ],
    ['no YAML', 'environments:', 'environments: [', { status: /landfall\.yml:1[23]:\d+/, comment: /landfall\.yml:1[23]:\d+/, line: 13 }],
    [
      'a port that is none',
      'web: { port: 3000',
      'web: { port: 70000',
      { status: /landfall\.yml:9:18: .*not a port/, comment: /1 to 65535/, line: 9 },
    ],
  ])('landfall.yml: %s', async (what, from, to, told) => {
    const broken = landfallFile({ registry }).replace(from, to)
    expect(broken).not.toBe(landfallFile({ registry }))
    await expectMisconfiguration(town, { title: what, build: false, files: { '.github/landfall.yml': broken } }, told)
  })

  test('afterwards a good merge deploys', () => expectAllIsWell(town))
})

test('a repository the operator does not serve is not even asked about', async () => {
  const { github, landfall } = town.scenario
  const stranger = await github.createRepository('other', 'shop', town.files)
  const asked = github.requests.length
  const { sha, deliveries } = await stranger.push('main', { 'README.md': '# hello\n' })
  expect(deliveries.map(({ statusCode }) => statusCode)).toEqual([200])
  await landfall.logged(
    ({ msg, repository }) => msg === 'webhook of a repository the operator does not serve' && repository === 'other/shop',
  )
  expect(github.requests.slice(asked).map(({ path }) => path)).toEqual([])
  expect(stranger.statuses(sha)).toEqual([])
})

test('a delivery that is no JSON is refused, and the next one is taken', async () => {
  const { github } = town.scenario
  const body = Buffer.from('{"ref": "refs/heads/main", ')
  const { status } = await forge({ url: github.webhookUrl ?? '', headers: deliveryHeaders(github.app.secret, body, randomUUID()), body })
  expect(status).toBe(400)
  await expectAllIsWell(town)
})
