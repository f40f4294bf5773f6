import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Secret } from '../../src/domain/secret.ts'
import { encloseBundle, encloseLogins, packBundle, receiptStatement } from '../../src/host/bundle.ts'
import { manifest } from '../../src/host/manifest.ts'
import { planFile } from '../../src/host/plan-file.ts'
import { archive } from '../../src/host/tar.ts'
import { fakeSigner } from '../support/fake-signer.ts'
import { plan, service } from './given.ts'

const { sign } = fakeSigner
const web = 'ghcr.io/acme/shop@sha256:1'
const db = 'docker.io/library/postgres@sha256:2'

function unpacked<T>(bytes: Uint8Array, look: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'landfall-bundle-'))
  try {
    execFileSync('tar', ['-xof', '-', '-C', folder], { input: bytes })
    return look(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('a bundle that takes the files of a kept release names it and them, and holds none', () => {
  const file = { path: 'deploy/web.env', source: 'deploy/web.env', fingerprint: 'f' }
  const bundle = packBundle({ plan: plan([service('web', web)], { generation: 7, kept: 3, files: [file] }), files: new Map(), sign })
  unpacked(bundle, (folder) => {
    expect(readFileSync(join(folder, 'manifest'), 'utf8')).toMatch(/\nfile \.env\nfile deploy\/web\.env\nkept 3\n$/)
    expect(() => statSync(join(folder, 'project'))).toThrow('ENOENT')
  })
})

test('what starts first is ordered beside, with what it waits for, and its hook in words that no shell reads', () => {
  const startFirst = { drain: 10, hook: { run: ['bin/drain', "it's $(all)"], within: 30 } }
  const after = [
    { service: 'migrate', is: 'completed' as const },
    { service: 'db', is: 'healthy' as const },
  ]
  const planned = plan([
    service('web', web, { startFirst, beside: { after }, replicas: 2 }),
    service('api', web, { startFirst: { drain: 0 }, change: 'untouched' }),
    service('db', db),
    service('off', web, { startFirst, replicas: 0, change: 'untouched' }),
  ])
  const [, lines = ''] = manifest(planned, []).split('service db\n')
  expect(lines.split(`image ${web}`)[0]).toBe(
    [
      'up web',
      'up db',
      'recreate db',
      'beside web 2',
      'after migrate completed',
      'after db healthy',
      'room web 2',
      'drain web 10',
      `hook web 30 ${Buffer.from('bin/drain').toString('base64')} ${Buffer.from("it's $(all)").toString('base64')}`,
      'room api 1',
      'drain api 0',
      '',
    ].join('\n'),
  )
})

test('a manifest orders exactly what the plan says, in lines a shell can read', () => {
  const verify = {
    port: 3000,
    health: '/health',
    version: { path: '/health', pointer: '/version' },
    smoke: ['/api?x=1'],
    within: 60,
    soak: 30,
  }
  const planned = plan(
    [
      service('web', web, { verify }),
      service('worker', web, { change: 'created' }),
      service('db', db, { change: 'untouched' }),
      service('debug', 'ghcr.io/acme/debug@sha256:3', { replicas: 0 }),
    ],
    { generation: 7, removed: ['cron'] },
  )
  expect(manifest(planned, ['.env', 'deploy/web.env'])).toBe(
    [
      'landfall-bundle 1',
      'project shop',
      'environment production',
      'generation 7',
      `revision ${'a'.repeat(40)}`,
      'repository acme/shop',
      'service web',
      'service worker',
      'service db',
      'up web',
      'up worker',
      'recreate web',
      'remove cron',
      `image ${web}`,
      `image ${db}`,
      'probe web 3000 /health',
      'probe web 3000 /api?x=1',
      'file .env',
      'file deploy/web.env',
      '',
    ].join('\n'),
  )
})

test.each([
  ['a service that would forge a line', () => manifest(plan([service('web\nup db', web)]), [])],
  [
    'a probe that would forge a word',
    () => manifest(plan([service('web', web, { verify: { port: 1, smoke: ['/a b'], within: 1, soak: 0 } })]), []),
  ],
  ['a file above the project folder', () => manifest(plan([]), ['../authorized_keys'])],
  ['a file elsewhere', () => manifest(plan([]), ['/etc/passwd'])],
  ['a file whose name forges a line', () => manifest(plan([]), ['a\nup db'])],
  ['a variable that ends its quotes', () => packBundle({ plan: plan([], { interpolation: { TAG: "x'\nA='b" } }), files: new Map(), sign })],
])('nothing is signed with %s', (_what, make) => expect(make).toThrow('cannot'))

test('a bundle holds the release byte for byte, its secrets readable by their owner alone', () => {
  const env = new Secret('PASSWORD="a$b\'c\\"d\\n"\n')
  const planned = plan([service('web', web)], { compose: 'services: { web: {} }\n', interpolation: { TAG: 'v1' } })
  const bundle = packBundle({ plan: planned, env, files: new Map([['deploy/web.env', Buffer.from([0, 255, 10])]]), sign })
  unpacked(bundle, (folder) => {
    const read = (path: string) => readFileSync(join(folder, path))
    expect(read('project/.env').toString()).toBe(env.reveal())
    expect(statSync(join(folder, 'project/.env')).mode & 0o777).toBe(0o600)
    expect([...read('project/deploy/web.env')]).toEqual([0, 255, 10])
    expect(read('compose.yml').toString()).toBe(planned.compose)
    expect(read('interpolation.env').toString()).toBe("TAG='v1'\n")
    expect(JSON.parse(read('plan.json').toString())).toEqual(planned)
    expect(read('plan.signature').toString()).toBe(sign(read('plan.json'), 'landfall-plan'))
    expect(JSON.parse(read('images.yml').toString())).toEqual({ services: { 'image-0': { image: web, pull_policy: 'missing' } } })
  })
})

test('the same release makes the same bytes, whatever order its files come in', () => {
  const a: [string, Uint8Array] = ['a.env', Buffer.from('1')]
  const b: [string, Uint8Array] = ['b.env', Buffer.from('2')]
  const bytes = (files: [string, Uint8Array][]) => packBundle({ plan: plan([]), files: new Map(files), sign })
  expect(bytes([a, b])).toEqual(bytes([b, a]))
})

test('a plan is the same text whatever order its fields came in', () => {
  const planned = plan([service('web', web)], { interpolation: { A: '1', B: '2' } })
  const turned = { ...Object.fromEntries(Object.entries(planned).reverse()), interpolation: { B: '2', A: '1' } }
  expect(planFile(Object.assign(plan([]), turned))).toBe(planFile(planned))
  expect(JSON.parse(planFile(planned))).toEqual(planned)
})

test('the system tar reads back every archive', () => {
  const part = fc
    .string({ unit: fc.constantFrom('a', 'b', '.', ' ', 'ä', '-'), minLength: 1, maxLength: 40 })
    .filter((name) => !/^\.+$/.test(name))
  const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => ['root', ...parts].join('/'))
  fc.assert(
    fc.property(path, fc.uint8Array({ maxLength: 2000 }), (name, bytes) => {
      expect(unpacked(archive([{ path: name, bytes }]), (folder) => [...readFileSync(join(folder, name))])).toEqual([...bytes])
    }),
    { numRuns: 15 },
  )
})

test('a path that the archive cannot hold is refused, not cut', () => {
  expect(() => archive([{ path: 'x'.repeat(101), bytes: new Uint8Array() }])).toThrow('too long')
})

test('logins travel as a Docker configuration on one line', () => {
  const login = { registry: 'docker.io', username: 'mona', password: new Secret('pass:word') }
  const [line = '', rest] = Buffer.from(encloseLogins([login]))
    .toString()
    .split('\n')
  expect(rest).toBe('')
  expect(JSON.parse(Buffer.from(line, 'base64').toString())).toEqual({
    auths: { 'https://index.docker.io/v1/': { auth: Buffer.from('mona:pass:word').toString('base64') } },
  })
})

test('an envelope is the signature, the logins and the bundle', () => {
  const bundle = Buffer.from([1, 10, 2])
  expect(Buffer.from(encloseBundle(bundle, 'signed', []))).toEqual(Buffer.concat([Buffer.from(`${btoa('signed')}\n-\n`), bundle]))
})

test('a receipt is bound to its release', () => {
  const statement = receiptStatement({ project: 'shop', environment: 'production', generation: 7 }, { proved: true })
  expect(Buffer.from(statement).toString()).toBe('landfall-receipt 1 shop production 7\n{"proved":true}\n')
})
