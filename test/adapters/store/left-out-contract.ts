import { expect, test } from 'vitest'
import type { Given } from './contract.ts'
import { asked, lease, push, shop } from './records.ts'

/** F28: a record that cannot be read holds up no other. */
export function leftOutContract(given: Given): void {
  const logged = (what: string) => given.logged.filter((line) => line.startsWith(what)).length

  test('an intent that cannot be read is left out with one log line, and taken in again once it is mended', async () => {
    const repository = { ...shop, name: 'torn' }
    const wishes = ['a', 'b', 'c'].map((digit) => push({ repository, after: digit.repeat(40) }))
    for (const wish of wishes) await given.store.intents.accept(wish)
    const [first, second, third] = wishes.map(({ id }) => `torn ${id}`)
    // As another process wrote them.
    await given.tamper("delete from tellings where intent in (select id from intents where repository = 'acme/torn')")
    await given.tamper("update intents set id = 'torn ' || id where repository = 'acme/torn'")
    await given.tamper(`update intents set "after" = 'not a commit' where id in ('${first}', '${second}')`)
    const line = `stored intent left out {"intent":"${first}"`
    for (let look = 0; look < 3; look += 1) expect(await given.store.intents.open('acme/torn')).toEqual([third])
    expect(logged(line)).toBe(1)
    await expect(given.store.intents.read(first ?? '')).rejects.toThrow(`intent ${first}: it cannot be read: after: not a full commit id`)
    await given.tamper(`update intents set "after" = '${'b'.repeat(40)}' where id = '${second}'`)
    await given.store.intents.open('acme/torn')
    expect(await given.store.intents.open('acme/torn')).toEqual([second, third])
    await given.tamper(`update intents set "after" = '${'a'.repeat(40)}' where id = '${first}'`)
    await given.store.intents.open('acme/torn')
    expect(await given.store.intents.open('acme/torn')).toEqual([first, second, third])
    expect(logged(line)).toBe(1)
    await given.tamper("delete from intents where repository = 'acme/torn'")
  })

  test('an intent that breaks after it was listed is left out from the first try to read it', async () => {
    const repository = { ...shop, name: 'breaks' }
    const [good, bad] = [push({ repository }), push({ repository, after: 'b'.repeat(40) })]
    for (const wish of [bad, good]) await given.store.intents.accept(wish)
    expect(await given.store.intents.open('acme/breaks')).toEqual([bad.id, good.id])
    await given.tamper(`update intents set kind = 'wish' where id = '${bad.id}'`)
    await expect(given.store.intents.read(bad.id)).rejects.toThrow('it cannot be read')
    expect(await given.store.intents.open('acme/breaks')).toEqual([good.id])
    await given.tamper(`update intents set kind = 'push' where id = '${bad.id}'`)
  })

  test('a deployment that cannot be read is left out with one log line, and its environment goes on with the next', async () => {
    const environment = 'poisoned'
    const [healthy, poisoned, alone] = await asked(given.store, { environment }, { environment }, { environment: 'alone' })
    const ids = [poisoned, healthy, alone].map((one) => one?.id ?? '')
    const due = async () => (await given.store.deployments.due()).filter((id) => ids.includes(id))
    await given.tamper(`update deployments set plan = '{"format":0}' where id in ('${poisoned?.id}', '${alone?.id}')`)
    for (let look = 0; look < 3; look += 1) {
      expect(await due()).toEqual([healthy?.id])
      expect(await given.store.deployments.open('acme/shop', environment)).toEqual([healthy])
      expect(await given.store.deployments.ofEnvironment('acme/shop', environment, 10)).toEqual([healthy])
    }
    expect(logged(`stored deployment left out {"deployment":"${poisoned?.id}"`)).toBe(1)
    await expect(given.store.deployments.read(poisoned?.id ?? '')).rejects.toThrow(
      `deployment ${poisoned?.id}: it cannot be read: plan.format`,
    )
    await given.tamper(`update deployments set plan = null where plan = '{"format":0}'`)
    for (let look = 0; look < 2; look += 1) await due()
    expect((await due()).toSorted()).toEqual([poisoned?.id, alone?.id].toSorted())
    const held = await lease(given.store)
    for (const id of ids) await given.store.deployments.advance(id, held, 'cancelled')
  })

  test('a report with an odd row does not hold up the others', async () => {
    const key = { subject: 'deployment:beside-odd', surface: 'status' }
    await given.store.reports.want([key])
    await given.tamper(`insert into reports (subject, surface, wanted, published, due, attempts) values ('', '', -1, -2, -3, -4)`)
    expect(await given.store.reports.due(1000)).toContainEqual({ ...key, version: 1, attempts: 0, begun: false })
    await given.tamper(`delete from reports where subject = ''`)
  })
}
