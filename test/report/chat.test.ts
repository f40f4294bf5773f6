import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Deployment, states } from '../../src/domain/deployment.ts'
import { reason } from '../../src/domain/reason.ts'
import { chatMessage } from '../../src/report/chat.ts'
import { deployment, plan, sha } from '../support/builders.ts'
import { anyDeployment, links } from './hostile.ts'

const live = deployment({
  state: 'succeeded',
  subject: 'Add <carts> & "more"',
  pullRequest: 7,
  plan: plan({ url: 'https://shop.example.com' }),
  startedAt: '2026-11-21T10:00:00Z',
  finishedAt: '2026-11-21T10:00:12Z',
})
const commitUrl = `https://github.com/acme/shop/commit/${sha('a')}`

/** Every text Slack is given, wherever it stands. */
const textsOf = (value: unknown): string[] =>
  typeof value === 'string' ? [value] : typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : []

test('a channel hears of outcomes only', () =>
  expect(states.filter((state) => chatMessage(deployment({ state }), links) !== undefined)).toEqual([
    'succeeded',
    'failed',
    'rolled-back',
    'halted',
    'rejected',
  ]))

test.each<[why: string, Partial<Deployment>, told: boolean]>([
  ['a push that is refused', { reason: reason('checks-failed', { checks: 'build' }) }, true],
  ['what somebody rejected', { reason: reason('rejected-by', { person: 'lisa' }), comment: { id: 1, issue: 2 } }, true],
  ['a command that is refused', { reason: reason('nothing-to-return-to'), comment: { id: 1, issue: 2 } }, false],
  ['what failed in the environment before', { reason: reason('promotion-quarantined', { after: 'staging' }) }, false],
  ['what was rolled back and is pushed again', { reason: reason('quarantined', { commit: 'abc1234' }) }, false],
])('a channel hears of %s or not', (_why, change, told) =>
  expect(chatMessage(deployment({ state: 'rejected', ...change }), links) !== undefined).toBe(told),
)

test('Slack is told what is live, what it is, by whom and where to read on', () =>
  expect(chatMessage(live, links)?.slack).toEqual({
    text: '✅ shop: aaaaaaa went live on production',
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      {
        type: 'section',
        text: { type: 'mrkdwn', verbatim: true, text: '✅ *aaaaaaa went live on production*\nAdd &lt;carts&gt; &amp; "more"' },
      },
      { type: 'section', text: { type: 'mrkdwn', verbatim: true, text: 'aaaaaaa verified on web-1 in 12 s.' } },
      {
        type: 'context',
        elements: [
          {
            type: 'mrkdwn',
            verbatim: true,
            text: `<${commitUrl}|aaaaaaa>  ·  <https://github.com/acme/shop/pull/7|#7>  ·  merged by mona  ·  shop / production  ·  12 s  ·  <https://shop.example.com|open>  ·  <${links.log}|log>`,
          },
        ],
      },
    ],
  }))

test.each<[Partial<Deployment>, string]>([
  [{}, 'pushed by mona'],
  [{ author: 'mona', pullRequest: 7 }, 'merged by mona'],
  [{ author: 'lisa', pullRequest: 7 }, 'lisa, merged by mona'],
  [{ author: 'lisa', tag: 'v1' }, 'lisa, tagged by mona'],
  [{ author: 'lisa', pullRequest: 7, asked: 'person' }, 'lisa, deployed by mona'],
  [{ author: 'lisa', pullRequest: 7, asked: 'deliberate', retried: true }, 'lisa, retried by mona'],
  [{ author: 'lisa', pullRequest: 7, kind: 'rollback' }, 'rolled back by mona'],
])('of %j it is told who did what: %s', (change, words) =>
  expect(chatMessage(deployment({ state: 'succeeded', ...change }), links)?.telegram).toContain(` · ${words} · shop / production`),
)

test('Telegram is told the same', () =>
  expect(chatMessage(live, links)?.telegram).toBe(
    [
      '✅ <b>aaaaaaa went live on production</b>',
      '<i>Add &lt;carts&gt; &amp; &quot;more&quot;</i>',
      'aaaaaaa verified on web-1 in 12 s.',
      `<a href="${commitUrl}">aaaaaaa</a> · <a href="https://github.com/acme/shop/pull/7">#7</a> · merged by mona · shop / production · 12 s · <a href="https://shop.example.com">open</a> · <a href="${links.log}">log</a>`,
    ].join('\n'),
  ))

const acting = { ...links, act: `${links.log}/act` }

describe('where people can sign in, a message leads to the page to act from', () => {
  test.each<[Deployment['state'], string]>([
    ['succeeded', 'Roll back'],
    ['halted', 'Roll back'],
    ['failed', 'Try again'],
    ['rolled-back', 'Try again'],
    ['rejected', 'Try again'],
  ])('of what %s, by the words %s', (state, words) => {
    const message = chatMessage(deployment({ state, plan: plan() }), acting)
    expect(textsOf(message?.slack)).toContain(`*<${acting.act}|${words}>*`)
    expect(message?.telegram.split('\n')).toContain(`<b><a href="${acting.act}">${words}</a></b>`)
  })

  test('and nowhere else', () => expect(JSON.stringify(chatMessage(live, links))).not.toContain('Roll back'))
})

describe('a halted deployment', () => {
  const halted = deployment({ state: 'halted', plan: plan(), reason: reason('return-failed', { host: 'web-1', detail: 'no answer' }) })
  test('calls everybody, and says what to do', () => {
    const texts = textsOf(chatMessage(halted, links)?.slack).join('\n')
    expect(texts).toContain('<!channel> 🚨 *production is halted: somebody must look at it*')
    expect(texts).toContain('The way back failed on web-1: no answer.\nLook at the host now')
  })
  test('on the first release of all calls nobody: nothing worked before', () =>
    expect(
      JSON.stringify(
        chatMessage({ ...halted, reason: reason('first-release-failed', { host: 'web-1', environment: 'production' }) }, links),
      ),
    ).not.toContain('<!'))
  test('is the only one that does', () =>
    fc.assert(
      fc.property(
        anyDeployment,
        (any) =>
          textsOf(chatMessage(any, links)?.slack).some((text) => text.includes('<!')) ===
          (any.state === 'halted' && any.reason?.code !== 'first-release-failed'),
      ),
    ))
})

test('whatever the words, Slack takes the message and sees no markup but ours', () =>
  fc.assert(
    fc.property(anyDeployment, (any) =>
      textsOf(chatMessage(any, acting)?.slack).every((text) => {
        const foreign = text.replace(/^<!channel> /, '').replaceAll(/<https:\/\/[^<>|\s]+\|[^<>|]+>/g, '')
        return text.length <= 3000 && !/[<>]/.test(foreign) && !/&(?!amp;|lt;|gt;)/.test(foreign)
      }),
    ),
  ))

test('whatever the words, Telegram takes the message: short enough, and its tags are ours and closed', () =>
  fc.assert(
    fc.property(anyDeployment, (any) => {
      const text = chatMessage(any, acting)?.telegram ?? ''
      const foreign = text.replaceAll(/<a href="https:\/\/[^<>"]+">([^<>]*)<\/a>/g, '$1').replaceAll(/<(b|i)>([^<>]*)<\/\1>/g, '$2')
      return text.length <= 4096 && !/[<>"]/.test(foreign) && !/&(?!amp;|lt;|gt;|quot;)/.test(foreign)
    }),
  ))

test('an address of the environment that is no web address is not linked', () =>
  expect(chatMessage({ ...live, plan: plan({ url: 'javascript:alert(1)' }) }, links)?.telegram).not.toContain('javascript'))
