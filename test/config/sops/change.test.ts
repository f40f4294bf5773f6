import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unwritable } from '../../../src/config/dotenv.ts'
import { editSops } from '../../../src/config/sops/change.ts'
import { readSops } from '../../../src/config/sops/open.ts'
import { fileKey, sopsDotenv } from '../../support/sops-file.ts'
import { changed, fresh, made, paths, textOf, variablesIn } from './given.ts'

const set = (name: string, value: string) => ({ kind: 'set', name, value }) as const
const remove = (name: string) => ({ kind: 'remove', name }) as const

describe.each(paths)('%s', (path) => {
  test('what is written is read', () => {
    const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,6}$/).map((text) => `V_${text}x`)
    const value = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...'a "\'\\\n\r #$=n') }))
    const writable = value.filter((text) => unwritable('A', text) === undefined)
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(name, writable), { selector: ([key]) => key, minLength: 1, maxLength: 5 }), (entries) => {
        const [first = ['A', ''], ...more] = entries
        const text = made(path, first, ...more.map(([key, one]) => set(key, one)))
        expect(variablesIn(text, path)).toEqual(Object.fromEntries(entries))
      }),
      { numRuns: 20 },
    )
  })

  test('a value changed or removed leaves every other line as it is, but date and MAC', () => {
    const before = made(path, ['A', 'one'], set('B', 'two'), set('C', 'three'))
    const differing = (after: string) => {
      const [old, now] = [before.split('\n'), after.split('\n')]
      const names = [...old.filter((line) => !now.includes(line)), ...now.filter((line) => !old.includes(line))]
      return [...new Set(names.map((line) => /[A-Za-z_]+/.exec(line)?.[0]?.replace('sops_', '')))].sort()
    }
    const later = { ...fresh, now: new Date('2026-11-22T00:00:00Z') }
    const edited = (edit: ReturnType<typeof set> | ReturnType<typeof remove>) => {
      const file = readSops(before, path)
      const outcome = file.kind === 'ok' ? editSops(file.value, fileKey, edit, later) : undefined
      return outcome?.kind === 'ok' ? textOf(outcome.value) : ''
    }
    const after = edited(set('B', 'zwei'))
    expect(differing(after)).toEqual(['B', 'lastmodified', 'mac'])
    expect(variablesIn(after, path)).toEqual({ A: 'one', B: 'zwei', C: 'three' })
    const without = edited(remove('B'))
    expect(differing(without)).toEqual(['B', 'lastmodified', 'mac'])
    expect(variablesIn(without, path)).toEqual({ A: 'one', C: 'three' })
    expect(variablesIn(textOf(changed(without, path, remove('C'))), path)).toEqual({ A: 'one' })
  })

  test('the last one removed, and one set again', () => {
    const empty = textOf(changed(made(path, ['A', 'one']), path, remove('A')))
    expect(variablesIn(empty, path)).toEqual({})
    expect(variablesIn(textOf(changed(empty, path, set('no', ''))), path)).toEqual({ no: '' })
  })

  test('nothing of a value can be read in it, and no two ciphertexts are alike', () => {
    const text = made(path, ['A', 'correct horse'], set('B', 'correct horse'))
    expect(text).not.toContain('horse')
    const data = [...text.matchAll(/data:([^,]+)/g)].map(([, one]) => one)
    expect(new Set(data).size).toBe(data.length)
  })

  test('what was tampered with gets no new MAC', () => {
    const file = readSops(made(path, ['A', 'one'], set('B', 'two')).replace(/^(.*\bA\b.*)(data:)/m, '$1$2AAAA'), path)
    expect(file.kind === 'ok' && editSops(file.value, fileKey, set('B', 'zwei'), fresh)).toMatchObject({
      kind: 'invalid',
      problems: [{ what: 'this value is not what was encrypted under this name' }],
    })
  })
})

test.each<[why: string, text: string, edit: ReturnType<typeof set> | ReturnType<typeof remove>, said: string]>([
  ['a name that is not there cannot be removed', sopsDotenv([]), remove('A'), 'there is no A in it'],
  ['a name whose values stay readable', sopsDotenv([]), set('A_unencrypted', 'x'), 'stay readable'],
  [
    'a name that is there twice',
    sopsDotenv([
      { name: 'A', value: 'x', type: 'str' },
      { name: 'A', value: 'y', type: 'str' },
    ]),
    set('A', 'z'),
    'more than one value',
  ],
])('%s', (_why, text, edit, said) => {
  expect(changed(text, 'a.env', edit)).toMatchObject({ kind: 'refused', why: expect.stringContaining(said) })
})

test('a name that is a mapping is left to SOPS', () => {
  const text = made('a.yaml', ['A', 'x'])
    .replace(/^A: .*$/m, 'A:\n    b: 1\n    c: 2')
    .replace('_unencrypted', 'A')
    .replace('unencrypted_suffix', 'unencrypted_regex')
  const file = readSops(text, 'a.yaml')
  expect(file.kind === 'ok' && file.value.leaves.map(({ path, atTop }) => [path.join('.'), atTop])).toEqual([
    ['A.b', false],
    ['A.c', false],
  ])
})

test('YAML that looks like JSON is not written into', () => {
  const text = `{"A": "", ${made('a.json', ['B', 'x']).trim().slice(1)}\n`
  const file = readSops(text, 'a.yaml')
  const edited = file.kind === 'ok' ? editSops(file.value, fileKey, set('C', 'y'), fresh) : undefined
  expect(edited?.kind === 'ok' ? edited.value : undefined).toMatchObject({ kind: 'refused', why: 'it is not laid out as SOPS does it' })
})
