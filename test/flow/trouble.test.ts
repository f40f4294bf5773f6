import { describe, expect, test } from 'vitest'
import { askedPause, passes } from '../../src/flow/trouble.ts'
import { httpError } from '../support/fake-github.ts'
import { openTown } from '../support/town.ts'

const sqlite = (errcode: number) => Object.assign(new Error('no'), { code: 'ERR_SQLITE_ERROR', errcode })
const withCode = (code: string) => Object.assign(new Error('no'), { code })

describe('waiting may mend', () => {
  test.each<[why: string, error: unknown]>([
    ['a GitHub that is down', httpError(502)],
    ['too many requests', httpError(429)],
    ['a secondary limit', httpError(403, { 'retry-after': '60' })],
    ['a used-up limit', httpError(403, { 'x-ratelimit-remaining': '0' })],
    ['a refused connection', withCode('ECONNREFUSED')],
    ['a name server that is away', withCode('EAI_AGAIN')],
    ['a fetch that broke off', new TypeError('fetch failed', { cause: withCode('UND_ERR_SOCKET') })],
    ['a PostgreSQL that is stopped', withCode('57P01')],
    ['a PostgreSQL that crashed', withCode('57P02')],
    ['a PostgreSQL that starts', withCode('57P03')],
    ['a PostgreSQL that closed the connection', withCode('08006')],
    ['a PostgreSQL with too many sessions', withCode('53300')],
    ['a PostgreSQL with a full disk', withCode('53100')],
    ['a standby', withCode('25006')],
    ['a statement that took too long', withCode('57014')],
    ['a session that was ended in its transaction', withCode('25P03')],
    ['a lock nobody gave back', withCode('55P03')],
    ['a deadlock', withCode('40P01')],
    ['a PostgreSQL whose disk fails', withCode('58030')],
    ['a busy SQLite', sqlite(5)],
    ['a SQLite with another busy one recovering', sqlite(261)],
    ['a SQLite on a full disk', sqlite(13)],
    ['a SQLite whose disk fails', sqlite(10 | (3 << 8))],
    ['a SQLite on a disk that became read-only', sqlite(8 | (1 << 8))],
    ['a SQLite whose file cannot be opened', sqlite(14)],
    ['a time-out', Object.assign(new Error('late'), { name: 'TimeoutError' })],
  ])('%s', (_why, error) => expect(passes(error)).toBe(true))
})

describe('waiting does not mend', () => {
  const itself = new Error('a cause of itself')
  itself.cause = itself
  test.each<[why: string, error: unknown]>([
    ['a refusal for good', httpError(403)],
    ['what is not there', httpError(404)],
    ['a row PostgreSQL has already', withCode('23505')],
    ['a statement PostgreSQL does not understand', withCode('42601')],
    ['a wrong password', withCode('28P01')],
    ['a row SQLite has already', sqlite(19 | (8 << 8))],
    ['a SQLite whose file is torn', sqlite(11)],
    ['a bug', new TypeError('x is undefined')],
    ['an error that causes itself', itself],
    ['what is no error at all', 'gone'],
  ])('%s', (_why, error) => expect(passes(error)).toBe(false))
})

