import { expect, test } from 'vitest'
import { type ReceiptVerified, verifyReceipt } from '../../src/flow/verify-receipt.ts'
import { unreachable } from '../support/host-answers.ts'
import { landfallYml } from '../support/shop.ts'
import { openTown, type Town } from '../support/town.ts'

const verify = (town: Town): Promise<ReceiptVerified> => verifyReceipt('acme/shop', 'production', { ...town.ports(), store: town.store })

/** What was found on one host: problems, and each service that is otherwise than proved. */
async function found(town: Town, host = 'web-1'): Promise<string[]> {
  const verified = await verify(town)
  if (verified.kind === 'nothing') return [verified.why]
  const { problems = [], services = [] } = verified.hosts.find((one) => one.host === host) ?? {}
  return [...problems, ...services.flatMap(({ service, kind, detail }) => (kind === 'holds' ? [] : [`${service} ${kind}: ${detail}`]))]
}

/** Two releases verified on two hosts. */
async function deployed(): Promise<Town> {
  const town = await openTown({ hosts: ['web-1', 'web-2'] })
  await town.deploy()
  await town.deploy()
  return town
}

test('what was just verified holds on every host, and nothing is written there', async () => {
  const town = await deployed()
  const heard = town.host().heard.length
  expect([await found(town), await found(town, 'web-2')]).toEqual([[], []])
  expect(
    new Set(
      town
        .host()
        .heard.slice(heard)
        .map((verb) => verb.split(' ')[0]),
    ),
  ).toEqual(new Set(['recall', 'probe']))
})

test('a receipt tells who asked, through what, when, and by which gates it went', async () => {
  const town = await openTown()
  await town.deploy()
  const revision = town.commit({ '.github/landfall.yml': landfallYml({ gates: 'approve: { count: 1 }' }) })
  await town.tellPush(revision)
  await town.pass(20)
  town.github.roles.lisa = 'write'
  await town.tellComment('/approve', { actor: 'lisa' })
  await town.reaches('succeeded', 120)
  const verified = await verify(town)
  expect(verified).toMatchObject({
    kind: 'compared',
    receipt: {
      revision,
      plan: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      passed: [{ gate: 'approval', evidence: { required: '1', found: '1', people: 'lisa' } }],
      askedAt: expect.any(String),
      startedAt: expect.any(String),
    },
  })
  expect(await found(town)).toEqual([])
})

test.each<[what: string, change: (town: Town) => void, said: RegExp[]]>([
  [
    'a container that stopped',
    (town) => Object.assign(town.host().container('web') ?? {}, { status: 'exited' }),
    [/^web differs: ended with exit code 0$/],
  ],
  ['a container that is gone', (town) => town.host().docker.remove('web'), [/^web differs: 0 of 1 containers exist$/]],
  [
    'another image under the same name',
    (town) => {
      const [web, db] = [town.host().container('web'), town.host().container('db')]
      if (web && db) web.image = db.image
    },
    [/^web differs: .* runs sha256:.*, planned is /],
  ],
  [
    'the same image in a container that somebody made anew',
    (town) => Object.assign(town.host().container('web') ?? {}, { id: 'f'.repeat(64) }),
    [/^web replaced: the same digest/],
  ],
  ['an administrator who went back there', (town) => town.host().rollBackByHand(), [/generation 1 runs there/, /^web differs: /]],
  [
    'a host that lost its receipt',
    (town) => {
      const release = town.host().releases.get(2)
      if (release) delete release.receipt
    },
    [/keeps no receipt of this release/],
  ],
  [
    'a receipt that somebody wrote there',
    (town) => {
      const receipt = town.host().releases.get(2)?.receipt
      if (receipt) receipt.text = receipt.text.replace('"actor":"', '"actor":"not-')
    },
    [/keeps no receipt of this release that Landfall's key signed/],
  ],
  [
    'a host that does not answer',
    (town) => {
      town.host().instead = () => unreachable
    },
    [/connection refused/],
  ],
  [
    'a host that is not for this environment any more',
    (town) => {
      town.operator = { ...town.operator, repositories: [] }
    },
    [/does not serve acme\/shop/],
  ],
])('%s is told, for that host alone', async (_what, change, said) => {
  const town = await deployed()
  change(town)
  const told = await found(town)
  expect(told).toEqual(said.map((words) => expect.stringMatching(words)))
  if (town.operator.repositories.length > 0) expect(await found(town, 'web-2')).toEqual([])
})

test('without anything verified there is nothing to compare', async () => {
  const town = await openTown()
  expect(await verify(town)).toEqual({ kind: 'nothing', why: 'nothing of production of acme/shop was ever verified here' })
})
