import { describe, expect, test } from 'vitest'
import { planCheck as check, newestComment as comment, openPull as open } from '../support/pull-requests.ts'
import { composeYml, landfallYml, shopImage } from '../support/shop.ts'
import { openTown, type Town, type TownOptions } from '../support/town.ts'

const running = async (options: TownOptions = {}) => {
  const town = await openTown(options)
  await town.deploy()
  return town
}
const asked = (town: Town) => [...town.hosts.values()].reduce((sum, host) => sum + host.heard.length, 0)

describe('an opened pull request', () => {
  test('says what merging it would do, in one comment and a check on its head, and asks no host', async () => {
    const town = await running()
    const before = asked(town)
    const pull = await open(town, { 'compose.yml': composeYml.replace('environment:', 'init: true\n    environment:') })
    expect(town.github.comments.map(({ issue }) => issue)).toEqual([12])
    expect(comment(town)).toContain('production')
    expect(comment(town)).toMatch(/web.*recreated/)
    expect(comment(town)).toMatch(/db.*untouched/)
    expect(comment(town)).toContain('+    init: true')
    expect(check(town)).toMatchObject({ revision: pull.head.sha, state: 'success' })
    expect(asked(town)).toBe(before)
    expect(await town.deployments()).toHaveLength(1)
  })

  test('is planned anew in the same comment when it is changed, and not when nothing was', async () => {
    const town = await running()
    await open(town, { 'a.txt': 'one' })
    const first = comment(town)
    const pull = await open(town, { 'compose.yml': composeYml.replace('environment:', 'init: true\n    environment:') })
    expect(town.github.comments).toHaveLength(1)
    expect(comment(town)).not.toBe(first)
    const edits = town.github.calls.filter((call) => call === 'editComment').length
    await town.tellOf({ kind: 'pull-request', action: 'edited', number: 12, head: pull.head.sha, base: 'main', fork: false })
    await town.pass(15)
    expect(town.github.calls.filter((call) => call === 'editComment')).toHaveLength(edits)
  })

  test('whose comment somebody deleted gets a new one when there is something new to say, and edits that from then on', async () => {
    const town = await running()
    await open(town, { 'a.txt': 'one' })
    town.github.comments.length = 0
    await open(town, { 'compose.yml': composeYml.replace('environment:', 'init: true\n    environment:') })
    await open(town, { 'compose.yml': composeYml.replace('environment:', 'tty: true\n    environment:') })
    await town.pass(600)
    expect(town.github.comments).toHaveLength(1)
    expect(comment(town)).toContain('+    tty: true')
    expect(town.github.calls.filter((call) => call === 'editComment' || call === 'comment')).toEqual([
      'comment',
      'editComment',
      'comment',
      'editComment',
    ])
  })

  test('tells which gates it will meet, and who opens them', async () => {
    const gates = 'after: staging, checks: [build], approve: { by: [team:ops] }, windows: [{ deny: "Sat-Sun 00:00 - 24:00" }]'
    const town = await openTown({ hosts: ['web-1', 'staging-1'], follows: ['web-1'], staging: ['staging-1'], gates })
    await open(town, { 'a.txt': 'one' })
    for (const said of ['Checks will have to be green: build', 'staging has to verify it', 'somebody of team ops', 'Sat-Sun 00:00']) {
      expect(comment(town)).toContain(said)
    }
  })

  test('that removes its own rule is shown the rule that holds still', async () => {
    const town = await openTown({ gates: 'approve: {}' })
    const first = town.commit()
    await town.tellPush(first)
    await town.pass(20)
    await town.tellComment('/approve', { actor: 'mona' })
    await town.quiet()
    await open(town, { '.github/landfall.yml': landfallYml() })
    expect(comment(town)).toContain('production waits for approval')
  })

  test('whose files cannot be used is a red check with the line', async () => {
    const town = await running()
    await open(town, { '.github/landfall.yml': landfallYml().replace('hosts: [web-1]', 'hosts: [web-9]') })
    expect(check(town)).toMatchObject({ state: 'failure' })
    expect(check(town)?.annotations[0]).toMatchObject({ path: '.github/landfall.yml', message: expect.stringContaining('web-9') })
  })

  test('into a branch that nothing follows gets neither', async () => {
    const town = await running()
    await open(town, { 'a.txt': 'one' }, { base: { branch: 'somewhere' } })
    expect([town.github.comments.length, check(town)]).toEqual([0, undefined])
  })

  test('from a fork: nothing of a stranger is read', async () => {
    const town = await running()
    const evil = `services: { evil: { image: evil/miner:1, privileged: true } }\n`
    await open(town, { 'compose.yml': evil, '.github/landfall.yml': landfallYml({ follows: ['web-9'] }) }, { fork: true })
    expect(comment(town)).not.toContain('evil')
    expect(comment(town)).not.toContain('web-9')
    expect(comment(town)).toContain('fork')
  })

  test('holds no secret', async () => {
    const town = await running()
    await open(town, { 'compose.yml': composeYml.replace('environment:', 'init: true\n    environment:') })
    const run = check(town)
    expect(`${comment(town)} ${run?.summary} ${run?.text}`).not.toContain('open-sesame')
  })

  test('names the variables it changes, and no value', async () => {
    const town = await running()
    await open(town, { 'deploy/production.env': 'DB_PASSWORD=another-sesame\nGREETING=hello-there\n' })
    expect(comment(town)).toContain('- `DB_PASSWORD` changed\n- `GREETING` added\n')
    expect(`${comment(town)} ${check(town)?.summary}`).not.toMatch(/sesame|hello-there/)
    await open(town, { 'a.txt': 'one' })
    expect(comment(town)).not.toContain('GREETING')
  })

  test('with a conflict is planned as it is', async () => {
    const town = await running()
    const pull = await open(town, { 'a.txt': 'one' }, { told: false })
    const { trial: _, ...conflicting } = pull
    town.github.pulls.set(12, conflicting)
    await town.tellOf({ kind: 'pull-request', action: 'moved', number: 12, head: pull.head.sha, base: 'main', fork: false })
    await town.pass(30)
    expect(comment(town)).toContain('production')
    expect((await town.store.pullPlans.of('acme/shop', 12))?.merged).toBeUndefined()
  })
})

