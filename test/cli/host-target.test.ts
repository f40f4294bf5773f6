import { expect, test } from 'vitest'
import { readTarget } from '../../src/cli/host-target.ts'
import { good, hostKey, parseOperator } from '../config/given.ts'

const operator = good(
  parseOperator(`
hosts:
  web-1: { address: 10.0.0.11, port: 2222, user: deploy, host-key: ${hostKey} }
bastions:
  gate: { address: gate.example.com, host-key: ${hostKey} }
defaults: { bastion: gate, user: runner }
`),
)
const { gate } = operator.bastions
const web = operator.hosts['web-1']

test.each<[word: string, words: Parameters<typeof readTarget>[1], expected: unknown]>([
  ['web-1', {}, { admin: 'root', known: true, host: web }],
  ['mona@web-1', { name: 'web-2' }, { admin: 'mona', known: true, host: { ...web, name: 'web-2' } }],
  ['mona@10.0.0.11', { bastion: 'none' }, { admin: 'mona', known: true, host: { ...web, bastion: undefined } }],
  [
    'root@10.0.0.12:2200',
    { name: 'web-2' },
    { admin: 'root', known: false, host: { name: 'web-2', address: '10.0.0.12', port: 2200, user: 'runner', bastion: gate } },
  ],
  [
    'root@[2001:db8::1]',
    { user: 'landfall', bastion: 'none' },
    { admin: 'root', known: false, host: { name: '2001:db8::1', address: '2001:db8::1', port: 22, user: 'landfall' } },
  ],
  ['root@new', { bastion: 'gat' }, '--bastion: operator.yml has no bastion "gat".'],
  ['', {}, expect.stringContaining('Say whom to log in as')],
  ['root@web-1 -oProxyCommand=x', {}, expect.stringContaining('Say whom to log in as')],
])('%j %j', (word, words, expected) => expect(readTarget(word, words, operator)).toEqual(expected))

test('with no file yet everything is as usual', () =>
  expect(readTarget('root@web-1.example.com', {}, undefined)).toEqual({
    admin: 'root',
    known: false,
    host: { name: 'web-1.example.com', address: 'web-1.example.com', port: 22, user: 'landfall' },
  }))
