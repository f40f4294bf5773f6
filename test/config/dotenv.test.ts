import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseDotenv, unwritable, writeDotenv } from '../../src/config/dotenv.ts'

const read = (text: string) => {
  const parsed = parseDotenv(text, 'deploy/production.env')
  return parsed.kind === 'ok' ? Object.fromEntries(parsed.value) : parsed.problems.map((p) => `${p.line}:${p.column} ${p.what}`)
}

describe('parseDotenv', () => {
  test.each<[why: string, text: string, expected: Record<string, string>]>([
    ['plain', 'A=1\nB=two words\n', { A: '1', B: 'two words' }],
    ['no newline at the end', 'A=1', { A: '1' }],
    ['comments and blank lines', '# head\n\n  # indented\nA=1\n', { A: '1' }],
    ['export', 'export A=1\n', { A: '1' }],
    ['blanks around name, sign and value', '  A = 1  \n', { A: '1' }],
    ['empty', 'A=\nB=""\n', { A: '', B: '' }],
    ['a comment after an unquoted value', 'A=1 # one\n', { A: '1' }],
    ['a comment instead of a value', 'A= # none\n', { A: '' }],
    ['a # inside a value is no comment', 'A=a#b\nB=#c\n', { A: 'a#b', B: '#c' }],
    ['a comment after a quoted value', `A="1" # one\nB='2' # two\n`, { A: '1', B: '2' }],
    ['$ is a character like any other', `A=pa$$word\nB="\${X} $Y"\nC='$Z'\n`, { A: 'pa$$word', B: `\${X} $Y`, C: '$Z' }],
    ['single quotes are literal', `A='a\\n"b" # c'\n`, { A: 'a\\n"b" # c' }],
    ['double quotes escape', 'A="a\\n\\r\\t\\\\\\"\\$b"\n', { A: 'a\n\r\t\\"$b' }],
    ['an unknown escape stays as it is', 'A="\\d+"\n', { A: '\\d+' }],
    ['a backslash in an unquoted value stays', 'A=C:\\temp\\\n', { A: 'C:\\temp\\' }],
    ['values over several lines', `A="one\ntwo"\nB='three\nfour'\nC=5\n`, { A: 'one\ntwo', B: 'three\nfour', C: '5' }],
    ['= in the value', 'A=b=c==\n', { A: 'b=c==' }],
    ['quotes inside an unquoted value', `A=it's "fine"\n`, { A: `it's "fine"` }],
    ['Windows line ends', 'A=1\r\nB="2"\r\n', { A: '1', B: '2' }],
    ['a byte order mark', '\uFEFFA=1\n', { A: '1' }],
    ['the last of equal names', 'A=1\nA=2\n', { A: '2' }],
  ])('%s', (_why, text, expected) => expect(read(text)).toEqual(expected))

  test('every wrong line is reported at once, at its place, and never with the value', () => {
    expect(read(`A=1\n  secret stuff\n2B=x\nC="1" hunter2\nD='never ends\nE=5\n`)).toEqual([
      '2:3 this line is not NAME=value',
      '3:1 this line is not NAME=value',
      '4:6 something follows the closing quote of C',
      "5:3 the value of D begins with ' and never ends",
    ])
  })

  test.each(['COMPOSE_PROJECT_NAME', 'COMPOSE_FILE', 'DOCKER_HOST', 'LD_PRELOAD', 'PATH', 'HOME'])(
    '%s would steer the host and is refused',
    (name) => {
      expect(read(`A=1\n${name}=x\n`)).toEqual([`2:1 ${name} is not for the environment to set`])
    },
  )

  test('a hundred thousand wrong lines are refused at once', () => {
    const start = performance.now()
    expect(parseDotenv('x\n'.repeat(120_000), 'x')).toMatchObject({ kind: 'invalid' })
    expect(performance.now() - start).toBeLessThan(1000)
  })

  test('any text at all is either read or refused, never looped over or thrown at', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...'A="\'\\\n\r #$') }), (text) => void parseDotenv(text, 'x')))
  })
})

describe('writeDotenv', () => {
  const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/).map((text) => `V_${text}`)
  const value = fc.string({ unit: 'binary' }).filter((text) => unwritable('A', text) === undefined)

  test('what is written is read back byte for byte', () => {
    fc.assert(
      fc.property(fc.dictionary(name, value), (values) => {
        expect(read(writeDotenv(Object.entries(values)))).toEqual({ ...values })
      }),
    )
  })

  test.each([
    ['A', 'a\0b', 'NUL'],
    ['A', 'a\uD800', 'surrogate'],
    ['A B', 'x', 'variable name'],
    ['', 'x', 'variable name'],
  ])('refuses what no file can carry: %j', (key, text, why) => {
    expect(unwritable(key, text)).toContain(why)
    expect(() => writeDotenv([[key, text]])).toThrow(why)
  })
})