describe('is left alone for as long as it asks', () => {
  const date = 'Fri, 21 Nov 2026 09:00:00 GMT'
  const used = (reset: string | number, more: Record<string, string> = {}) => {
    const seconds = typeof reset === 'number' ? String(Date.parse(date) / 1000 + reset) : reset
    return { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': seconds, date, ...more }
  }
  test.each<[why: string, error: unknown, seconds: number | undefined]>([
    ['a secondary limit', httpError(403, { 'retry-after': '60' }), 60],
    ['a used-up hour, by the clock of the answer', httpError(403, used(90)), 90],
    ['the same as 429', httpError(429, used(90)), 90],
    ['a limit of both kinds says it itself', httpError(403, used(90, { 'retry-after': '7' })), 7],
    ['an hour that is just over', httpError(403, used(-3)), 1],
    ['longer than an hour', httpError(403, used(9000)), 3600],
    ['a used-up hour without its end', httpError(403, { 'x-ratelimit-remaining': '0', date }), undefined],
    ['an end that is no number', httpError(403, used('soon')), undefined],
    ['what was the last request of the hour', httpError(404, used(90)), undefined],
    ['a registry', Object.assign(new Error('busy'), { retryAfterSeconds: 12 }), 12],
    ['nothing asked for', httpError(502), undefined],
  ])('%s', (_why, error, seconds) => expect(askedPause(error)).toBe(seconds))
})

test('GitHub is down for an hour: the push deploys once it is back, and is never failed', async () => {
  const town = await openTown({ started: false })
  await town.start({ leaseSeconds: 300, sweepSeconds: 60 })
  town.github.fails = () => httpError(502)
  const sha = town.commit()
  await town.tellPush(sha)
  await town.pass(3600)
  expect(await town.store.intents.open()).toHaveLength(1)
  town.github.fails = () => undefined
  expect(await town.reaches('succeeded', 300)).toMatchObject({ revision: sha })
  const tries = town.log.saying('work failed').length
  expect(tries).toBeLessThan(50)
})

test('GitHub goes down during the preparations: the record says that Landfall tries again', async () => {
  const town = await openTown()
  town.github.fails = (call) => (call === 'snapshot' ? httpError(503) : undefined)
  await town.tellPush(town.commit())
  await town.pass(600)
  const { id, state } = await town.newest()
  expect(state).toBe('queued')
  expect((await town.record(id))[0]).toMatch(
    /^retry: Landfall could not go on with the preparations: something it needs does not answer\. Trying again in 2 s/,
  )
  town.github.fails = () => undefined
  await town.reaches('succeeded', 300)
})

test('a push that cannot be read for a reason of Landfall itself is refused in sight, and others go on', async () => {
  const town = await openTown()
  town.github.fails = (call) => (call === 'head' ? new TypeError('x is undefined') : undefined)
  const sha = town.commit()
  await town.tellPush(sha)
  await town.until(() => town.github.checkRuns.length > 0, 120)
  expect(town.github.checkRuns[0]).toMatchObject({ revision: sha, title: expect.stringContaining('Landfall itself failed') })
  town.github.fails = () => undefined
  expect((await town.deploy()).state).toBe('succeeded')
})

test('pushes that cannot be read hold up no others, and are all given up in the end', async () => {
  const town = await openTown()
  const { github } = town
  const head = github.head.bind(github)
  github.head = async (repository, branch) => {
    if (branch !== 'main') throw new TypeError('x is undefined')
    return head(repository, branch)
  }
  const poisoned = ['one', 'two'].map((branch) => ({ ref: `refs/heads/${branch}`, sha: github.commit(branch, {}) }))
  for (const { ref, sha } of poisoned) await town.tellPush(sha, { ref })
  await town.tellPush(town.commit())
  await town.reaches('succeeded', 20)
  await town.quiet(120)
  const refused = town.github.checkRuns.filter(({ title }) => title.includes('Landfall itself failed')).map(({ revision }) => revision)
  expect(refused).toEqual(poisoned.map(({ sha }) => sha))
})

test('a rollback that cannot be read is answered', async () => {
  const town = await openTown()
  await town.deploy()
  town.github.fails = (call) => (call === 'role' ? httpError(401) : undefined)
  await town.tellComment('/rollback')
  await town.quiet()
  const { reference } = town.log.saying('work failed').at(-1) ?? {}
  expect(town.github.comments[0]?.body).toContain(String(reference))
})

test('preparations that break every time end as failed, with a reference that the log has', async () => {
  const town = await openTown()
  const pushed = town.commit()
  town.registry.instead = () => {
    throw new TypeError('x is undefined')
  }
  await town.tellPush(pushed)
  await town.quiet(120)
  const { state, reason } = await town.newest()
  const failures = town.log.saying('work failed')
  expect(state).toBe('failed')
  expect(reason).toEqual({
    code: 'internal',
    evidence: { environment: 'production', component: 'the preparations', reference: failures.at(-1)?.reference },
  })
  expect(failures).toHaveLength(5)
  expect(town.github.statusesOf(pushed).at(-1)?.[0]).toBe('failure')
})

test('a poisoned deployment does not hold up the next push for long', async () => {
  const town = await openTown()
  const poisoned = town.commit()
  town.registry.instead = (name) => {
    if (name.includes(poisoned)) throw new TypeError('x is undefined')
    return undefined
  }
  await town.tellPush(poisoned)
  await town.pass(1)
  const next = town.commit()
  await town.tellPush(next)
  await town.quiet(120)
  expect(await town.newest()).toMatchObject({ revision: next, state: 'succeeded' })
})

describe('what breaks every time while hosts are', () => {
  test.each([
    ['switched', 'switch', 'rolled-back', 'the deployment'],
    ['watched', 'probe', 'rolled-back', 'the deployment'],
    ['on their way back', 'restore', 'halted', 'the way back'],
  ])('%s ends all the same', async (_when, verb, end, component) => {
    const town = await openTown()
    const good = await town.deploy()
    town.host().instead = (command) => {
      if (command.verb === verb && command.args[2] === '2') throw new TypeError('x is undefined')
      return undefined
    }
    const bad = await town.deploy({}, { behaviour: { answers: 500 } })
    expect(bad).toMatchObject({ state: end, reason: { code: 'internal', evidence: { component } } })
    const left = end === 'halted' ? bad : good
    expect(town.host().container('web')?.image.behaviour.version).toBe(left.revision)
  })
})

describe('a host on which something else than landfall-shell answers', () => {
  const greeting = { kind: 'exited' as const, code: 0, stdout: 'Last login: today\n', stderr: '' }

  test('is not ready, and people are told so', async () => {
    const town = await openTown()
    town.host().instead = ({ verb }) => (verb === 'inspect' ? greeting : undefined)
    await town.tellPush(town.commit())
    await town.quiet()
    expect(await town.newest()).toMatchObject({ state: 'failed', reason: { code: 'host-not-ready', evidence: { host: 'web-1' } } })
  })

  test('while it is watched is returned at once', async () => {
    const town = await openTown()
    const good = await town.deploy()
    const host = town.host()
    host.says = (line) => (host.current === 2 && line.includes('"round"') ? 'Broadcast message from root' : line)
    expect(await town.deploy()).toMatchObject({ state: 'rolled-back', reason: { code: 'host-not-ready' } })
    expect(host.container('web')?.image.behaviour.version).toBe(good.revision)
  })

  test('on the way back halts: nobody knows what runs there', async () => {
    const town = await openTown()
    await town.deploy()
    town.host().instead = ({ verb }) => (verb === 'restore' ? greeting : undefined)
    const bad = await town.deploy({}, { behaviour: { answers: 500 } })
    expect(bad).toMatchObject({ state: 'halted', reason: { code: 'return-failed' } })
  })
})

test('a database that fails for a while costs no deployment', async () => {
  const town = await openTown()
  const { advance } = town.store.deployments
  const { append } = town.store.timeline
  const gone = async () => {
    throw new Error('the database is gone')
  }
  town.store.deployments.advance = gone
  town.store.timeline.append = gone
  await town.tellPush(town.commit())
  await town.pass(600)
  town.store.deployments.advance = advance
  town.store.timeline.append = append
  await town.reaches('succeeded', 300)
})
