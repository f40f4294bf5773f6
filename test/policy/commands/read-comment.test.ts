import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Command } from '../../../src/domain/command.ts'
import { remedyOf, sentenceOf } from '../../../src/domain/reason.ts'
import type { Reading } from '../../../src/policy/commands/line.ts'
import { mostCommands, readComment } from '../../../src/policy/commands/read-comment.ts'

const commit = '0123456789abcdef0123456789abcdef01234567'

test.each<[line: string, command: Command]>([
  ['/deploy', { kind: 'deploy' }],
  ['/deploy staging', { kind: 'deploy', environment: 'staging' }],
  ['/deploy staging abc1234 --again', { kind: 'deploy', environment: 'staging', revision: 'abc1234', again: true }],
  ['/deploy abc1234', { kind: 'deploy', revision: 'abc1234' }],
  [`/deploy staging ${commit.toUpperCase()}`, { kind: 'deploy', environment: 'staging', revision: commit }],
  ['/deploy deadbeef abc1234', { kind: 'deploy', environment: 'deadbeef', revision: 'abc1234' }],
  ['/deploy staging v1.4.0', { kind: 'deploy', environment: 'staging', tag: 'v1.4.0' }],
  ['/deploy staging abc1234 --over-contract', { kind: 'deploy', environment: 'staging', revision: 'abc1234', overContract: true }],
  ['/deploy staging release/2026-11 --again', { kind: 'deploy', environment: 'staging', tag: 'release/2026-11', again: true }],
  ['/rollback', { kind: 'rollback' }],
  ['/rollback production to v1.4.0', { kind: 'rollback', environment: 'production', to: { kind: 'tag', name: 'v1.4.0' } }],
  ['/ROLLBACK Production', { kind: 'rollback', environment: 'Production' }],
  ['/rollback to abc1234', { kind: 'rollback', to: { kind: 'commit', revision: 'abc1234' } }],
  ['/rollback production TO #12', { kind: 'rollback', environment: 'production', to: { kind: 'pull-request', number: 12 } }],
  ['/rollback production to 41', { kind: 'rollback', environment: 'production', to: { kind: 'generation', generation: 41 } }],
  ['/run reindex', { kind: 'run', task: 'reindex' }],
  ['/run reindex production', { kind: 'run', task: 'reindex', environment: 'production' }],
  ['/rollback --over-contract', { kind: 'rollback', overContract: true }],
  [
    '/rollback production —over-contract to #12',
    { kind: 'rollback', environment: 'production', to: { kind: 'pull-request', number: 12 }, overContract: true },
  ],
  ['/rollback to 123456', { kind: 'rollback', to: { kind: 'generation', generation: 123_456 } }],
  ['/rollback to 1234567', { kind: 'rollback', to: { kind: 'commit', revision: '1234567' } }],
  ['/promote production', { kind: 'promote', environment: 'production' }],
  ['/approve', { kind: 'approve' }],
  ['/approve\u00a0production', { kind: 'approve', environment: 'production' }],
  ['/reject production too  risky on a Friday', { kind: 'reject', text: 'production too risky on a Friday' }],
  ['/plan', { kind: 'plan' }],
  ['/status', { kind: 'status' }],
  ['/lock', { kind: 'lock', text: '' }],
  ['/lock production database --for 2h moves', { kind: 'lock', text: 'production database moves', seconds: 7200 }],
  ['/lock --all --for=30m', { kind: 'lock', text: '', everywhere: true, seconds: 1800 }],
  ['/lock —all holidays —for 3D', { kind: 'lock', text: 'holidays', everywhere: true, seconds: 259_200 }],
  ['/lock production - a dash is no option', { kind: 'lock', text: 'production - a dash is no option' }],
  ['/unlock production', { kind: 'unlock', environment: 'production' }],
  ['/unlock --all', { kind: 'unlock', everywhere: true }],
  ['/retry', { kind: 'retry' }],
  ['/cancel staging', { kind: 'cancel', environment: 'staging' }],
  ['/help', { kind: 'help' }],
  ['/help /rollback', { kind: 'help' }],
])('%s', (line, command) => expect(readComment(line)).toEqual([command]))

