import { expect, test } from 'vitest'
import { parse } from 'yaml'
import type { SyncedFiles } from '../../src/domain/files.ts'
import type { Plan } from '../../src/domain/plan.ts'
import { packBundle } from '../../src/host/bundle.ts'
import { checkFile } from '../../src/host/files-check.ts'
import { manifest } from '../../src/host/manifest.ts'
import { fakeSigner } from '../support/fake-signer.ts'
import { plan, service } from './given.ts'

const image = 'docker.io/library/nginx@sha256:1'
const base64 = (word: string) => Buffer.from(word).toString('base64')
const nginx: SyncedFiles = {
  from: 'deploy/nginx',
  to: 'nginx',
  service: 'proxy',
  files: [{ path: 'nginx/a b.conf', source: 'deploy/nginx/a b.conf', sha256: 'f'.repeat(64), change: 'changed' }],
  mounts: [{ path: 'nginx', target: '/etc/nginx/$conf.d' }],
  check: ['nginx', '-t', '$x'],
  reload: ['nginx', '-s', 'reload'],
  within: 20,
}
const proxy = service('proxy', image, { change: 'untouched', because: [], aliases: ['edge'] })
const given = (more: Partial<Plan> = {}) => plan([proxy], { generation: 7, synced: [nginx], ...more })
const checks = (planned: Plan) => manifest(planned, []).includes('\ncheck 1\n')

test('the manifest says what lies where, what is run in which words, and what every file holds', () => {
  const [, lines] = manifest(given(), ['nginx/a b.conf']).split('file nginx/a b.conf\n')
  expect(lines?.split('\n')).toEqual([
    'synced 1 proxy 20 nginx',
    `mounted 1 ${base64('nginx')} ${base64('/etc/nginx/$conf.d')}`,
    `reload 1 ${['nginx', '-s', 'reload'].map(base64).join(' ')}`,
    'check 1',
    `hash ${'f'.repeat(64)} nginx/a b.conf`,
    'called proxy edge',
    '',
  ])
})

test.each<[why: string, planned: Plan, asked: boolean]>([
  ['files that change', given(), true],
  ['files that go', given({ synced: [{ ...nginx, files: [] }], gone: ['nginx/old.conf'] }), true],
  [
    'a service with new containers',
    { ...given({ synced: [{ ...nginx, files: [] }] }), services: [{ ...proxy, change: 'recreated' }] },
    true,
  ],
  ['nothing new', given({ synced: [{ ...nginx, files: [] }], gone: ['caddy/old'] }), false],
  ['a release that is gone back to', given({ kind: 'rollback' }), false],
])('a check is asked for %s: %s', (_why, planned, asked) => expect(checks(planned)).toBe(asked))

test('a check sees the new files where the service mounts them', () => {
  const other = { ...nginx, to: 'tls', mounts: [{ path: 'tls/key', target: '/key' }] }
  const text = checkFile(given({ synced: [nginx, other] }), nginx)
  expect(text).toContain('    ports: !reset null\n')
  expect(parse(text.replaceAll(/!(reset|override)/g, '')).services.proxy).toMatchObject({
    entrypoint: ['nginx', '-t', '$$x'],
    command: [],
    volumes: [
      { type: 'bind', source: '../releases/7/check/nginx', target: '/etc/nginx/$$conf.d', read_only: true },
      { type: 'bind', source: '../releases/7/check/tls/key', target: '/key', read_only: true },
    ],
  })
})

test('a host on which the service does not run gets neither its files nor its check', () => {
  const hosts = [
    { name: 'web-1', platform: 'linux/amd64', profiles: ['web'] },
    { name: 'jobs-1', platform: 'linux/amd64' },
  ]
  const whole = { ...given({ hosts }), services: [{ ...proxy, hosts: ['web-1'] }] }
  const files = new Map([['nginx/a b.conf', Buffer.from('secret place')]])
  const bundle = (host: string) => Buffer.from(packBundle({ plan: whole, host, files, sign: fakeSigner.sign })).toString()
  const manifestOf = (host: string) => bundle(host).split('compose.yml\0')[0] ?? ''
  expect([
    manifestOf('web-1').includes('\nsynced 1'),
    bundle('web-1').includes('secret place'),
    bundle('web-1').includes('check-1.yml'),
  ]).toEqual([true, true, true])
  expect([
    manifestOf('jobs-1').includes('\nsynced 1'),
    bundle('jobs-1').includes('secret place'),
    bundle('jobs-1').includes('check-1.yml'),
  ]).toEqual([false, false, false])
})
