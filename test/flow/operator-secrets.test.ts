import { describe, expect, test } from 'vitest'
import type { SecretReference } from '../../src/domain/configuration.ts'
import { Secret } from '../../src/domain/secret.ts'
import { SecretUnavailable } from '../../src/flow/ports.ts'
import { encrypted, secretsPath } from '../support/encrypted.ts'
import { newestComment, openPull } from '../support/pull-requests.ts'
import { composeYml, landfallYml } from '../support/shop.ts'
import { openTown, type Town, type TownOptions } from '../support/town.ts'

const env = 'deploy/production.env'
const vault = { command: ['vault', 'read', 'shop'] }

/** A vault: what it says to each reference, and what was asked of it. */
interface Vault {
  town: Town
  values: Record<string, string>
  asked: string[]
  /** What is thrown in place of an answer. */
  broken: SecretUnavailable | undefined
}

/** A town whose password comes from a vault, by the operator's file. */
async function withVault(
  options: TownOptions = {},
  secrets: Record<string, Record<string, SecretReference>> = { production: { DB_PASSWORD: vault } },
): Promise<Vault> {
  const town = await openTown(options)
  const there: Vault = { town, values: { vault: 'first-of-all' }, asked: [], broken: undefined }
  town.operator = { ...town.operator, repositories: town.operator.repositories.map((rule) => ({ ...rule, secrets })) }
  town.secrets = async (reference) => {
    const name = 'command' in reference ? (reference.command[0] ?? '') : 'env' in reference ? reference.env : reference.file
    there.asked.push(name)
    if (there.broken) throw there.broken
    return new Secret(there.values[name] ?? '')
  }
  town.commit({ [env]: 'MODE=fast\n' })
  return there
}

const password = ({ town }: Vault) => town.host().container('web')?.variables.get('DB_PASSWORD')
const fails = (passing = true) => new SecretUnavailable(passing ? 'command vault' : 'env SHOP_DB', 'ended with code 2', passing)

async function everythingSaid(town: Town): Promise<string> {
  const deployments = await town.deployments()
  const records = await Promise.all(deployments.map(({ id }) => town.record(id)))
  const { statuses, comments, checkRuns, deployments: shown } = town.github
  const log = town.log.lines.map(({ fields, ...entry }) => ({ ...entry, fields: { ...fields, error: String(fields.error) } }))
  return JSON.stringify({ deployments, records, statuses, comments, checkRuns, shown, said: town.chat.said, log })
}

test('a value of the operator is on the host and nowhere else, whatever its name, even where the app prints it', async () => {
  const there = await withVault({}, { production: { DB_PASSWORD: vault, GREETING: { env: 'HELLO' } }, staging: { OTHER: { env: 'NO' } } })
  there.values.HELLO = 'correct-horse-battery'
  const first = await there.town.deploy()
  expect(first).toMatchObject({ state: 'succeeded', plan: { fromOperator: [{ name: 'DB_PASSWORD' }, { name: 'GREETING' }] } })
  expect(password(there)).toBe('first-of-all')
  expect((await there.town.record(first.id)).join('\n')).toContain('From the operator\n  DB_PASSWORD, GREETING')
  expect(there.asked).not.toContain('NO')
  const failed = await there.town.deploy({}, { behaviour: { answers: 500, says: 'hello correct-horse-battery\n' } })
  expect((await there.town.record(failed.id)).join('\n')).toContain('hello [secret]')
  expect(await everythingSaid(there.town)).not.toMatch(/correct-horse|first-of-all/)
})

test('what was rotated comes with the next deployment, and a rollback keeps it', async () => {
  const there = await withVault()
  const first = await there.town.deploy()
  await there.town.deploy()
  there.values.vault = 'rotated-since'
  const third = await there.town.deploy({ 'a.txt': 'a' })
  expect(third.plan?.services.find(({ name }) => name === 'web')).toMatchObject({ change: 'recreated' })
  expect(password(there)).toBe('rotated-since')
  await there.town.tellComment(`/rollback to ${first.revision?.slice(0, 8)}`)
  await there.town.quiet()
  expect(await there.town.newest()).toMatchObject({ kind: 'rollback', state: 'succeeded', revision: first.revision })
  expect(password(there)).toBe('rotated-since')
})

test.each<[where: string, files: () => Promise<Record<string, string>>, said: string]>([
  ['in `env`', async () => ({ [env]: 'DB_PASSWORD=x\n' }), `${env}: DB_PASSWORD`],
  ['in the SOPS file', async () => ({ [secretsPath]: await encrypted({ DB_PASSWORD: 'x' }) }), `${secretsPath}: DB_PASSWORD`],
])('a name that is %s as well is refused, with both places, and nothing is read', async (_where, files, said) => {
  const there = await withVault({ gates: `secrets: ${secretsPath}` })
  const { state, reason } = await there.town.deploy({ [secretsPath]: await encrypted({ OTHER: 'x' }), ...(await files()) })
  expect([state, reason?.code]).toEqual(['rejected', 'configuration-invalid'])
  expect(reason?.evidence.problems).toContain(
    `${said}: DB_PASSWORD is in operator.yml (repositories.acme/shop.secrets.production.DB_PASSWORD) as well`,
  )
  expect(there.asked).toEqual([])
})