test.each<[line: string, said: string]>([
  [
    '/rolback production',
    '/rolback production: there is no command /rolback (did you mean /rollback?). Write /rollback [environment] [to <commit, tag, #pull request or generation>] [--over-contract]',
  ],
  ['/Aprove', '/Aprove: there is no command /Aprove (did you mean /approve?). Write /approve [environment]'],
  ['/plan staging', '/plan staging: "staging" is one word too many. Write /plan'],
  [
    '/deploy: now',
    '/deploy: now: there is no command /deploy: (did you mean /deploy?). Write /deploy [environment] [commit or tag] [--again] [--over-contract]',
  ],
  [
    '/deploy staging abc12',
    '/deploy staging abc12: "abc12" is too short for a commit, at least 7 digits are needed. Write /deploy [environment] [commit or tag] [--again] [--over-contract]',
  ],
  [
    '/deploy staging v1..2',
    '/deploy staging v1..2: "v1..2" is not a commit. Write /deploy [environment] [commit or tag] [--again] [--over-contract]',
  ],
  ['/deploy abc1234 staging', '/deploy abc1234 staging: the environment comes before the commit. Write /deploy staging abc1234'],
  [
    `/deploy a ${commit}0`,
    `/deploy a ${commit}0: "${commit.slice(0, 39)}…" is longer than the 40 digits of a commit. Write /deploy [environment] [commit or tag] [--again] [--over-contract]`,
  ],
  [
    '/deploy staging abc1234 please',
    '/deploy staging abc1234 please: "please" is one word too many. Write /deploy [environment] [commit or tag] [--again] [--over-contract]',
  ],
  ['/approve this is fine', '/approve this is fine: "is" and what follows are 2 words too many. Write /approve [environment]'],
  ['/cancel --force', '/cancel --force: there is no option "--force". Write /cancel [environment]'],
  ['/run', '/run: it does not say what to run. Write /run <task> [environment]'],
  ['/run reindex production now', '/run reindex production now: "now" is one word too many. Write /run <task> [environment]'],
  ['/rollback abc1234', '/rollback abc1234: "to" is missing. Write /rollback to abc1234'],
  ['/rollback production #7', '/rollback production #7: "to" is missing. Write /rollback production to #7'],
  [
    '/rollback to',
    '/rollback to: it does not say what to go back to. Write /rollback [environment] [to <commit, tag, #pull request or generation>] [--over-contract]',
  ],
  [
    '/rollback to 0',
    '/rollback to 0: "0" is too short for a commit, at least 7 digits are needed. Write a commit of at least 7 digits, a tag, a pull request such as #12, or the number of a generation',
  ],
  [
    '/rollback to #0',
    '/rollback to #0: "#0" is not a commit. Write a commit of at least 7 digits, a tag, a pull request such as #12, or the number of a generation',
  ],
  [
    '/rollback to yester:day',
    '/rollback to yester:day: "yester:day" is not a commit. Write a commit of at least 7 digits, a tag, a pull request such as #12, or the number of a generation',
  ],
  ['/reject', '/reject: it does not say why. Write /reject [environment] <reason>'],
  [
    '/lock --for',
    '/lock --for: --for does not say how long. Write --for and a number with its unit, from 1m to 30d, such as 30m, 2h or 3d',
  ],
  [
    '/lock --for soon',
    '/lock --for soon: "soon" is not a duration. Write --for and a number with its unit, from 1m to 30d, such as 30m, 2h or 3d',
  ],
  ['/lock --for 0h', '/lock --for 0h: "0h" is too short. Write --for and a number with its unit, from 1m to 30d, such as 30m, 2h or 3d'],
  ['/lock --for 31d', '/lock --for 31d: "31d" is too long. Write --for and a number with its unit, from 1m to 30d, such as 30m, 2h or 3d'],
  ['/lock --for 1h --for 2h', '/lock --for 1h --for 2h: --for is there twice. Leave one of them out'],
  [
    '/lock --fro 2h',
    '/lock --fro 2h: there is no option "--fro" (did you mean --for?). Write /lock [environment or --all] [reason] [--for 2h]',
  ],
  ['/lock --all=yes', '/lock --all=yes: --all takes no value. Write /lock [environment or --all] [reason] [--for 2h]'],
  ['/unlock staging --all', '/unlock staging --all: it names both an environment and --all. Write /unlock [environment or --all]'],
  ['/unlock --for 2h', '/unlock --for 2h: there is no option "--for". Write /unlock [environment or --all]'],
  ['/help me', '/help me: "me" is one word too many. Write /help'],
])('%s is answered with what to write', (line, said) => expect(readComment(line).map(wording)).toEqual([said]))

