import { describe, expect, test } from 'vitest'
import type { GateRules } from '../../src/domain/gate.ts'
import { landfallYml, type ShopOptions } from '../support/shop.ts'
import type { Town } from '../support/town.ts'
import { say } from './gated.ts'
import { answer, ran, run, shop, tasks } from './tasked.ts'

const file = (more: string, options: ShopOptions = {}) => ({ '.github/landfall.yml': landfallYml(options) + more })
const others = tasks.replace('bin/reindex', 'bin/steal')
const nothing = [[]]
const once = [['task-', 'web', 'bin/reindex', '--all it']]

/** What is answered to a task that is asked for now, and what has been run by then. */
async function asked(town: Town, body = '/run reindex production', actor = 'mona') {
  town.github.roles[actor] ??= 'write'
  await run(town, body, { actor })
  return [answer(town), ran(town)]
}
const said = (text: string) => expect.stringContaining(text)

describe('the words of a task', () => {
  test('are those of the release that runs: other ones of the head are not run before it is deployed', async () => {
    const { town, deployed } = await shop()
    const head = town.commit(file(others))
    expect(await asked(town)).toEqual([said('has other words for reindex'), nothing])
    expect(answer(town)).toContain(deployed.revision?.slice(0, 7))
    await town.tellPush(head)
    await town.quiet()
    await run(town)
    expect(ran(town)).toEqual([[['task-', 'web', 'bin/steal', '--all it']]])
  })

  test.each<[why: string, more: string, body: string, told: string]>([
    ['a task that the head alone has', tasks.replace('seed:', 'drop:'), '/run drop production', 'has no task drop'],
    ['one that the head took out', tasks.replace('seed:', 'drop:'), '/run seed production', 'There is no task seed'],
    ['another service of the head', tasks.replace('service: web', 'service: db'), '/run reindex production', 'has other words'],
    ['another time of the head', tasks.replace('2m', '20m'), '/run reindex production', 'has other words'],
  ])('%s is refused', async (_why, more, body, told) => {
    const { town } = await shop()
    town.commit(file(more))
    expect(await asked(town, body)).toEqual([said(told), nothing])
  })

  test('are those of a release that was gone back to, as long as people read the same', async () => {
    const { town } = await shop()
    await town.deploy(file(others))
    await run(town, '/rollback production')
    expect(await asked(town)).toEqual([said('has other words for reindex'), nothing])
    await run(town, '/run seed production')
    expect(ran(town)).toEqual([[['task-', 'db', 'seed']]])
  })

  test('are compared with those at the head of the branch that the environment follows', async () => {
    const placed = { follows: ['web-1'], staging: ['web-2'], stagingBranch: 'develop' }
    const { town } = await shop({ hosts: ['web-1', 'web-2'], placed: '[web-1]' })
    const revision = town.commit(file(tasks, placed))
    town.github.branches.set('develop', revision)
    await town.tellPush(revision, { ref: 'refs/heads/develop' })
    await town.quiet()
    town.github.commit('develop', file(others, placed))
    expect(await asked(town, '/run reindex staging')).toEqual([said('has other words for reindex'), [[], []]])
    expect((await asked(town))[1]).toEqual([once, []])
  })

  test('are not run where they cannot be read any more', async () => {
    const { town, deployed } = await shop()
    town.commit({})
    town.github.commits.delete(deployed.revision ?? '')
    expect(await asked(town)).toEqual([said('cannot be read any more'), nothing])
  })
})

describe('what waits for its turn', () => {
  /** A task that was asked for while a deployment is under way, and is not begun yet. */
  async function waiting() {
    const { town } = await shop()
    await town.tellPush(town.commit(file(tasks, { soak: '60s' })))
    await town.reaches('verifying')
    await town.tellComment('/run reindex production')
    await town.until(() => answer(town).includes('is to be run'), 30)
    return town
  }

  test('is not run with other words that came meanwhile', async () => {
    const town = await waiting()
    town.github.branches.set('main', town.commit(file(others)))
    await town.quiet()
    expect([answer(town), ran(town)]).toEqual([said('has other words for reindex'), nothing])
  })

  test('is not run in the place of other words that were deployed meanwhile', async () => {
    const town = await waiting()
    await town.tellPush(town.commit(file(others)))
    await town.quiet()
    expect([answer(town), ran(town)]).toEqual([said('other words for'), nothing])
  })

  test('is not run for somebody who may not write any more', async () => {
    const town = await waiting()
    town.github.roles.mona = 'read'
    await town.quiet()
    expect([answer(town), ran(town)]).toEqual([said('mona may not write to the repository any more'), nothing])
  })

  test('is not run where somebody locked meanwhile', async () => {
    const town = await waiting()
    await say(town, '/lock production moving')
    await town.quiet()
    expect([town.github.comments[0]?.body, ran(town)]).toEqual([said('production is locked by lisa'), nothing])
  })
})

describe('who may have it run, and when', () => {
  /** A shop whose head asks for this. */
  async function gated(gates: string) {
    const { town } = await shop()
    town.commit(file(tasks, { gates }))
    return town
  }
  const floor = (town: Town, approve: Partial<GateRules['approve']>) => {
    const [grant] = town.operator.repositories
    if (grant) grant.require = { '*': { approve: { by: [], count: 1, notAuthor: false, ...approve } } }
  }
  const refused = said('mona may not have reindex run on production: deployments need approval there')

  test('nobody while a window is closed, in the words of deployments', async () => {
    // The town's clock begins on Saturday, 10:00 UTC.
    const town = await gated('windows: [{ deny: "Sat 09:00 - Sat 10:30" }]')
    expect(await asked(town)).toEqual([said('production is not deployed to now: not Sat 09:00 - Sat 10:30'), nothing])
    expect(answer(town)).toContain('Say `/run reindex production` again from Sat 21 Nov 10:30')
    await town.pass(1800)
    expect((await asked(town))[1]).toEqual([once])
  })

  test('nobody else while one froze everything', async () => {
    const { town } = await shop()
    await asked(town, '/lock --all moving', 'lisa')
    expect(await asked(town)).toEqual([said('everything is locked by lisa'), nothing])
    expect((await asked(town, undefined, 'lisa'))[1]).toEqual([once])
  })

  test('one who may approve there, where the file asks for that; how many, and whose change it was, is no matter', async () => {
    const town = await gated('approve: { by: [team:ops], count: 2, not-author: true }')
    expect(await asked(town)).toEqual([refused, nothing])
    expect(answer(town)).toContain('May say it: somebody of team ops')
    town.github.members.add('ops mona')
    expect((await asked(town))[1]).toEqual([once])
  })

  test('one who may approve by the floor of the operator as well', async () => {
    const town = await gated('approve: { by: [mona] }')
    floor(town, { by: ['lisa', 'mona'] })
    expect((await asked(town))[1]).toEqual([once])
    floor(town, { by: ['lisa'] })
    expect(await asked(town)).toEqual([refused, [once]])
    expect(await asked(town, undefined, 'lisa')).toEqual([said('May say it: mona'), [once]])
  })

  test('one who may approve by what runs, while the head does not ask any more', async () => {
    const town = await gated('approve: { by: [lisa] }')
    await town.tellPush(town.github.branches.get('main') ?? '')
    await town.reaches('waiting')
    await say(town, '/approve production')
    await town.quiet()
    town.commit(file(tasks))
    expect(await asked(town)).toEqual([refused, nothing])
  })
})
