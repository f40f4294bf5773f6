import { describe, expect, test } from 'vitest'
import { isEncrypted } from '../../../src/config/sops/read-text.ts'
import { type Line, sopsDotenv } from '../../support/sops-file.ts'
import { made, paths, variablesIn } from './given.ts'

const password: Line = { name: 'PASSWORD', value: 'correct horse', type: 'str' }
const token: Line = { name: 'TOKEN', value: 'battery', type: 'str' }
const file = sopsDotenv([password, token])
const lineOf = (text: string, name: string) => text.split('\n').find((line) => line.startsWith(`${name}=`)) ?? ''
const sealedIn = (text: string, name: string) => lineOf(text, name).slice(name.length + 1)

describe('what SOPS encrypted is read', () => {
  test.each<[why: string, lines: Line[], own: Record<string, string>, expected: Record<string, string>]>([
    ['text', [password, token], {}, { PASSWORD: 'correct horse', TOKEN: 'battery' }],
    [
      'numbers',
      [
        { name: 'N', value: '12', type: 'int' },
        { name: 'F', value: '1.5', type: 'float' },
      ],
      {},
      { N: '12', F: '1.5' },
    ],
    ['nothing', [{ name: 'EMPTY', value: '', type: 'str' }, password], {}, { EMPTY: '', PASSWORD: 'correct horse' }],
    ['a value of several lines', [{ name: 'PEM', value: 'a\nb\n', type: 'str' }], {}, { PEM: 'a\nb\n' }],
    ['quotes, which are the dotenv file’s', [{ name: 'Q', value: '"a b" # why', type: 'str' }], {}, { Q: 'a b' }],
    [
      'what may stay readable',
      [{ name: 'MODE_unencrypted', value: 'fast' }, password],
      {},
      { MODE_unencrypted: 'fast', PASSWORD: 'correct horse' },
    ],
    [
      'by another ending',
      [
        { name: 'A', value: '1' },
        { name: 'B_secret', value: '2', type: 'str' },
      ],
      { encrypted_suffix: '_secret' },
      { A: '1', B_secret: '2' },
    ],
    ['by an expression', [{ name: 'A', value: '1' }, token], { encrypted_regex: '^(PASSWORD|TOKEN)$' }, { A: '1', TOKEN: 'battery' }],
    [
      'by an expression for the others',
      [{ name: 'mode', value: '1' }, token],
      { unencrypted_regex: '(?i)^MO.*' },
      { mode: '1', TOKEN: 'battery' },
    ],
    [
      'with a MAC over what is encrypted',
      [{ name: 'A_unencrypted', value: '1' }, token],
      { mac_only_encrypted: 'true' },
      { A_unencrypted: '1', TOKEN: 'battery' },
    ],
    ['with a date that has parts of seconds', [token], { lastmodified: '2026-11-21T10:00:00Z' }, { TOKEN: 'battery' }],
  ])('%s', (_why, lines, own, expected) => expect(variablesIn(sopsDotenv(lines, own))).toEqual(expected))

  test('with comments, empty lines and the line ends of Windows', () => {
    expect(variablesIn(`# a comment\n\n${file}`.replaceAll('\n', '\r\n'))).toEqual({ PASSWORD: 'correct horse', TOKEN: 'battery' })
  })

  test('true and false of YAML are written as people do', () => {
    const text = made('a.yaml', ['FLAG', 'True'], { kind: 'set', name: 'WORD', value: 'True' })
    const typed = text.replace(/^(FLAG: .*)type:str/m, '$1type:bool')
    expect(variablesIn(typed, 'a.yaml')).toEqual({ FLAG: 'true', WORD: 'True' })
  })
})