test('whose webhook was lost is found, and those that were there before Landfall was are left alone', async () => {
  const town = await openTown({ sweeps: true })
  await town.deploy()
  await open(town, { 'old.txt': 'old' }, { number: 7, told: false })
  town.github.updated.set(7, new Date(town.clock.now().getTime() - 86_400_000).toISOString())
  await open(town, { 'a.txt': 'one' }, { number: 12, told: false })
  await town.pass(150)
  expect(town.github.comments.map(({ issue }) => issue)).toEqual([12])
})

describe('/plan', () => {
  test('computes it anew where it is shown, and says where that is', async () => {
    const town = await running()
    await open(town, { 'a.txt': 'one' })
    const first = comment(town)
    await town.pass(60)
    await town.tellComment('/plan', { actor: 'mona' })
    await town.pass(20)
    const [plan, answer] = town.github.comments.map(({ body }) => body)
    expect(answer).toContain('is being computed')
    expect(plan).not.toBe(first)
    expect(plan?.replace(/as of .*/, '')).toBe(first.replace(/as of .*/, ''))
  })

  test('holds up no merge, however often it is written and long GitHub takes to try the merge', async () => {
    const town = await running()
    const { trial: _, ...conflicting } = await open(town, { 'a.txt': 'x' }, { told: false })
    town.github.pulls.set(12, conflicting)
    const merged = town.commit()
    const before = town.clock.now().getTime()
    await town.tellComment(Array(10).fill('/plan').join('\n'))
    await town.tellPush(merged)
    await town.until(async () => (await town.deployments()).some(({ revision }) => revision === merged))
    expect((town.clock.now().getTime() - before) / 1000).toBeLessThan(2)
    await town.pass(30)
    expect(await town.store.pullPlans.of('acme/shop', 12)).toMatchObject({ asked: true })
  })

  test('of a pull request that nothing comes of is answered all the same', async () => {
    const town = await running()
    await open(town, { 'a.txt': 'one' }, { base: { branch: 'somewhere' } })
    await town.tellComment('/plan', { actor: 'mona' })
    await town.pass(20)
    expect(comment(town)).toContain('no environment follows the branch')
    expect(check(town)).toMatchObject({ state: 'neutral' })
  })

  test('where there is nothing to merge says so', async () => {
    const town = await running()
    await town.tellComment('/plan', { actor: 'mona' })
    await town.pass(20)
    expect(comment(town)).toContain('no open pull request')
  })
})

test('an image of which nothing changes is not said to be built', async () => {
  const file = landfallYml().replace('images: { web: {', 'images: { web: { paths: [src/**],')
  const town = await openTown()
  await town.deploy({ '.github/landfall.yml': file })
  await open(town, { 'notes.txt': 'x' })
  const [outlook] = (await town.store.pullPlans.of('acme/shop', 12))?.environments ?? []
  expect(outlook).toMatchObject({ kind: 'planned', unbuilt: [] })
  await open(town, { 'src/app.ts': 'x' })
  const [changed] = (await town.store.pullPlans.of('acme/shop', 12))?.environments ?? []
  expect(changed).toMatchObject({ kind: 'planned', unbuilt: [shopImage] })
})
