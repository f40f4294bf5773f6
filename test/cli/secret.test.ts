import { expect, test } from 'vitest'
import { secretVerb } from '../../src/cli/secret.ts'
import { repository } from '../support/builders.ts'

async function called(
  words: string,
  more: { refuses?: boolean; add?: { file: string; line: string }; ages?: { name: string; since: string }[] } = {},
) {
  const printed: string[] = []
  const asked: unknown[] = []
  const refusal = { kind: 'refused', why: 'it cannot be', remedy: 'Do without' } as const
  const path = 'deploy/production.secrets.env'
  const code = await secretVerb(words.split(' ').filter(Boolean), {
    user: 'mona',
    recipient: async (...of) => `age1 of ${of.join(' ')}`,
    async readValue(name) {
      asked.push(`value of ${name}`)
      return 'correct-horse'
    },
    async propose(wanted) {
      asked.push(wanted)
      return more.refuses ? refusal : { kind: 'proposed', repository, number: 12, path, ...(more.add && { add: more.add }) }
    },
    async list(of) {
      asked.push(of)
      const known = more.ages && { ages: more.ages }
      return more.refuses ? refusal : { kind: 'listed', path, names: ['A', 'B'], changedAt: '2026-11-01T00:00:00Z', ...known }
    },
    async editHere(file, edit, also) {
      asked.push([file, edit, also])
      return more.refuses ? refusal : { kind: 'edited', text: 'A=ENC[…]\n' }
    },
    async write(file, text) {
      asked.push(`write ${file}: ${text}`)
    },
    print: (line) => printed.push(line),
    printText: (text) => printed.push(`text ${text}`),
    now: new Date('2026-11-21T10:00:00Z'),
  })
  return { code, printed, asked }
}

test.each([
  ['nothing', '', 'Say what to do'],
  ['another verb', 'get production A', 'Say what to do'],
  ['no KEY', 'set production', 'Say which environment and which KEY'],
  ['a value in the command', 'set production A hunter2', 'Say which environment and which KEY, and no more'],
  ['a value that is no name', 'set production A=hunter2', 'Name the variable last'],
  ['a repository without its environment', 'set acme/shop A', 'Say which environment and which KEY'],
  ['an option with a value', 'set production A --value=hunter2', 'There are --also RECIPIENT'],
  ['two files', 'set acme/shop production A --write a.env --stdout b.env', 'exclude each other'],
  ['a file of nobody knows which repository', 'set production A --write a.env', 'With a file, say OWNER/NAME too'],
  ['a file to list', 'list production --stdout a.env', '`list` takes no file'],
  ['others who read what is removed', 'rm production A --also age1x', '--also is for `set`'],
  ['no environment to list', 'list', 'Say which environment'],
  ['a recipient of nothing', 'recipient production', 'Say which repository and which environment'],
])('%s is refused, with how to call it, and nobody is asked', async (_what, words, said) => {
  const { code, printed, asked } = await called(words)
  expect([code, asked]).toEqual([2, []])
  expect(printed[0]).toContain(said)
  expect(printed.join('\n')).toContain('landfall secret set [OWNER/NAME] ENVIRONMENT KEY')
  expect(printed.join('\n')).not.toContain('hunter2')
})

test('a value is asked for and proposed, and never printed', async () => {
  const { code, printed, asked } = await called('set acme/shop production TOKEN')
  const edit = { kind: 'set', name: 'TOKEN', value: 'correct-horse' }
  expect([code, asked]).toEqual([
    0,
    ['value of TOKEN', { repository: 'acme/shop', environment: 'production', edit, also: [], user: 'mona' }],
  ])
  expect(printed).toEqual(['Pull request #12 of acme/shop changes deploy/production.secrets.env. Nothing happens until it is merged.'])
})

test('removing asks for no value; the repository may be left out', async () => {
  const { asked } = await called('rm production TOKEN')
  expect(asked).toEqual([{ environment: 'production', edit: { kind: 'remove', name: 'TOKEN' }, also: [], user: 'mona' }])
})

test('a line that is missing is told', async () => {
  const { printed } = await called('rm production TOKEN', { add: { file: '.github/landfall.yml', line: 'secrets: a.env' } })
  expect(printed[1]).toBe('Add to the environment in .github/landfall.yml, or nothing comes of it: secrets: a.env')
})

test('names are listed with the age of their file', async () => {
  expect((await called('list production')).printed).toEqual([
    'deploy/production.secrets.env, changed last 2026-11-01T00:00:00Z (20 days ago)',
    '  A',
    '  B',
  ])
})

test('where it is known, names are listed with the age of their values', async () => {
  const ages = [
    { name: 'A', since: '2026-08-13T12:00:00Z' },
    { name: 'C', since: '2026-11-21T09:00:00Z' },
  ]
  expect((await called('list production', { ages })).printed).toEqual([
    'deploy/production.secrets.env, changed last 2026-11-01T00:00:00Z (20 days ago)',
    '  A: since 2026-08-13 (99 days)',
    '  B: not deployed yet',
    '  C: since 2026-11-21 (0 days); from operator.yml, or not in this file any more',
  ])
})

test('a file of a checkout is changed, or printed as it would be', async () => {
  const written = await called('set acme/shop production A --write a.env')
  expect(written.asked.at(-1)).toBe('write a.env: A=ENC[…]\n')
  const shown = await called('rm acme/shop production A --stdout a.env')
  const file = { path: 'a.env', repository: 'acme/shop', environment: 'production' }
  expect([shown.asked, shown.printed]).toEqual([[[file, { kind: 'remove', name: 'A' }, []]], ['text A=ENC[…]\n']])
})

test.each(['set production A', 'list production', 'set acme/shop production A --write a.env'])(
  'what is refused ends with 1: %s',
  async (words) => {
    const { code, printed } = await called(words, { refuses: true })
    expect([code, printed]).toEqual([1, ['it cannot be. Do without.']])
  },
)

test('the recipient is one line, for scripts', async () =>
  expect((await called('recipient acme/shop production')).printed).toEqual(['age1 of acme/shop production']))