describe('other things with a slash get no answer', () => {
  test.each([
    '/cc @mona',
    '/lgtm',
    '/hold',
    '/test all',
    '/retest',
    '/review',
    '/improve',
    '/describe',
    '/revert',
    '/unblock',
    '/assign @mona',
    '/reopen',
    '/remove-help',
    '/ok-to-test',
    '/usr/bin/env',
    '/deploy/README.md is wrong',
    '/status.json answers 404',
    '//deploy',
    '/ deploy',
    '/',
    '/dépêche',
  ])('%s', (line) => expect(readComment(line)).toEqual([]))
})

describe('several commands', () => {
  test('are taken in order, mistakes among them', () =>
    expect(readComment('Hello\n/status\n\n/lokc\n/cc @mona\n/help').map(({ kind }) => kind)).toEqual(['status', 'mistake', 'help']))

  test('beyond the tenth are not taken, and that is said once', () => {
    const readings = readComment('/status\n'.repeat(500))
    expect(readings.slice(0, mostCommands)).toEqual(Array(mostCommands).fill({ kind: 'status' }))
    expect(readings.slice(mostCommands).map(wording)).toEqual([
      '/status: only the first 10 commands of a comment are taken. Write the others in another comment',
    ])
  })
})

describe('whatever is written', () => {
  const piece = fc.constantFrom(
    ...['/rollback', '/deploy', '/lock', '/reject', '/plan', '/x', '--for', '--all', '—for', ' to ', '#1', 'abc1234', '2h', 'prod'],
    ...[
      '`',
      '```',
      '~~~',
      '>',
      '<!--',
      '-->',
      '<pre>',
      '</pre>',
      '- ',
      '1. ',
      '\\',
      '\n',
      '\r\n',
      '    ',
      '\t',
      '\u0000',
      '\ud800',
      'ä',
      ' ',
    ],
  )
  const anyComment = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 500 }),
    fc.array(piece, { maxLength: 60 }).map((all) => all.join('')),
  )

  test('it is read without failing, and what is stored of a mistake is short', () =>
    fc.assert(
      fc.property(anyComment, (comment) =>
        readComment(comment).every((reading) => reading.kind !== 'mistake' || JSON.stringify(reading.reason).length < 600),
      ),
    ))

  test.each([
    ['words', `/rollback${' x'.repeat(40_000)}`],
    ['a word', `/lock ${'x'.repeat(65_000)}`],
    ['a name', `/${'l'.repeat(65_000)}`],
    ['backticks', '`'.repeat(65_000)],
    ['backticks of every length', Array.from({ length: 350 }, (_, length) => '`'.repeat(length + 1)).join(' ')],
    ['a run of backticks that is no fence', `${'`'.repeat(65_000)}x\``],
    ['beginnings of comments', '<!--'.repeat(16_000)],
    ['lists in lists', '- '.repeat(32_000)],
    ['spaces in a list', `- ${' '.repeat(65_000)}x`],
    ['quotes', '>\n'.repeat(32_000)],
    ['blank lines', '\n'.repeat(65_000)],
    ['mistakes', '/rolback\n'.repeat(7000)],
    ['options', `/lock ${'--all '.repeat(10_000)}`],
  ])('%s without end are read in steps that grow with the text alone', (_what, comment) => {
    // Quadratic time over 65,000 characters is minutes, linear time milliseconds: the runner's own limit tells them apart.
    expect(readComment(comment).length).toBeLessThanOrEqual(mostCommands + 1)
  })
})

function wording(reading: Reading): string {
  if (reading.kind !== 'mistake') throw new Error(`/${reading.kind} was understood`)
  return `${sentenceOf(reading.reason)}. ${remedyOf(reading.reason)}`
}
