import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { chat } from '../../../src/adapters/chat/chat.ts'
import { ChatFailed } from '../../../src/adapters/chat/failed.ts'
import type { ChatRule, SecretReference } from '../../../src/domain/configuration.ts'
import { Secret } from '../../../src/domain/secret.ts'
import { type Reply, receiver } from './receiver.ts'

const message = { slack: { text: 'aaaaaaa is live' }, telegram: '<b>aaaaaaa</b> is live', fallback: 'aaaaaaa is live' }
const later = { ...message, slack: { text: 'later' }, telegram: 'later' }
const token = '12345:canary-token'

/** A chat over one receiver, with a Slack and a Telegram channel; secrets are env references read from `values`. */
async function given(answer: (path: string) => Reply, seconds = 5) {
  const service = await receiver(({ path }) => answer(path))
  const values: Record<string, string> = { SLACK: `${service.address}/services/canary-path`, TOKEN: token }
  const rules: Record<string, ChatRule> = {
    deploys: { kind: 'slack', url: { env: 'SLACK' } },
    ops: { kind: 'telegram', token: { env: 'TOKEN' }, chat: '-100200', api: service.address },
  }
  const read = async (reference: SecretReference) => new Secret(values['env' in reference ? reference.env : ''] ?? '')
  return { ...service, [Symbol.asyncDispose]: service[Symbol.asyncDispose], values, rules, chat: chat(() => rules, read, seconds) }
}

const ok = (): Reply => ({ status: 200, body: 'ok' })
const telegramOk = (): Reply => ({ status: 200, body: { ok: true, result: { message_id: 42 } } })

const failure = async (sending: Promise<unknown>): Promise<ChatFailed> => {
  const error = await sending.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof ChatFailed)) throw new Error(`expected ChatFailed, got ${inspect(error)}`)
  return error
}

describe('Slack', () => {
  test('gets the blocks at its secret address', async () => {
    await using it = await given(ok)
    await it.chat.send('slack:deploys', message)
    expect(it.received).toEqual([{ path: '/services/canary-path', body: message.slack }])
  })

  test('is not told the same twice when a report is published again', async () => {
    await using it = await given(ok)
    const memory = await it.chat.send('slack:deploys', message)
    expect(await it.chat.send('slack:deploys', message, memory)).toBe(memory)
    await it.chat.send('slack:deploys', later, memory)
    expect(it.received.map(({ body }) => body)).toEqual([message.slack, later.slack])
  })

  test.each([
    [404, 'chat.deploys: Slack answered 404. Make a new incoming webhook for the channel and store its address.'],
    [500, 'chat.deploys: Slack answered 500. It is tried again.'],
    [302, 'chat.deploys: Slack answered 302. It is tried again.'],
  ])('answering %s is a failure', async (status, text) => {
    await using it = await given(() => ({ status, headers: { location: '/elsewhere' } }))
    expect(await failure(it.chat.send('slack:deploys', message))).toMatchObject({ message: text, status })
    expect(it.received.map(({ path }) => path)).toEqual(['/services/canary-path'])
  })

  test('asking for a pause is given one', async () => {
    await using it = await given(() => ({ status: 429, headers: { 'retry-after': '30' } }))
    expect(await failure(it.chat.send('slack:deploys', message))).toMatchObject({ status: 429, retryAfterSeconds: 30 })
  })

  test('that never answers is given up', async () => {
    await using it = await given(() => 'silence', 0.2)
    expect(await failure(it.chat.send('slack:deploys', message))).toMatchObject({
      message: 'chat.deploys: no answer within 0.2 s or no connection. It is tried again.',
    })
  })
})

describe('Telegram', () => {
  test('gets HTML for its chat', async () => {
    await using it = await given(telegramOk)
    await it.chat.send('telegram:ops', message)
    expect(it.received).toEqual([
      {
        path: `/bot${token}/sendMessage`,
        body: { chat_id: '-100200', text: message.telegram, parse_mode: 'HTML', link_preview_options: { is_disabled: true } },
      },
    ])
  })

  test('has its message edited when there is more to say', async () => {
    await using it = await given(telegramOk)
    const memory = await it.chat.send('telegram:ops', message)
    await it.chat.send('telegram:ops', later, memory)
    expect(it.received[1]).toMatchObject({ path: `/bot${token}/editMessageText`, body: { message_id: 42, text: 'later' } })
  })

  test('gets a new message where the earlier one is gone', async () => {
    await using it = await given((path) => (path.endsWith('editMessageText') ? { status: 400, body: { ok: false } } : telegramOk()))
    const memory = await it.chat.send('telegram:ops', message)
    expect(await it.chat.send('telegram:ops', later, memory)).toMatch(/ 42$/)
    expect(it.received.map(({ path }) => path.split('/').at(-1))).toEqual(['sendMessage', 'editMessageText', 'sendMessage'])
  })

  test('asking for a pause in its answer is given one', async () => {
    await using it = await given(() => ({ status: 429, body: { ok: false, parameters: { retry_after: 17 } } }))
    expect(await failure(it.chat.send('telegram:ops', message))).toMatchObject({ retryAfterSeconds: 17 })
  })

  test('answering 200 with something else is no success', async () => {
    await using it = await given(() => ({ status: 200, body: '<html>log in to the wifi</html>' }))
    expect((await failure(it.chat.send('telegram:ops', message))).status).toBe(200)
  })
})

describe('secrets', () => {
  test.each(['slack:deploys', 'telegram:ops'])('of %s are in no failure', async (channel) => {
    for (const reply of [{ status: 500, body: 'canary' }, 'silence'] as const) {
      await using it = await given(() => reply, 0.2)
      expect(inspect(await failure(it.chat.send(channel, message)), { depth: 9, showHidden: true })).not.toContain('canary')
    }
  })

  test.each([
    ['slack:deploys', 'SLACK', 'canary no address'],
    ['slack:deploys', 'SLACK', 'file:///etc/canary'],
    ['telegram:ops', 'TOKEN', 'canary/../evil'],
  ])('of %s that are malformed are refused and not repeated', async (channel, name, value) => {
    await using it = await given(ok)
    it.values[name] = value
    expect(inspect(await failure(it.chat.send(channel, message)), { depth: 9 })).not.toContain('canary')
    expect(it.received).toEqual([])
  })

  test('are read anew for each message', async () => {
    await using it = await given(ok)
    await it.chat.send('slack:deploys', message)
    it.values.SLACK = `${it.address}/services/rotated`
    await it.chat.send('slack:deploys', later)
    expect(it.received.map(({ path }) => path)).toEqual(['/services/canary-path', '/services/rotated'])
  })
})

test.each([
  ['was taken away', 'slack:gone', "chat.gone: there is no slack channel of this name. Add it to the operator's file."],
  [
    'became one of another kind',
    'telegram:deploys',
    "chat.deploys: there is no telegram channel of this name. Add it to the operator's file.",
  ],
])('a channel that %s is not written to, and tried again slowly', async (_why, channel, text) => {
  await using it = await given(ok)
  expect(await failure(it.chat.send(channel, message))).toMatchObject({ message: text, retryAfterSeconds: 3600 })
  expect(it.received).toEqual([])
})

test('a reloaded operator file counts at once', async () => {
  await using it = await given(ok)
  it.rules.late = { kind: 'slack', url: { env: 'SLACK' } }
  await it.chat.send('slack:late', message)
  expect(it.received).toHaveLength(1)
})
