import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const documented = readFileSync('.env.example', 'utf8')
  .split('\n')
  .flatMap((line) => /^([A-Z_]+)=/.exec(line)?.[1] ?? [])

/** Variables of the operating system, not Landfall's own. */
const surroundings = ['PATH', 'HOME', 'SSH_AUTH_SOCK']

const read = ['settings', 'serve', 'start', 'cli', 'landfall'].flatMap((file) => {
  const text = readFileSync(`src/main/${file}.ts`, 'utf8')
  return [...text.matchAll(/process\.env\.([A-Z_]+)|(?:env\.(?:get|has)\(|: )'([A-Z][A-Z_]+)'/g)].map(
    ([, direct, got]) => direct ?? got ?? '',
  )
})

test('every variable that is read is explained in .env.example, and nothing else is', () => {
  expect(documented.toSorted()).toEqual([...new Set(read)].filter((name) => !surroundings.includes(name)).toSorted())
})

test('each variable has a comment before it', () => {
  const blocks = readFileSync('.env.example', 'utf8').split(/\n\n+/)
  for (const block of blocks) expect(block).toMatch(/^#/)
})
