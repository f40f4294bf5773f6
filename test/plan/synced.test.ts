import { describe, expect, test } from 'vitest'
import type { FilesRule } from '../../src/domain/files.ts'
import { filesIn, filesSince } from '../../src/plan/files-since.ts'
import { readModel } from '../../src/plan/model.ts'
import { mountedFiles } from '../../src/plan/mounted-files.ts'
import { syncedFiles } from '../../src/plan/synced.ts'

const nginx: FilesRule = { from: 'deploy/nginx', to: 'nginx', service: 'proxy', within: 30 }
const readOnly = './nginx:/etc/nginx/conf.d:ro'
const repository = {
  'deploy/nginx/default.conf': 'server {}',
  'deploy/nginx/tls/a b.conf': 'tls',
  'deploy/nginx-old/x.conf': 'x',
  'haproxy.cfg': 'global',
}

/** `./a:/b:ro` as Compose renders it. */
const volume = (written: string) => {
  const [source, target, mode] = written.split(':')
  return { type: 'bind', source, target, ...(mode === 'ro' && { read_only: true }) }
}

interface Given {
  rule?: Partial<FilesRule>
  files?: Record<string, string | undefined>
  volumes?: Record<string, string[]>
  more?: object
  envFiles?: string[]
}

function find({ rule = {}, files = repository, volumes = { proxy: [readOnly] }, more = {}, envFiles = [] }: Given = {}) {
  const services = Object.fromEntries(Object.entries(volumes).map(([name, mounts]) => [name, { ...more, volumes: mounts.map(volume) }]))
  const read = (path: string) => {
    const text = files[path]
    return text === undefined ? undefined : Buffer.from(text)
  }
  const model = readModel({ services })
  const rules = [{ ...nginx, ...rule }]
  const found = syncedFiles({
    rules,
    environment: 'production',
    file: 'landfall.yml',
    repository: { paths: () => Object.keys(files), read },
    model,
    envFiles,
  })
  return { ...found, model, paths: found.value.flatMap((entry) => entry.files.map(({ path, source }) => `${source} -> ${path}`)) }
}
const problems = (given: Given) =>
  find(given).problems.map(({ path, what }) => `${path?.replace('environments.production.files', '')}: ${what}`)

test.each<[why: string, given: Given, paths: string[]]>([
  [
    'a folder with all that is below it, and not its namesakes',
    {},
    ['deploy/nginx/default.conf -> nginx/default.conf', 'deploy/nginx/tls/a b.conf -> nginx/tls/a b.conf'],
  ],
  [
    'a file under another name',
    { rule: { from: 'haproxy.cfg', to: 'proxy.cfg' }, volumes: { proxy: ['./proxy.cfg:/etc/haproxy.cfg:ro'] } },
    ['haproxy.cfg -> proxy.cfg'],
  ],
  [
    'a file in a folder',
    { rule: { from: 'haproxy.cfg', to: 'conf', into: true }, volumes: { proxy: ['./conf/:/etc/haproxy:ro'] } },
    ['haproxy.cfg -> conf/haproxy.cfg'],
  ],
])('finds %s', (_why, given, paths) => {
  expect(find(given).problems).toEqual([])
  expect(find(given).paths).toEqual(paths)
})