describe('a value that cannot be read', () => {
  test('is waited for in sight, and the deployment goes on when it is back', async () => {
    const there = await withVault()
    there.broken = fails()
    await there.town.tellPush(there.town.commit())
    const waiting = await there.town.reaches('waiting', 30)
    expect(waiting.reason).toMatchObject({
      code: 'secret-unavailable',
      evidence: { name: 'DB_PASSWORD', environment: 'production', reference: 'command vault', why: 'ended with code 2' },
    })
    await there.town.pass(100)
    there.broken = undefined
    expect((await there.town.reaches('succeeded', 60)).reason).toBeUndefined()
    expect(password(there)).toBe('first-of-all')
  })

  test('is not waited for for ever, also through a restart', async () => {
    const there = await withVault({ started: false })
    const first = await there.town.start()
    there.broken = fails()
    await there.town.tellPush(there.town.commit())
    await there.town.reaches('waiting', 30)
    await there.town.pass(200)
    first.kill()
    await there.town.start()
    await there.town.pass(60)
    expect((await there.town.newest()).state).toBe('waiting')
    expect(await there.town.reaches('failed', 80)).toMatchObject({ reason: { code: 'secret-unavailable' } })
    expect(there.town.log.saying('work failed')).toEqual([])
  })

  test('and will not come back by itself ends the deployment at once', async () => {
    const there = await withVault()
    there.broken = fails(false)
    expect(await there.town.deploy()).toMatchObject({ state: 'failed', reason: { evidence: { reference: 'env SHOP_DB' } } })
  })

  test('holds up no rollback: hosts take what they kept, as the record says', async () => {
    const there = await withVault()
    const first = await there.town.deploy()
    await there.town.deploy()
    there.broken = fails()
    await there.town.tellComment('/rollback')
    await there.town.quiet(60)
    const back = await there.town.newest()
    expect(back).toMatchObject({ kind: 'rollback', state: 'succeeded', revision: first.revision, plan: { kept: 1 } })
    expect((await there.town.record(back.id)).join('\n')).toContain(
      'plan: DB_PASSWORD of production cannot be read from command vault: it ended with code 2: the files and the values of .env are those',
    )
  })
})

/** A deployment that was planned by a Landfall that is gone. */
async function planned(options: TownOptions = {}): Promise<Vault> {
  const there = await withVault({ started: false, ...options })
  const first = await there.town.start()
  await there.town.deploy()
  first.life.endsAfter = (call, [, , to]) => call === 'store.deployments.advance' && to === 'planned'
  await there.town.tellPush(there.town.commit())
  await there.town.until(() => first.life.ended)
  return there
}

describe('between plan and bundle', () => {
  test('where the keys of the file were only put in order, nothing has changed', async () => {
    const there = await withVault({ started: false }, { production: { DB_PASSWORD: vault, GREETING: { env: 'HELLO' } } })
    there.values.HELLO = 'correct-horse'
    const first = await there.town.start()
    first.life.endsAfter = (call, [, , to]) => call === 'store.deployments.advance' && to === 'planned'
    await there.town.tellPush(there.town.commit())
    await there.town.until(() => first.life.ended)
    const [rule] = there.town.operator.repositories
    if (rule) rule.secrets = { production: { GREETING: { env: 'HELLO' }, DB_PASSWORD: vault } }
    await there.town.start()
    expect((await there.town.reaches('succeeded', 60)).reason).toBeUndefined()
  })

  test('a step that was begun is waited for, and tells nothing that cannot be hidden any more', async () => {
    const there = await withVault({ started: false })
    const first = await there.town.start()
    await there.town.deploy()
    const gates = 'before: [{ service: web, run: [bin/migrate], within: 5m }]'
    await there.town.tellPush(there.town.commit({ '.github/landfall.yml': landfallYml({ gates }) }, { behaviour: { takes: 60 } }))
    await there.town.reaches('stepping')
    first.kill()
    there.values.vault = 'rotated-since'
    await there.town.start()
    expect((await there.town.reaches('succeeded', 200)).reason).toBeUndefined()
    expect(there.town.host().once).toHaveLength(1)
  })

  test('a value that changed ends the deployment with its name, before any host is touched, and trying again plans anew', async () => {
    const there = await planned()
    there.values.vault = 'rotated-since'
    await there.town.start()
    const failed = await there.town.reaches('failed', 60)
    expect(failed.reason).toMatchObject({ code: 'secrets-changed', evidence: { names: 'DB_PASSWORD', environment: 'production' } })
    expect([password(there), there.town.host().releases.has(2)]).toEqual(['first-of-all', false])
    await there.town.quiet()
    await there.town.tellComment('/retry')
    await there.town.quiet()
    expect((await there.town.newest()).state).toBe('succeeded')
    expect(password(there)).toBe('rotated-since')
    expect(await everythingSaid(there.town)).not.toMatch(/rotated-since|first-of-all/)
  })

  test('one that cannot be read is asked for again for a while', async () => {
    const there = await planned()
    there.broken = fails()
    await there.town.start()
    await there.town.pass(45)
    there.broken = undefined
    const { id } = await there.town.reaches('succeeded', 60)
    expect((await there.town.record(id)).filter((line) => line.startsWith('wait:'))).toHaveLength(1)
  })

  test('and then ends the deployment', async () => {
    const there = await planned()
    there.broken = fails()
    await there.town.start()
    expect(await there.town.reaches('failed', 120)).toMatchObject({ reason: { code: 'secret-unavailable' } })
  })

  test('a name that the operator gives by now, and that stands in a file as well, is told', async () => {
    const there = await planned()
    const [rule] = there.town.operator.repositories
    if (!rule) throw new Error('the town grants nothing')
    const secrets = { production: { DB_PASSWORD: vault, MODE: { env: 'MODE' } } }
    there.town.operator = { ...there.town.operator, repositories: [{ ...rule, secrets }] }
    await there.town.start()
    const { reason } = await there.town.reaches('failed', 60)
    expect(reason?.evidence.problems).toContain('MODE is in operator.yml (repositories.acme/shop.secrets.production.MODE) as well')
  })
})

