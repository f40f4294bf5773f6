import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'

/** Which rooms a room may import; DESIGN.md's rule. A room may always import itself. */
const allowed: Record<string, string[]> = {
  domain: [],
  config: ['domain'],
  policy: ['domain'],
  plan: ['domain'],
  host: ['domain'],
  report: ['domain'],
  flow: ['domain', 'config', 'policy', 'plan', 'host', 'report'],
  adapters: ['domain', 'config', 'policy', 'plan', 'host', 'report', 'flow'],
  web: ['domain', 'config', 'policy', 'plan', 'host', 'report', 'flow'],
  cli: ['domain', 'config', 'policy', 'plan', 'host', 'report', 'flow'],
  main: ['domain', 'config', 'policy', 'plan', 'host', 'report', 'flow', 'adapters', 'web', 'cli'],
}

/** What would make a pure room impure. */
const impure =
  /from '(node:(?!crypto|buffer|path|util)[a-z:/]+|ssh2|probot|kysely|pg|bullmq|ioredis|pino|tar-stream)'|\bprocess\.|\bDate\.now\(|\bMath\.random\(|\bnew Date\(\)|\bawait\b/
const pureRooms = new Set(['domain', 'config', 'policy', 'plan', 'host', 'report'])

const files = globSync('src/**/*.ts').map((file) => ({ file, room: file.split('/')[1] ?? '', text: readFileSync(file, 'utf8') }))

test('the house has rooms to check', () => expect(files.length).toBeGreaterThan(20))

test('imports point one way', () => {
  const wrong = files.flatMap(({ file, room, text }) =>
    [...text.matchAll(/from '(\.[^']+)'/g)]
      .map(([, target = '']) => normalize(join(dirname(file), target)).split('/')[1] ?? '')
      .filter((target) => target !== room && !allowed[room]?.includes(target))
      .map((target) => `${file} imports ${target}`),
  )
  expect(wrong).toEqual([])
})

test('the middle rooms are pure: no input, no output, no clock, no chance, nothing awaits', () => {
  const code = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
  const wrong = files.filter(({ room, text }) => pureRooms.has(room) && impure.test(code(text))).map(({ file }) => file)
  expect(wrong).toEqual([])
})

test('only main reads the environment of the process', () => {
  const wrong = files.filter(({ room, text }) => room !== 'main' && /\bprocess\.env\b/.test(text)).map(({ file }) => file)
  expect(wrong).toEqual([])
})