describe('what is not what SOPS encrypted is refused, at its place and without a value', () => {
  test.each<[why: string, change: (text: string) => string, said: string]>([
    ['clear text', (text) => text.replace(sealedIn(text, 'TOKEN'), 'battery'), 'a.env:2:7: TOKEN: this value is not encrypted'],
    ['a value under another name', (text) => text.replace('TOKEN=', 'OTHER='), 'a.env:2:7: OTHER: this value is not what was encrypted'],
    [
      'two values swapped',
      (text) => text.replace(/^PASSWORD=(.*)\nTOKEN=(.*)$/m, 'PASSWORD=$2\nTOKEN=$1'),
      'a.env:1:10: PASSWORD: this value',
    ],
    [
      'a byte changed',
      (text) => text.replace(/^(TOKEN=.*data:)(.)/m, (_, before, byte) => `${before}${byte === 'A' ? 'B' : 'A'}`),
      'a.env:2:7',
    ],
    ['a tag cut short', (text) => text.replace(/^(TOKEN=.*tag:)[^,]*/m, '$1AAAA'), 'a.env:2:7'],
    ['something behind a value', (text) => text.replace(/^(TOKEN=.*)$/m, '$1 battery'), 'a.env:2:7'],
    ['a comment as a value', (text) => text.replace(/^(TOKEN=.*)type:str/m, '$1type:comment'), 'a.env:2:7'],
    ['a line removed', (text) => text.replace(/^TOKEN=.*\n/m, ''), 'it is not what was encrypted: something was added'],
    ['a line added that may be readable', (text) => `NEW_unencrypted=x\n${text}`, 'it is not what was encrypted: something was added'],
    [
      'lines in another order',
      (text) => text.replace(/^(PASSWORD=.*)\n(TOKEN=.*)$/m, '$2\n$1'),
      'it is not what was encrypted: something was added',
    ],
    ['a line twice', (text) => text.replace(/^(TOKEN=.*)$/m, '$1\n$1'), 'it is not what was encrypted: something was added'],
    ['another date', (text) => text.replace('lastmodified=2026', 'lastmodified=2025'), 'a.env:6:10: its MAC cannot be read'],
    ['no MAC', (text) => text.replace(/^sops_mac=.*$/m, 'sops_mac='), 'a.env:6:10: it has no MAC'],
    ['no date', (text) => text.replace(/^sops_lastmodified=.*\n/m, ''), '`lastmodified` is missing or damaged'],
    ['a key shared out to groups', (text) => `${text}sops_shamir_threshold=2\n`, 'its key is shared out to key groups'],
    ['several rules', (text) => `${text}sops_encrypted_regex=a\nsops_encrypted_suffix=b\n`, 'in several ways'],
    ['rules in comments', (text) => `${text}sops_encrypted_comment_regex=a\n`, 'comments say there'],
    ['a line that is none', (text) => `hunter2 is here\n${text}`, 'a.env:1:1: this line is not NAME=value'],
  ])('%s', (_why, change, said) => {
    const changed = change(file)
    expect(changed).not.toBe(file)
    const told = variablesIn(changed)
    expect(told).toEqual(expect.arrayContaining([expect.stringContaining(said)]))
    expect(String(told)).not.toMatch(/battery|horse|hunter2/)
  })

  test.each([
    ['(a+)+$', 'a group that repeats'],
    ['(a|b)*c', 'another'],
    ['^(.*)(.*)(.*)$', 'too many repetitions'],
    ['(?=a)a', 'a look ahead'],
    ['(a)\\1', 'a reference back'],
    ['[a', 'what is none'],
  ])('the expression %s: %s', (expression) => {
    const told = variablesIn(sopsDotenv([token], { encrypted_regex: expression }))
    expect(told).toEqual([expect.stringContaining('`encrypted_regex` is not one Landfall follows')])
  })

  test.each(['PATH', 'COMPOSE_FILE', '2B'])('a name that no environment may set: %s', (name) => {
    expect(variablesIn(sopsDotenv([{ name, value: 'x', type: 'str' }]))).toEqual([
      expect.stringContaining(`a.env:1:${name.length + 2}: ${name}:`),
    ])
  })

  test('what is no plain value at the top', () => {
    const nested = 'a:\n    b: 1\nsops:\n    lastmodified: "2026-11-21T10:00:00Z"\n    mac: x\n    unencrypted_regex: .\n'
    expect(variablesIn(nested, 'a.yaml')).toEqual([expect.stringContaining('its MAC cannot be read')])
    expect(variablesIn('[1]', 'a.json')).toEqual([expect.stringContaining('there are no names with values')])
    expect(variablesIn('a: *b\nb: &b 1\nsops: {}\n', 'a.yaml')).toEqual([expect.stringMatching(/alias/)])
    expect(variablesIn('{"a": "1", "a": "2"}', 'a.json')).toEqual([expect.stringContaining('a name is written twice')])
  })

  test('what is larger than anybody needs', () => {
    expect(variablesIn(`${'#'.repeat(300_000)}\n${file}`)).toEqual([expect.stringContaining('larger than 256 KiB')])
  })

  test('a name that does not tell the form', () => {
    expect(variablesIn(file, 'secrets.txt')).toEqual([expect.stringContaining('Let it end with `.env`')])
  })

  test('a file that is not encrypted, and one that is', () => {
    expect(variablesIn('A=1\n')).toEqual([expect.stringContaining('this file is not encrypted')])
    expect(variablesIn('A: 1\n', 'a.yaml')).toEqual([expect.stringContaining('this file is not encrypted')])
    expect(['A=1\nsops_mode=1\n', 'sops: 1\n', '{"a": 1}'].map(isEncrypted)).toEqual([false, false, false])
    expect(paths.map((path) => isEncrypted(made(path, ['A', 'x'])))).toEqual([true, true, true])
  })
})