test.each<[why: string, given: Given, expected: string[]]>([
  ['nothing in the repository', { rule: { from: 'deploy/none' } }, ['[0].from: the repository has no such folder or file at this commit']],
  ['a file too large to be read', { files: { 'deploy/nginx/x': undefined } }, ['[0].from: deploy/nginx/x is larger than 256 KiB']],
  [
    'a name that no list of files holds',
    { files: { 'deploy/nginx/a\nb': '' } },
    ['[0].from: deploy/nginx/a\nb has a name that cannot be put on a host'],
  ],
  [
    'a thousand files and one',
    { files: Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`deploy/nginx/${index}`, ''])) },
    [': these are 1001 files, and 1000 is the most'],
  ],
  ['no such service', { volumes: { web: [] } }, ['[0].service: the Compose file has no service "proxy"']],
  [
    'a service by the name of something else',
    { rule: { service: 'constructor' } },
    ['[0].service: the Compose file has no service "constructor"'],
  ],
  ['a service that does not mount it', { volumes: { proxy: ['./other:/etc/nginx:ro'] } }, ['[0].service: "proxy" does not mount ./nginx']],
  [
    'a mount of the folder above',
    { rule: { to: 'conf/nginx' }, volumes: { proxy: ['./conf:/etc:ro'] } },
    ['[0].service: "proxy" does not mount ./conf/nginx'],
  ],
  ['a service that can write there', { volumes: { proxy: ['./nginx:/etc/nginx/conf.d'] } }, ['[0].to: "proxy" can write to ./nginx']],
  ['another one that can write there', { volumes: { proxy: [readOnly], web: ['.:/app'] } }, ['[0].to: "web" can write to all of ./']],
  [
    'a folder of data',
    { rule: { to: 'data' }, volumes: { proxy: ['./data:/d:ro'], db: ['./data/pg:/pg'] } },
    ['[0].to: "db" can write to ./data/pg'],
  ],
  [
    'a file that is not among them',
    { volumes: { proxy: ['./nginx/none.conf:/etc/nginx.conf:ro'] } },
    ['[0].from: "proxy" mounts ./nginx/none.conf, and there is no such file in it'],
  ],
  ['a file of the environment', { envFiles: ['nginx/web.env'] }, ['[0].to: nginx/web.env of the environment lies there']],
  [
    'a check in the network of another',
    { rule: { check: ['nginx', '-t'] }, more: { network_mode: 'service:web' } },
    ['[0].check: "proxy" lives in the network of another container, so nothing is checked beside it'],
  ],
])('refuses %s', (_why, given, expected) => expect(problems(given)).toEqual(expected))

describe('what only a new container sees', () => {
  const hashOf = (given: Given) => {
    const { model, value } = find(given)
    return mountedFiles('proxy', model, value)
  }
  test.each<[why: string, given: Given, counts: boolean]>([
    ['a folder that is read again', { rule: { reload: ['nginx', '-s', 'reload'] } }, false],
    ['a folder that the service looks at by itself', { rule: { reload: [] } }, false],
    ['a folder that nothing has it read again', {}, true],
    [
      'a file that is mounted by itself',
      { rule: { reload: ['x'] }, volumes: { proxy: ['./nginx/default.conf:/etc/nginx/nginx.conf:ro'] } },
      true,
    ],
  ])('%s', (_why, given, counts) => expect(hashOf(given) !== undefined).toBe(counts))

  test('is known by what is in it, and by nothing else', () => {
    const changed = (path: string) =>
      hashOf({ volumes: { proxy: ['./nginx/default.conf:/x:ro'] }, rule: { reload: ['x'] }, files: { ...repository, [path]: 'other' } })
    expect(changed('deploy/nginx/tls/a b.conf')).toBe(changed('haproxy.cfg'))
    expect(changed('deploy/nginx/default.conf')).not.toBe(changed('haproxy.cfg'))
  })
})

describe('what changes', () => {
  const changes = (files: Record<string, string>, ...there: Record<string, string>[]) => {
    const { synced = [], gone = [] } = filesSince(
      find({ files }).value,
      filesIn(there.map((before) => ({ synced: find({ files: before }).value }))),
    )
    return [
      ...synced.flatMap((entry) => entry.files.map(({ path, change }) => `${path} ${change ?? 'same'}`)),
      ...gone.map((path) => `${path} gone`),
    ]
  }
  const one = { 'deploy/nginx/a': '1', 'deploy/nginx/b': '1' }
  test.each<[why: string, files: Record<string, string>, there: Record<string, string>[], expected: string[]]>([
    ['everything, where nothing is known', one, [], ['nginx/a added', 'nginx/b added']],
    ['nothing', one, [one], ['nginx/a same', 'nginx/b same']],
    [
      'each in its way',
      { ...one, 'deploy/nginx/c': '1', 'deploy/nginx/b': '2' },
      [{ ...one, 'deploy/nginx/d': '1' }],
      ['nginx/a same', 'nginx/b changed', 'nginx/c added', 'nginx/d gone'],
    ],
    ['what is not the same on all hosts', one, [one, { ...one, 'deploy/nginx/b': '2' }], ['nginx/a same', 'nginx/b changed']],
    ['what only some hosts have', one, [one, { 'deploy/nginx/a': '1' }], ['nginx/a same', 'nginx/b changed']],
  ])('%s', (_why, files, there, expected) => expect(changes(files, ...there)).toEqual(expected))
})
