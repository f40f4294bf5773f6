import { expect, test } from 'vitest'
import { addressIn, profile } from '../../src/adapters/profile.ts'

const postgres = 'postgres://landfall:hunter2@db.example.com:5432/landfall'
const redis = 'rediss://:hunter2@queue.example.com'

test('nothing configured is one machine: SQLite in the folder, waking in the process', () => {
  const expected = { store: { kind: 'sqlite', folder: 'data' }, queue: { kind: 'in-process' } }
  expect(profile({ folder: 'data' })).toEqual({ kind: 'ok', value: expected })
  expect(profile({ folder: 'data', databaseUrl: '', queueUrl: '' })).toEqual({ kind: 'ok', value: expected })
})

test('both configured is several machines', () => {
  const expected = { store: { kind: 'postgres', url: postgres }, queue: { kind: 'redis', url: redis } }
  expect(profile({ folder: 'data', databaseUrl: postgres, queueUrl: redis })).toEqual({ kind: 'ok', value: expected })
})

test.each<[why: string, settings: { databaseUrl?: string; queueUrl?: string }, messages: RegExp[]]>([
  [
    'PostgreSQL without Redis',
    { databaseUrl: postgres },
    [/^DATABASE_URL is set and QUEUE_URL is not: .* Set QUEUE_URL too, or unset DATABASE_URL\.$/],
  ],
  [
    'Redis without PostgreSQL',
    { queueUrl: redis },
    [/^QUEUE_URL is set and DATABASE_URL is not: .* Set DATABASE_URL too, or unset QUEUE_URL\.$/],
  ],
  [
    'two values mixed up',
    { databaseUrl: redis, queueUrl: postgres },
    [/^DATABASE_URL: not a URL beginning with postgres:/, /^QUEUE_URL: not a URL/],
  ],
  ['everything wrong at once', { databaseUrl: 'hunter2@db' }, [/^DATABASE_URL: not a URL/, /^DATABASE_URL is set and QUEUE_URL is not/]],
])('%s is refused, without showing any password', (_why, settings, messages) => {
  const refused = profile({ folder: 'data', ...settings })
  if (refused.kind !== 'invalid') throw new Error('accepted')
  expect(refused.messages).toHaveLength(messages.length)
  for (const [index, message] of messages.entries()) expect(refused.messages[index]).toMatch(message)
  expect(refused.messages.join()).not.toContain('hunter2')
})

test.each([
  [postgres, 'db.example.com:5432/landfall'],
  [redis, 'queue.example.com:6379'],
  ['postgres:///landfall?host=/run/postgresql&password=hunter2', '/run/postgresql/landfall'],
  ['redis://[::1]:7000/2', '[::1]:7000/2'],
])('%s is called %s in messages', (url, address) => {
  expect(addressIn(url)).toBe(address)
})
