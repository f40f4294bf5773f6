import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AimedCommand, Command } from '../../../src/domain/command.ts'
import { remedyOf, sentenceOf } from '../../../src/domain/reason.ts'
import { resolveEnvironment } from '../../../src/policy/commands/resolve-environment.ts'

const several = ['staging', 'production']

describe('the environment meant', () => {
  test.each<[why: string, Command, known: string[], fallback: string | undefined, AimedCommand]>([
    ['is the one named', { kind: 'approve', environment: 'staging' }, several, 'production', { kind: 'approve', environment: 'staging' }],
    [
      'whatever the case of its letters',
      { kind: 'retry', environment: 'Staging' },
      several,
      undefined,
      { kind: 'retry', environment: 'staging' },
    ],
    ['is the only one', { kind: 'rollback' }, ['live'], undefined, { kind: 'rollback', environment: 'live' }],
    ['is the one assumed', { kind: 'approve' }, several, 'production', { kind: 'approve', environment: 'production' }],
    ['is all of them for a look', { kind: 'status' }, several, 'production', { kind: 'status' }],
    [
      'is one of them for a closer look',
      { kind: 'status', environment: 'staging' },
      several,
      undefined,
      { kind: 'status', environment: 'staging' },
    ],
    ['is nobody’s concern where the pull request says which', { kind: 'plan' }, several, undefined, { kind: 'plan' }],
    ['is all of them where that was said', { kind: 'unlock', everywhere: true }, several, 'production', { kind: 'unlock' }],
    [
      'stands before the reason',
      { kind: 'lock', text: 'staging moves', seconds: 60 },
      several,
      undefined,
      { kind: 'lock', environment: 'staging', reason: 'moves', seconds: 60 },
    ],
    [
      'is not the first word of the reason',
      { kind: 'lock', text: 'database moves' },
      several,
      'staging',
      { kind: 'lock', environment: 'staging', reason: 'database moves' },
    ],
    ['needs no reason for a lock', { kind: 'lock', text: '' }, several, 'staging', { kind: 'lock', environment: 'staging', reason: '' }],
    [
      'is all of them, whatever the reason says',
      { kind: 'lock', text: 'staging moves', everywhere: true },
      several,
      undefined,
      { kind: 'lock', reason: 'staging moves' },
    ],
    [
      'is the only one, so that a reason may begin like it',
      { kind: 'reject', text: 'productive, but late' },
      ['production'],
      undefined,
      { kind: 'reject', environment: 'production', reason: 'productive, but late' },
    ],
    [
      'comes with the rest of the command',
      { kind: 'deploy', environment: 'staging', revision: 'abc1234' },
      several,
      undefined,
      { kind: 'deploy', environment: 'staging', revision: 'abc1234' },
    ],
    ['is none for help', { kind: 'help' }, [], undefined, { kind: 'help' }],
  ])('%s', (_why, command, known, fallback, expected) =>
    expect(resolveEnvironment(command, known, fallback === undefined ? {} : { default: fallback })).toEqual({
      kind: 'resolved',
      command: expected,
    }),
  )
})

describe('a command is refused', () => {
  test.each<[why: string, Command, known: string[], said: string]>([
    [
      'that names none where there are several',
      { kind: 'cancel' },
      several,
      '/cancel does not say which environment; there are staging, production. Name one of these, such as /cancel staging',
    ],
    [
      'with an unknown one',
      { kind: 'deploy', environment: 'moon' },
      several,
      'There is no environment moon; there are staging, production. Name one of these',
    ],
    [
      'with a slip',
      { kind: 'deploy', environment: 'stagign' },
      several,
      'There is no environment stagign (did you mean staging?); there are staging, production. Name one of these',
    ],
    [
      'with a beginning',
      { kind: 'rollback', environment: 'prod' },
      several,
      'There is no environment prod (did you mean production?); there are staging, production. Name one of these',
    ],
    [
      'with a beginning of two',
      { kind: 'status', environment: 'pro' },
      ['production', 'proving'],
      'There is no environment pro; there are production, proving. Name one of these',
    ],
    [
      'whose reason begins with a slip',
      { kind: 'lock', text: 'prodution moves' },
      several,
      'There is no environment prodution (did you mean production?); there are staging, production. Name one of these',
    ],
    [
      'that says where and not why',
      { kind: 'reject', text: 'staging' },
      several,
      '/reject staging: it does not say why. Write /reject [environment] <reason>',
    ],
    [
      'where there are none',
      { kind: 'deploy' },
      [],
      '/deploy does not say which environment; there are none. Name one of these, such as /deploy production',
    ],
  ])('%s', (_why, command, known, said) => {
    const answer = resolveEnvironment(command, known)
    expect(answer.kind === 'refused' && `${sentenceOf(answer.reason)}. ${remedyOf(answer.reason)}`).toBe(said)
  })

  test('to go back, without a name, even where one is assumed for others', () =>
    expect(resolveEnvironment({ kind: 'rollback' }, several, { default: 'production' })).toMatchObject({
      kind: 'refused',
      reason: { code: 'environment-not-named' },
    }))

  test.each<Command>([{ kind: 'rollback' }, { kind: 'approve' }, { kind: 'lock', text: 'moves' }])(
    'where there may be others than the only one known: %j',
    (command) => {
      expect(resolveEnvironment(command, ['live'], { mustBeNamed: true })).toMatchObject({ reason: { code: 'environment-not-named' } })
      expect(resolveEnvironment({ kind: 'rollback', environment: 'live' }, ['live'], { mustBeNamed: true }).kind).toBe('resolved')
    },
  )

  test('where the one assumed is there no more', () =>
    expect(resolveEnvironment({ kind: 'approve' }, several, { default: 'gone' }).kind).toBe('refused'))
})

test('what is resolved is always about an environment there is', () => {
  const word = fc.constantFrom('staging', 'production', 'Production', 'prod', 'stagin', 'x', 'to')
  const named = fc.record({ environment: word }, { requiredKeys: [] })
  const text = fc.array(word, { maxLength: 3 }).map((words) => words.join(' '))
  const command: fc.Arbitrary<Command> = fc.oneof(
    named.map((some) => ({ kind: 'rollback' as const, ...some })),
    named.map((some) => ({ kind: 'status' as const, ...some })),
    text.map((some) => ({ kind: 'lock' as const, text: some })),
    text.map((some) => ({ kind: 'reject' as const, text: some })),
  )
  fc.assert(
    fc.property(command, fc.subarray(several), fc.option(word, { nil: undefined }), (given, known, assumed) => {
      const answer = resolveEnvironment(given, known, assumed === undefined ? {} : { default: assumed })
      if (answer.kind === 'refused' || answer.command.kind === 'help' || answer.command.kind === 'plan') return true
      const { environment } = answer.command
      return environment === undefined ? answer.command.kind === 'status' : known.includes(environment)
    }),
  )
})
