import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { commandLine, quoteAll } from '../../src/host/quote.ts'

const folder = mkdtempSync(join(tmpdir(), 'landfall-quote-'))
const canary = join(folder, 'canary')
afterAll(() => rmSync(folder, { recursive: true }))

/** Words with a taste for everything a shell understands. */
const spiteful = fc.oneof(
  fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', '')),
  fc
    .array(fc.constantFrom("'", '"', '`', '$', '\\', ';', '&', '|', '\n', ' ', '*', '~', '!', '#', '(', ')', '-', '=', '{', '}', 'a', 'ä'))
    .map((parts) => parts.join('')),
  fc.constantFrom(
    `; touch ${canary}`,
    `$(touch ${canary})`,
    `\`touch ${canary}\``,
    `' ; touch ${canary} ; '`,
    `\n touch ${canary}`,
    `&& touch ${canary} #`,
  ),
)

describe('A1: words from people reach a shell as they are', () => {
  const echoed = (words: string[]) =>
    execFileSync('/bin/sh', ['-c', `printf '%s\\0' ${quoteAll(words)}`])
      .toString('utf8')
      .split('\0')
      .slice(0, -1)

  test('a real shell reads back exactly the words, and none of them runs', () => {
    fc.assert(
      fc.property(fc.array(spiteful, { minLength: 1, maxLength: 30 }), (words) => {
        const whole = words.map((word) => Buffer.from(word).toString('utf8'))
        expect(echoed(words)).toEqual(whole)
      }),
      { numRuns: 30 },
    )
    expect(existsSync(canary)).toBe(false)
  })

  test('NUL, which no argument can hold, is refused', () => {
    expect(() => quoteAll(['a\0b'])).toThrow('NUL')
  })

  test('plain words stay bare, the only form landfall-shell accepts', () => {
    expect(commandLine({ verb: 'switch', args: ['shop', 'production', '7'], stalls: 15, limit: 300 })).toBe(
      'within 300 switch shop production 7',
    )
  })
})
