import { expect, test } from 'vitest'
import type { Deployment } from '../../src/domain/deployment.ts'
import { landfallYml } from '../support/shop.ts'
import { openTown, type Town } from '../support/town.ts'

/** A merge that waits for lisa's approval. */
async function waiting(): Promise<{ town: Town; deployment: Deployment }> {
  const town = await openTown({ started: false })
  town.github.roles.peter = 'write'
  await town.start()
  await town.deploy()
  await town.tellPush(town.commit({ '.github/landfall.yml': landfallYml({ gates: 'approve: { by: [lisa] }' }) }))
  const deployment = await town.reaches('waiting')
  await town.pass(15)
  return { town, deployment }
}

const checkOf = (town: Town, { id }: Deployment) => town.github.checkRuns.findLast(({ externalId }) => externalId === id)

/** Peter presses what is not his to press. */
async function press(town: Town, deployment: Deployment): Promise<void> {
  const run = checkOf(town, deployment)
  const check = { id: run?.id ?? 0, name: run?.name ?? '', revision: run?.revision ?? '', externalId: deployment.id, shown: 'as it was' }
  await town.tellOf({ kind: 'button', bot: false, identifier: run?.buttons[0]?.identifier ?? '', check }, { actor: 'peter' })
}

const refusals = async (town: Town, { id }: Deployment) => (await town.record(id)).filter((line) => line.includes('was refused'))

test('a line about a refusal stands once in the record, whenever Landfall is killed', async () => {
  const { town, deployment } = await waiting()
  town.close()
  const killed = await town.start()
  killed.life.endsAfter = (call) => call === 'store.timeline.append' || call === 'store.intents.settle'
  await press(town, deployment)
  await town.until(() => killed.life.ended)
  await town.start()
  await town.pass(60)
  expect(await refusals(town, deployment)).toEqual([expect.stringContaining('/approve of peter was refused')])
  expect(await town.store.intents.open()).toEqual([])
})

test('the check run says what was refused to whoever pressed its button', async () => {
  const { town, deployment } = await waiting()
  const before = checkOf(town, deployment)?.summary ?? ''
  expect(before).not.toContain('Refused')
  await press(town, deployment)
  await town.pass(15)
  const run = checkOf(town, deployment)
  expect(run).toMatchObject({ state: 'action_required', text: expect.stringContaining('/approve of peter was refused') })
  expect(run?.summary).toMatch(/\*\*Refused\*\*\n\n- .*approve of peter was refused: peter may not approve/)
  expect(town.github.checkRuns.filter(({ externalId }) => externalId === deployment.id)).toHaveLength(1)
})

test('what was refused while it waited is over once it went', async () => {
  const { town, deployment } = await waiting()
  town.github.roles.lisa = 'write'
  await press(town, deployment)
  await town.pass(15)
  await town.tellComment('/approve', { actor: 'lisa' })
  await town.quiet()
  expect(checkOf(town, deployment)).toMatchObject({ state: 'success', summary: expect.not.stringContaining('Refused') })
  expect(checkOf(town, deployment)?.text).toContain('/approve of peter was refused')
})
