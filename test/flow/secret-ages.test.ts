import { expect, test } from 'vitest'
import { encrypted, secretsPath } from '../support/encrypted.ts'
import { openTown, type Town } from '../support/town.ts'

const canary = 'correct-horse-battery'
const day = 86_400

/** A town that reminds of old secrets, with these brought to production. */
async function townWith(values: Record<string, string>, says = ''): Promise<Town> {
  const town = await openTown({ gates: `secrets: ${secretsPath}${says}` })
  await town.store.sweeps.next('secrets', 0)
  await bring(town, values)
  return town
}

const bring = async (town: Town, values: Record<string, string>) =>
  town.deploy({ [secretsPath]: await encrypted(values), 'deploy/production.env': 'MODE=fast\n' })

/** Lets days go by, and Landfall look. */
async function days(town: Town, count: number): Promise<void> {
  town.clock.leap(count * day)
  await town.pass(30)
  await town.quiet()
}

const reminders = (town: Town): string[] =>
  town.chat.said.flatMap(({ message }) => (message.fallback.startsWith('🔑') ? [message.fallback] : []))

const agesOf = async (town: Town) =>
  Object.fromEntries(((await town.store.secretAges.of('acme/shop', 'production'))?.keys ?? []).map(({ name, since }) => [name, since]))

test('people are reminded when a value is 90 days old, and again after 30 days, by name and age and never by value', async () => {
  const town = await townWith({ DB_PASSWORD: canary, TOKEN: `${canary}-2` })
  await days(town, 89)
  expect(reminders(town)).toEqual([])
  await days(town, 1)
  expect(reminders(town)).toEqual([
    expect.stringContaining('shop: production has 2 secrets older than 90 days. DB_PASSWORD (90 days), TOKEN'),
  ])
  const said = JSON.stringify(town.chat.said.at(-1))
  expect(said).toContain('landfall secret set acme/shop production DB_PASSWORD')
  await days(town, 29)
  expect(reminders(town)).toHaveLength(1)
  await days(town, 1)
  expect(reminders(town)).toEqual([expect.any(String), expect.stringContaining('DB_PASSWORD (120 days)')])
  expect(
    JSON.stringify([town.chat.said, await town.deployments(), await town.store.secretAges.of('acme/shop', 'production')]),
  ).not.toContain(canary)
})

test('a value that was given anew is as old as its deployment, the others keep their age, and what goes is forgotten', async () => {
  const town = await townWith({ DB_PASSWORD: 'one', TOKEN: 'one', OLD: 'one' })
  const before = await agesOf(town)
  await days(town, 91)
  await bring(town, { DB_PASSWORD: 'two', TOKEN: 'one' })
  const after = await agesOf(town)
  expect(after).toEqual({ DB_PASSWORD: (await town.newest()).finishedAt, TOKEN: before.TOKEN })
  await days(town, 1)
  expect(reminders(town)).toHaveLength(1)
  await days(town, 29)
  expect(reminders(town).at(-1)).toContain('production has a secret older than 90 days. TOKEN (121 days).')
  expect(reminders(town)).toHaveLength(2)
})

test('after the last old value was given anew nobody is reminded', async () => {
  const town = await townWith({ DB_PASSWORD: 'one' })
  await days(town, 90)
  await bring(town, { DB_PASSWORD: 'two' })
  await days(town, 60)
  expect(reminders(town)).toHaveLength(1)
})

test('a deployment that fails, and a rollback, change no age', async () => {
  const town = await townWith({ DB_PASSWORD: 'one' })
  await bring(town, { DB_PASSWORD: 'two' })
  const known = await agesOf(town)
  await town.pass(60)
  const secrets = { [secretsPath]: await encrypted({ DB_PASSWORD: 'three' }) }
  expect((await town.deploy(secrets, { behaviour: { answers: 500 } })).state).toBe('rolled-back')
  await town.tellComment('/rollback')
  await town.quiet()
  expect(await town.newest()).toMatchObject({ kind: 'rollback', state: 'succeeded' })
  expect(await agesOf(town)).toEqual(known)
})

test('a Landfall that dies after it proved a deployment leaves the age to whoever ends it', async () => {
  const town = await openTown({ gates: `secrets: ${secretsPath}`, started: false })
  const first = await town.start()
  first.life.endsAfter = (call, [, , to]) => call === 'store.deployments.advance' && to === 'succeeded'
  await town.tellPush(town.commit({ [secretsPath]: await encrypted({ DB_PASSWORD: 'one' }), 'deploy/production.env': '' }))
  await town.until(() => first.life.ended)
  await town.start()
  await town.quiet()
  expect(await agesOf(town)).toEqual({ DB_PASSWORD: (await town.newest()).finishedAt })
})

test('of two Landfalls one reminds, and one that starts later does not say it again', async () => {
  const town = await townWith({ DB_PASSWORD: 'one' })
  await town.start()
  await days(town, 90)
  await town.start()
  await days(town, 10)
  expect(reminders(town)).toHaveLength(1)
})

test('a Landfall that dies once it has stored that people are reminded leaves the saying to the next', async () => {
  const town = await openTown({ gates: `secrets: ${secretsPath}`, started: false })
  const first = await town.start()
  await town.store.sweeps.next('secrets', 0)
  await bring(town, { DB_PASSWORD: 'one' })
  first.life.endsAfter = (call, [, , outcome]) => call === 'store.secretAges.looked' && JSON.stringify(outcome).includes('reminded')
  town.clock.leap(90 * day)
  await town.until(() => first.life.ended)
  expect(reminders(town)).toEqual([])
  await town.start()
  await days(town, 10)
  expect(reminders(town)).toHaveLength(1)
})

test('a message that could not be sent is sent later, and not counted as another', async () => {
  const town = await townWith({ DB_PASSWORD: 'one' })
  town.chat.fails = () => new Error('down')
  await days(town, 90)
  town.chat.fails = () => undefined
  await town.pass(600)
  expect(reminders(town)).toHaveLength(1)
})

test.each([
  ['nobody wants to be reminded', ', secrets-age: none', 400, 0],
  ['a month is long enough', ', secrets-age: 30d', 31, 1],
])('where %s, the file says so', async (_what, says, count, expected) => {
  const town = await townWith({ DB_PASSWORD: 'one' }, says)
  await days(town, count)
  expect(reminders(town)).toHaveLength(expected)
})

test('an environment that left the file is not told of, nor is a channel that is not granted any more', async () => {
  const town = await townWith({ DB_PASSWORD: 'one' })
  const granted = town.operator
  town.operator = { ...granted, repositories: granted.repositories.map((rule) => ({ ...rule, notify: [] })) }
  await days(town, 90)
  town.operator = granted
  const file = (await town.github.file({ owner: 'acme', name: 'shop', installation: 1 }, '.github/landfall.yml')) ?? ''
  town.commit({ '.github/landfall.yml': file.replace('production:', 'elsewhere:') })
  await days(town, 31)
  expect(reminders(town)).toEqual([])
})

test('/status tells which are too old', async () => {
  const town = await townWith({ DB_PASSWORD: 'one' })
  const answer = async () => {
    await town.tellComment('/status')
    await town.quiet()
    return town.github.comments.at(-1)?.body ?? ''
  }
  expect(await answer()).not.toContain('🔑')
  await days(town, 95)
  expect(await answer()).toContain('🔑 too old: DB\\_PASSWORD \\(95 days\\)')
})