test('what was rotated while people were asked is shown to them anew', async () => {
  const there = await withVault({ gates: 'approve: { count: 1 }' })
  const { town } = there
  town.github.roles.lisa = 'write'
  const approve = async () => {
    await town.pass(5)
    await town.tellComment('/approve', { actor: 'lisa' })
    await town.pass(30)
    return (await town.newest()).state
  }
  await town.tellPush(town.commit())
  const { proposal } = await town.reaches('waiting', 60)
  const asked = there.asked.length
  await town.pass(3600)
  expect(there.asked.length).toBe(asked)
  there.values.vault = 'rotated-since'
  expect(await approve()).toBe('waiting')
  expect((await town.newest()).proposal?.content).not.toBe(proposal?.content)
  expect(await approve()).toBe('succeeded')
  expect(password(there)).toBe('rotated-since')
})

describe('the plan of a pull request', () => {
  const changed = { 'compose.yml': composeYml.replace('environment:', 'init: true\n    environment:') }

  test('names what changes since the deployment, and no value', async () => {
    const there = await withVault({}, { production: { DB_PASSWORD: vault, KEPT: { env: 'KEPT' } } })
    there.values.KEPT = 'kept-as-it-is'
    await there.town.deploy()
    there.values.vault = 'rotated-since'
    await openPull(there.town, { [env]: 'MODE=slow\n' })
    expect(newestComment(there.town)).toContain('- `DB_PASSWORD` changed\n- `MODE` changed')
    expect(newestComment(there.town)).not.toContain('`KEPT`')
    expect(await everythingSaid(there.town)).not.toMatch(/rotated-since|first-of-all|kept-as/)
  })

  test('names a value that came from a file and comes from the operator now as what it is', async () => {
    const there = await withVault({}, {})
    await there.town.deploy({ [env]: 'DB_PASSWORD=first-of-all\nMODE=fast\n' })
    const secrets = { production: { DB_PASSWORD: vault, EXTRA: vault } }
    there.town.operator = { ...there.town.operator, repositories: there.town.operator.repositories.map((rule) => ({ ...rule, secrets })) }
    await openPull(there.town, { [env]: 'MODE=fast\n' })
    expect(newestComment(there.town)).toContain('- `EXTRA` added')
    expect(newestComment(there.town)).not.toContain('`DB_PASSWORD`')
  })

  test('of a fork has nothing read, whatever its files say', async () => {
    const there = await withVault()
    await there.town.deploy()
    there.asked.length = 0
    await openPull(there.town, { ...changed, [env]: 'MODE=slow\n' }, { fork: true })
    expect(newestComment(there.town)).toBe('')
    expect(await there.town.store.pullPlans.of('acme/shop', 12)).toMatchObject({ environments: [{ kind: 'nothing' }] })
    expect(there.asked.filter((name) => name === 'vault')).toEqual([])
  })

  test('is put off while a value cannot be read, and makes no red check', async () => {
    const there = await withVault()
    await there.town.deploy()
    there.broken = fails()
    await openPull(there.town, changed)
    expect(await there.town.store.pullPlans.of('acme/shop', 12)).toBeUndefined()
    there.broken = undefined
    await there.town.pass(60)
    expect(newestComment(there.town)).toMatch(/web.*recreated/)
  })
})
