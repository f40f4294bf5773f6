import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { tryAttack } from './attack.ts'
import { attacks, openRows, triedElsewhere } from './list.ts'
import { type AttackedTown, openAttackedTown } from './town.ts'

let town: AttackedTown

beforeAll(async () => {
  town = await openAttackedTown()
  await town.merge({ title: 'The shop opens' }, 'success')
})
afterAll(() => town?.close())

test.each(attacks)('$row: $tried', { timeout: 180_000 }, async (attack) => {
  expect(await tryAttack(attack, town)).toEqual({ kind: 'refused', shownBy: expect.stringMatching(/./) })
})

test('all that Landfall asked of GitHub meanwhile is as its API is described', () => {
  town.scenario.github.assertFaithful()
})

test('every row of the list of attacks is tried or said to be open', () => {
  const rows = [...attacks, ...openRows, ...triedElsewhere].map(({ row }) => row)
  expect(new Set(rows)).toEqual(new Set(Array.from({ length: 17 }, (_, index) => `A${index + 1}`)))
  for (const { row, test: file } of triedElsewhere) expect(readFileSync(file, 'utf8')).toContain(`${row}: `)
})
