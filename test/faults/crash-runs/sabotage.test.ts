import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { guards } from './sabotage.ts'

test.each(Object.entries(guards))('there is a guard to break by %s, once', (_name, { file, guard, broken }) => {
  expect(readFileSync(file, 'utf8').split(guard)).toHaveLength(2)
  expect(broken).not.toBe(guard)
})
