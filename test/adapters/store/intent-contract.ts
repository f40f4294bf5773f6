import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import type { CommandIntent, OperatorIntent, PushIntent } from '../../../src/domain/intent.ts'
import type { Given } from './contract.ts'
import { asked, at, commit, deployment, push, rollback, shop } from './records.ts'

export function intentContract(given: Given): void {
  test('the same wish fifty times at once, through two processes, is accepted once', async () => {
    const wishes = Array.from({ length: 50 }, () => push({ ref: 'refs/heads/fifty' }))
    const answers = await Promise.all(wishes.map((wish, index) => (index % 2 ? given.store : given.other).intents.accept(wish)))
    expect(answers.filter((answer) => answer === 'accepted')).toHaveLength(1)
  })

  test('different wishes that arrive at once are all accepted, and read back as they were', async () => {
    const wishes = ['1', '2', '3', '4'].map((digit) => push({ ref: 'refs/heads/many', after: commit(digit) }))
    // Required: a field the domain gains must be given here, and so must come back.
    const command: Required<CommandIntent> = {
      ...rollback(),
      command: { kind: 'rollback', environment: 'staging', to: { kind: 'pull-request', number: 12 } },
      comment: { id: 41, issue: 12 },
      saidAt: at,
      deployment: 'd41',
      shown: 'what was in sight',
    }
    const merge: Required<PushIntent> = { ...push({ ref: 'refs/heads/merge' }), before: commit('0'), forced: true, found: true }
    const answers = await Promise.all([...wishes, command, merge].map((wish) => given.store.intents.accept(wish)))
    expect(answers).toEqual(Array(6).fill('accepted'))
    expect(await Promise.all(wishes.map(({ id }) => given.other.intents.read(id)))).toEqual(wishes)
    expect(await given.other.intents.read(command.id)).toEqual(command)
    expect(await given.other.intents.read(merge.id)).toEqual(merge)
  })

  test.each<CommandIntent['command']>([
    { kind: 'status' },
    { kind: 'retry', environment: 'staging' },
    { kind: 'deploy', environment: 'staging', revision: 'abcdef1', again: true },
    { kind: 'rollback' },
    { kind: 'rollback', environment: 'staging', to: { kind: 'commit', revision: commit('a') } },
    { kind: 'rollback', to: { kind: 'generation', generation: 41 } },
    { kind: 'reject', text: 'not on a "Friday"' },
    { kind: 'lock', text: 'production the database moves', seconds: 7200 },
    { kind: 'lock', text: '', everywhere: true },
    { kind: 'unlock', everywhere: true },
    { kind: 'plan' },
    { kind: 'help' },
    { kind: 'mistake', reason: { code: 'command-mistaken', evidence: { written: '/rolback', what: 'unknown', remedy: 'Write' } } },
  ])('the command $kind reads back as it was: %o', async (command) => {
    const intent = rollback({ command })
    await given.store.intents.accept(intent)
    expect(await given.other.intents.read(intent.id)).toEqual(intent)
  })

  test("the operator's wish reads back as it was, and is open until it is settled", async () => {
    const { comment: _, command: __, ...common } = rollback({ actor: 'operator root' })
    const to = { kind: 'generation', generation: 41 } as const
    const wish: OperatorIntent = { ...common, kind: 'operator', command: { kind: 'rollback', environment: 'staging', to } }
    expect(await given.store.intents.accept(wish)).toBe('accepted')
    expect(await given.other.intents.read(wish.id)).toEqual(wish)
    expect(await given.other.intents.open('acme/shop')).toContain(wish.id)
  })

  test('a rollback as it was stored before there were other commands is read as one', async () => {
    const intent = rollback()
    await given.store.intents.accept(intent)
    await given.tamper(`update intents set kind = 'rollback', environment = 'staging', command = null where id = '${intent.id}'`)
    expect(await given.other.intents.read(intent.id)).toEqual({ ...intent, command: { kind: 'rollback', environment: 'staging' } })
  })

  test.each([
    ['without a commit', push({ after: 'not a commit' })],
    ['with what a database cannot hold', rollback({ command: { kind: 'rollback', environment: 'pro\0duction' } })],
    ['with a branch longer than an index takes', push({ ref: `refs/heads/${randomBytes(2000).toString('hex')}` })],
    [
      'with a delivery longer than an index takes',
      { ...push({ ref: 'refs/heads/long-delivery' }), delivery: randomBytes(5000).toString('hex') },
    ],
  ])('an intent %s is refused and does not take its neighbours with it', async (why, bad) => {
    const good = push({ ref: `refs/heads/${why}` })
    const [first, second] = await Promise.allSettled([given.store.intents.accept(bad), given.store.intents.accept(good)])
    expect([first?.status, second]).toEqual(['rejected', { status: 'fulfilled', value: 'accepted' }])
  })

  const known = (ref: string) => push({ ref: `refs/heads/${ref}` })
  const merged = (ref: string) => push({ ref: `refs/heads/${ref}`, withoutBefore: true })
  test.each([
    ['a merge told by the pull request and then by the push', merged('m1'), known('m1'), 'known'],
    ['a merge told by the push and then by the pull request', known('m2'), merged('m2'), 'known'],
    ['the same commit reached from another side', known('m3'), push({ ref: 'refs/heads/m3', before: commit('9') }), 'accepted'],
    ['the same commit on another branch', known('m4'), known('m4-other'), 'accepted'],
    [
      'the same commit of another repository',
      known('m5'),
      { ...known('m5'), repository: { ...shop, name: 'shop-fork' }, key: 'fork' },
      'accepted',
    ],
    ['the same content under another delivery', known('m6'), known('m6'), 'known'],
    ['two comments with the same words', rollback(), rollback(), 'accepted'],
    ['one comment delivered twice', rollback({ key: 'comment 5' }), rollback({ key: 'comment 5' }), 'known'],
  ])('%s', async (_why, first, second, expected) => {
    expect(await given.store.intents.accept(first)).toBe('accepted')
    expect(await given.other.intents.accept(second)).toBe(expected)
  })

  test('the push fills in where the merged branch was, and then counts as told', async () => {
    const told = merged('filled')
    await given.store.intents.accept(told)
    await given.store.intents.accept(known('filled'))
    expect(await given.store.intents.read(told.id)).toEqual({ ...told, before: commit('0') })
    expect(await given.store.intents.accept(known('filled'))).toBe('known')
    expect(await given.store.intents.accept(push({ ref: 'refs/heads/filled', before: commit('9') }))).toBe('accepted')
  })

  test('both tellings of a merge in one turn become one intent that knows everything', async () => {
    const told = merged('together')
    expect(await Promise.all([told, known('together')].map((wish) => given.store.intents.accept(wish)))).toEqual(['accepted', 'known'])
    expect(await given.store.intents.read(told.id)).toEqual({ ...told, before: commit('0') })
  })

  test('open intents are listed oldest first until they are settled', async () => {
    const wishes = ['5', '6', '7'].map((digit) => push({ ref: 'refs/heads/open', after: commit(digit) }))
    for (const wish of wishes) await given.store.intents.accept(wish)
    const [first, second, third] = wishes.map(({ id }) => id)
    const ours = async () => (await given.other.intents.open()).filter((id) => id === first || id === second || id === third)
    expect(await ours()).toEqual([first, second, third])
    await given.store.intents.settle(second ?? '', { kind: 'nothing-to-do', why: 'no environment follows this branch' }, [])
    expect(await ours()).toEqual([first, third])
  })

  test('each repository with open intents is due once, and lists of one repository hold no other', async () => {
    const of = (name: string) => ({ repository: { ...shop, name } })
    const [first, second, other] = [push(of('due-1')), push({ ...of('due-1'), after: commit('b') }), push(of('due-2'))]
    for (const wish of [first, second, other]) await given.store.intents.accept(wish)
    const ours = async () => (await given.other.intents.due()).filter((name) => name.startsWith('acme/due-')).sort()
    expect(await ours()).toEqual(['acme/due-1', 'acme/due-2'])
    expect(await given.other.intents.open('acme/due-1')).toEqual([first.id, second.id])
    expect(await given.other.intents.open('acme/due-3')).toEqual([])
    const done = { kind: 'nothing-to-do' as const, why: 'no environment follows this branch' }
    await given.store.intents.settle(first.id, done, [])
    expect(await ours()).toEqual(['acme/due-1', 'acme/due-2'])
    for (const { id } of [second, other]) await given.store.intents.settle(id, done, [])
    expect(await ours()).toEqual([])
  })

  test('settling twice at once creates the deployments and wants the reports once', async () => {
    const intent = push({ ref: 'refs/heads/settled' })
    await given.store.intents.accept(intent)
    const settle = (store: Given['store']) => {
      const created = deployment({ intent: intent.id, environment: 'settled' })
      const reports = [{ subject: `intent:${intent.id}`, surface: 'status' }]
      return store.intents.settle(intent.id, { kind: 'deployments', ids: [created.id] }, [created], reports)
    }
    await Promise.all([settle(given.store), settle(given.other), settle(given.store)])
    const created = await given.store.deployments.ofEnvironment('acme/shop', 'settled', 10)
    expect(created).toHaveLength(1)
    expect(await given.other.intents.outcome(intent.id)).toEqual({ kind: 'deployments', ids: created.map(({ id }) => id) })
    const report = (await given.store.reports.due(1000)).find(({ subject }) => subject === `intent:${intent.id}`)
    expect(report?.version).toBe(1)
  })

  test('a settling that fails half-way leaves the intent open and nothing behind', async () => {
    const intent = push({ ref: 'refs/heads/half' })
    await given.store.intents.accept(intent)
    const twin = deployment({ intent: intent.id, environment: 'half' })
    await expect(given.store.intents.settle(intent.id, { kind: 'deployments', ids: [twin.id] }, [twin, twin])).rejects.toThrow()
    expect(await given.store.intents.outcome(intent.id)).toBeUndefined()
    expect(await given.store.deployments.ofEnvironment('acme/shop', 'half', 10)).toEqual([])
  })

  test('those of certain keys are told in their order, each with how it ended', async () => {
    const [open, settled] = [rollback(), rollback()]
    for (const intent of [open, settled]) await given.store.intents.accept(intent)
    const outcome = { kind: 'answered' as const, body: 'said' }
    await given.store.intents.settle(settled.id, outcome, [])
    expect(await given.other.intents.withKeys([settled.key, 'nobody', open.key])).toEqual([{ intent: settled, outcome }, { intent: open }])
  })

  test('a command about a deployment has its comment told of that from then on, once', async () => {
    const [about] = await asked(given.store, { environment: 'told' })
    const comment = { id: 77, issue: 12 }
    for (let times = 0; times < 2; times += 1) {
      const intent = rollback()
      await given.store.intents.accept(intent)
      const outcome = { kind: 'answered' as const, body: 'said', about: about?.id ?? '' }
      await given.store.intents.settle(intent.id, outcome, [], [], { tellIn: { deployment: about?.id ?? '', comment } })
      expect(await given.other.intents.outcome(intent.id)).toEqual(outcome)
    }
    expect((await given.other.deployments.read(about?.id ?? ''))?.toldIn).toEqual([comment])
  })

  test.each([
    { kind: 'nothing-to-do' as const, why: 'only ignored paths' },
    {
      kind: 'refused' as const,
      problems: [{ file: '.github/landfall.yml', line: 3, column: 1, what: 'unknown key', remedy: 'Remove it' }],
    },
    { kind: 'command-refused' as const, reason: { code: 'person-not-allowed' as const, evidence: { person: 'mona' } } },
  ])('the outcome $kind reads back as it was', async (outcome) => {
    const intent = rollback()
    await given.store.intents.accept(intent)
    await given.store.intents.settle(intent.id, outcome, [])
    expect(await given.other.intents.outcome(intent.id)).toEqual(outcome)
  })

  test('unknown ids are nothing, and settling one is a bug that shows', async () => {
    expect(await given.store.intents.read('nobody')).toBeUndefined()
    expect(await given.store.intents.outcome('nobody')).toBeUndefined()
    await expect(given.store.intents.settle('nobody', { kind: 'nothing-to-do', why: at }, [])).rejects.toThrow(
      'intent nobody is not in the database',
    )
  })
}
