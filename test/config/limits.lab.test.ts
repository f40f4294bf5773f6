import { expect, test } from 'vitest'
import { parseOperator, parseProject, told } from './given.ts'

const full = 256 * 1024
const level = [...'abcdefghij']

/** Each would cost a naive reader seconds, gigabytes or its stack. */
const bombs: [why: string, text: string][] = [
  [
    'nine aliases to nine aliases, nine times',
    level.map((name, i) => `${name}: &${name} [${`*${level[i - 1] ?? name}, `.repeat(9)}]`).join('\n'),
  ],
  ['an alias inside its own anchor', 'version: &a [*a]'],
  ['a chain of aliases', `a0: &a0 []\n${Array.from({ length: 3000 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}]`).join('\n')}`],
  ['10,000 brackets', '['.repeat(10_000)],
  ['10,000 lists in lists', '- '.repeat(10_000)],
  ['10,000 keys in keys', '? '.repeat(10_000)],
  ['10,000 braces', '{a: '.repeat(10_000)],
  ['indentation without end', Array.from({ length: 700 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
  ['a file of 200 MB', 'x'.repeat(200 * 1024 * 1024)],
  ['a full file of keys', 'k:\n'.repeat(full / 3)],
  ['a full file of different keys', Array.from({ length: full / 8 }, (_, i) => `k${i}:`).join('\n')],
  ['a full file of commas', `[${','.repeat(full - 1)}`],
  ['a full file of documents', '---\n'.repeat(full / 4)],
  ['a full file of anchors', '&a '.repeat(full / 3)],
  ['a full file of directives', '%\n'.repeat(full / 2)],
  ['a full file of comments', '#\n'.repeat(full / 2)],
  ['a full file of closing brackets', '}\n'.repeat(full / 2)],
  ['a full file of exclamation marks', '!'.repeat(full)],
  ['a full file of colons', ':'.repeat(full)],
  ['as many wrong keys as the limit lets through', Array.from({ length: 7000 }, (_, i) => `k${i}:`).join('\n')],
  ['as many commas as the limit lets through', `[${','.repeat(29_000)}`],
  ['as many wrong environments', `version: 1\nenvironments:\n${Array.from({ length: 3000 }, (_, i) => ` e${i}: 1`).join('\n')}`],
  ['as many equal hosts', `version: 1\nenvironments: { a: { branch: b, hosts: [${'h,'.repeat(7000)}] } }`],
]

test.each(bombs)('%s: answered soon, with problems people can read', (_why, text) => {
  const before = process.threadCpuUsage()
  const found = told(parseProject(text))
  const { user } = process.threadCpuUsage(before)
  expect(found.length).toBeGreaterThan(0)
  expect(found.length).toBeLessThanOrEqual(100)
  // Microseconds of this thread's own work, so that a busy machine does not matter. The worst takes a fifth of it.
  expect(user).toBeLessThan(2_000_000)
})

test('the limits say what they are', () => {
  expect(told(parseProject('x'.repeat(full + 1)))).toEqual(['1:1 : the file is larger than 256 KiB'])
  expect(told(parseProject('['.repeat(101)))).toEqual(['1:102 : values are nested more than 50 levels deep'])
  expect(told(parseProject(`a: ${'['.repeat(51)}${']'.repeat(51)}`)).join()).toContain('values are nested more than 50 levels deep')
  expect(told(parseProject(`a: ${'['.repeat(50)}${']'.repeat(50)}`)).join()).not.toContain('nested')
  expect(told(parseProject('#\n'.repeat(full / 2)))).toEqual(['15001:2 : the file has too many parts'])
})

test('an inventory of a thousand hosts is within them', () => {
  const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHpNB6rUV6AyVECm6BJgVrg/KqMbNMgoqJtzlgxmu5M7'
  const hosts = Array.from({ length: 1000 }, (_, i) => `  web-${i}:\n    address: 10.0.${i >> 8}.${i & 255}\n    host-key: ${key}\n`).join(
    '',
  )
  expect(told(parseOperator(`hosts:\n${hosts}`))).toEqual([])
})
