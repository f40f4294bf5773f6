import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Deployment, states } from '../../../src/domain/deployment.ts'
import { reason, reasonCodes } from '../../../src/domain/reason.ts'
import { standingIn } from '../../../src/flow/standing.ts'
import { actPage } from '../../../src/web/pages/act-page.ts'
import { actedPage } from '../../../src/web/pages/acted-page.ts'
import { doorPage } from '../../../src/web/pages/door-page.ts'
import { anyText } from '../../report/hostile.ts'
import { deployment, plan, sha } from '../../support/builders.ts'
import { harmless, skeleton, wordsOf } from './reading.ts'

const now = '2026-11-21T10:13:48.000Z'
const proposal = { draft: plan(), content: 'shown', since: now }
const frame = { now, nonce: 'bm9uY2U=' }

const good = deployment({
  id: 'good',
  revision: sha('a'),
  subject: 'Good',
  state: 'succeeded',
  plan: plan({ release: 'good', generation: 1 }),
})
const bad = deployment({ id: 'bad', revision: sha('b'), subject: 'Bad', state: 'succeeded', plan: plan({ release: 'bad', generation: 2 }) })

/** The page as somebody who may press everything sees it. */
function shown(history: Deployment[], of: Deployment, person = 'mona'): string {
  const standing = standingIn(history, of)
  return actPage({ deployment: of, standing, person, buttons: standing.offers.map((kind) => ({ kind, ask: `ask-${kind}` })), ...frame })
}

const buttonsOn = (page: string): string[] => Array.from(page.matchAll(/<button class="(?:big|small) (\w+)">/g), ([, kind = '']) => kind)

describe('one button that fits', () => {
  const waits = (code: 'approval-missing' | 'image-missing') => deployment({ id: 'new', state: 'waiting', reason: reason(code), proposal })
  test.each<[why: string, history: Deployment[], of: Deployment, buttons: string[]]>([
    ['what runs can be rolled back', [bad, good], bad, ['rollback']],
    ['the first release cannot', [good], good, []],
    ['what does not run any more cannot', [bad, good], good, []],
    ['not while a rollback is on its way', [deployment({ id: 'back', kind: 'rollback' }), bad, good], bad, []],
    ['also while something else is on its way', [deployment({ id: 'new' }), bad, good], bad, ['rollback']],
    [
      'what halted goes back, or is tried again',
      [deployment({ id: 'new', state: 'halted' }), bad],
      deployment({ id: 'new', state: 'halted' }),
      ['rollback', 'retry'],
    ],
    [
      'what failed is tried again',
      [deployment({ id: 'new', state: 'failed' }), bad],
      deployment({ id: 'new', state: 'failed' }),
      ['retry'],
    ],
    [
      'not where something came after it',
      [bad, deployment({ id: 'new', state: 'failed' })],
      deployment({ id: 'new', state: 'failed' }),
      [],
    ],
    ['what waits for people', [waits('approval-missing'), bad], waits('approval-missing'), ['approve', 'reject', 'cancel']],
    ['what waits for a machine', [waits('image-missing'), bad], waits('image-missing'), ['cancel']],
    ['what is being switched is left alone', [deployment({ state: 'rolling' })], deployment({ state: 'rolling' }), []],
  ])('%s', (_why, history, of, buttons) => expect(buttonsOn(shown(history, of))).toEqual(buttons))
})

test('at a glance: what runs, what it goes back to, who presses, and what a press does', () =>
  expect(wordsOf(shown([bad, good], bad))).toMatch(
    /Proved shop, 13 min ago bbbbbbb went live on production Runs now bbbbbbb Bad .* Goes back to aaaaaaa Good .* You are mona .* Data stays as it is\. Roll back production Signed in as mona/,
  ))

describe('whatever people and commits say, the pages have the tags they have for harmless words', () => {
  const hostile = (text: string): Deployment[] => {
    const words = {
      subject: text,
      author: text,
      actor: text,
      environment: text,
      project: text,
      repository: { owner: text, name: text, installation: 1 },
    }
    const why = reason(reasonCodes[text.length % reasonCodes.length] ?? 'internal', new Proxy({}, { get: () => text }))
    return states.map((state) =>
      deployment({
        ...words,
        id: state,
        state,
        reason: why,
        plan: plan({ release: state }),
        proposal: { draft: plan(), content: text, since: now },
      }),
    )
  }
  const pagesOf = (text: string): string[] =>
    hostile(text).flatMap((one) => [
      shown(hostile(text), one, text),
      doorPage({ deployment: one, visitor: { kind: 'stranger', person: text, role: 'read' }, signIn: '/sign-in', ...frame }),
      doorPage({ deployment: one, visitor: { kind: 'unanswered', person: text }, signIn: '/sign-in', ...frame }),
      actedPage({ kind: 'retry', deployment: one, subject: one, person: text, timeline: [], nonce: frame.nonce }),
      ...(one.reason
        ? [
            actedPage({
              kind: 'retry',
              deployment: one,
              subject: one,
              person: text,
              timeline: [],
              nonce: frame.nonce,
              outcome: { kind: 'command-refused', reason: one.reason },
            }),
          ]
        : []),
    ])

  test('all of them', () =>
    fc.assert(
      fc.property(anyText, (text) => {
        const twin = harmless(text).padEnd(text.length, 'x')
        // The reason is chosen by the length, so that both pages explain the same one.
        fc.pre(twin.length === text.length)
        expect(pagesOf(text).map(skeleton)).toEqual(pagesOf(twin).map(skeleton))
      }),
      { numRuns: 25 },
    ))
})
