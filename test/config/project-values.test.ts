import { describe, expect, test } from 'vitest'
import { good, parseProject, projectWith, told } from './given.ts'

const environment = (text: string) => parseProject(projectWith({ environment: text }))
const image = (text: string) => parseProject(projectWith({ top: `images: { web: ${text} }` }))
const branch = (name: string) => parseProject(`version: 1\nenvironments: { a: { branch: ${JSON.stringify(name)}, hosts: [h] } }`)

const refusal = (parsed: ReturnType<typeof parseProject>) => told(parsed).map((text) => text.replace(/^\S+ \S+ /, ''))

describe('durations', () => {
  test.each([
    ['90s', 90],
    ['5m', 300],
    ['24h', 86_400],
  ])('%s', (text, seconds) => expect(good(environment(`image-within: ${text}`)).environments.production?.imageWithin).toBe(seconds))

  test.each(['60', '"60"', '1.5h', '-5m', '5 m', '1d', '""', '9999999s', 'true'])('%s is none', (text) =>
    expect(refusal(environment(`image-within: ${text}`))).toEqual(['this is not a duration']),
  )
  test.each(['0s', '25h'])('%s is out of bounds', (text) =>
    expect(refusal(environment(`image-within: ${text}`))).toEqual(['this must be between 1s and 24h']),
  )
})

describe('how long an environment bakes', () => {
  const bake = (own: string, defaults = '') =>
    good(parseProject(projectWith({ environment: own, top: defaults }))).environments.production?.bake
  test.each([
    ['', '', undefined],
    ['bake: 15m', '', 900],
    ['', 'defaults: { bake: 1h }', 3600],
    ['bake: 0s', 'defaults: { bake: 1h }', undefined],
  ])('%j over %j', (own, defaults, seconds) => expect(bake(own, defaults)).toBe(seconds))
  test('is bounded', () => expect(refusal(environment('bake: 13h'))).toEqual(['this must be between 0s and 12h']))
})

describe('how old secrets may become', () => {
  const age = (own: string, defaults = '') =>
    good(parseProject(projectWith({ environment: own, top: defaults }))).environments.production?.secretsAge
  test.each([
    ['', '', 90 * 86_400],
    ['secrets-age: 1d', '', 86_400],
    ['', 'defaults: { secrets-age: 999d }', 999 * 86_400],
    ['secrets-age: none', 'defaults: { secrets-age: 30d }', undefined],
    ['secrets-age: 30d', 'defaults: { secrets-age: none }', 30 * 86_400],
  ])('%j over %j', (own, defaults, seconds) => expect(age(own, defaults)).toBe(seconds))
  test.each(['90', '0d', '1000d', '12h', '"90 d"', 'never', 'false'])('%s is nothing they may', (text) =>
    expect(refusal(environment(`secrets-age: ${text}`))).toEqual(['this is neither a number of days nor `none`']),
  )
})

describe('image repositories come out in their full form', () => {
  test.each([
    ['ghcr.io/acme/shop', 'ghcr.io/acme/shop'],
    ['acme/shop', 'docker.io/acme/shop'],
    ['shop', 'docker.io/library/shop'],
    ['docker.io/shop', 'docker.io/library/shop'],
    ['index.docker.io/acme/shop', 'docker.io/acme/shop'],
    ['localhost:5000/shop', 'localhost:5000/shop'],
    ['127.0.0.1:5000/a/b/c', '127.0.0.1:5000/a/b/c'],
  ])('%s', (written, full) => expect(good(image(`{ repository: "${written}" }`)).images.web).toEqual({ repository: full, tag: '{sha}' }))

  test.each([
    ['ghcr.io/acme/shop:v1', 'this has a tag'],
    ['shop:latest', 'this has a tag'],
    [`shop@sha256:${'a'.repeat(64)}`, 'this names a digest'],
    ['https://ghcr.io/acme/shop', 'this is a web address'],
    ['ghcr.io/Acme/shop', 'this is not the name of an image'],
    ['ghcr.io/acme/../shop', 'this is not the name of an image'],
    ['ghcr.io/acme/$(id)', 'this is not the name of an image'],
    ['-v/shop', 'this is not the name of an image'],
    ['', 'this is not the name of an image'],
  ])('%s is refused', (written, what) => expect(refusal(image(`{ repository: "${written}" }`))).toEqual([what]))
})

describe('tags name the commit', () => {
  test.each(['{sha}', 'v-{sha}', '{short-sha}', 'main.{short-sha}_2'])('%s', (tag) =>
    expect(good(image(`{ repository: a/b, tag: "${tag}" }`)).images.web?.tag).toBe(tag),
  )
  test.each([
    ['latest', '`latest` is never deployed'],
    ['v1', 'this tag does not name the commit'],
    ['{branch}-{sha}', 'there is an unknown placeholder in this tag'],
    ['{sha', 'there is an unknown placeholder in this tag'],
    ['-{sha}', 'this does not make a legal tag'],
    ['{sha}/x', 'this does not make a legal tag'],
    [`{sha}${'x'.repeat(100)}`, 'this does not make a legal tag'],
  ])('%s is refused', (tag, what) => expect(refusal(image(`{ repository: a/b, tag: "${tag}" }`))).toEqual([what]))
})

test('two images in one repository are told apart by their tags', () => {
  const images = 'images: { web: { repository: a/b, tag: "web-{sha}" }, api: { repository: a/b, tag: "api-{sha}" } }'
  expect(Object.keys(good(parseProject(projectWith({ top: images }))).images)).toEqual(['web', 'api'])
})

describe('branches are what Git allows', () => {
  test.each(['main', 'release/2.x', 'feature/ünïcode', 'a@b', 'v1.0-rc'])('%s', (name) =>
    expect(good(branch(name)).environments.a?.source).toEqual({ kind: 'branch', branch: name }),
  )
  test.each(['', '@', 'a..b', 'a b', '-x', '/a', 'a/', 'a//b', '.a', 'a/.b', 'a.lock', 'a.', 'a@{1}', 'a~1', 'a^', 'a:b', 'a\\b', 'a\tb'])(
    '%j is refused',
    (name) => expect(refusal(branch(name))).toEqual(['this is not a name Git allows for a branch']),
  )
  test('a full ref and a pattern are refused in words of their own', () => {
    expect(refusal(branch('refs/heads/main'))).toEqual(['this is a full ref'])
    expect(refusal(branch('release/*'))).toEqual(['an environment follows one branch, not a pattern'])
  })
})

describe('files of the repository stay inside it', () => {
  test.each([
    ['deploy/production.env', 'deploy/production.env'],
    ['./.env', '.env'],
    ['a..b/c', 'a..b/c'],
  ])('%s', (written, path) => expect(good(environment(`env: ${written}`)).environments.production?.env).toBe(path))

  test.each([
    '/etc/passwd',
    '../x',
    'a/../../x',
    'a/..',
    'a//b',
    'a/',
    '.',
    './',
    '',
    'a/./b',
    'a\\0b',
    'a\\nb',
    'a\\\\b',
    '-',
    '-x/y',
    './-x',
  ])('%j is refused', (path) => {
    expect(refusal(environment(`env: "${path}"`))).toEqual(['this is not a path inside the repository'])
    expect(refusal(parseProject(projectWith({ top: `compose: ["${path}"]` })))).toEqual(['this is not a path inside the repository'])
  })
})

describe('probes are paths on the service, never addresses elsewhere', () => {
  const web = (text: string) => environment(`verify: { web: { port: 80, ${text} } }`)
  test.each(['http://169.254.169.254/', 'health', '', '/a b', '/a\\nb', '/a#b', '/\\u00e4'])('%j is refused', (path) => {
    expect(refusal(web(`health: "${path}"`))).toEqual(['this is not a path on the service'])
    expect(refusal(web(`smoke: ["${path}"]`))).toEqual(['this is not a path on the service'])
  })
  test.each(['/v#version', '/v#/a~2', 'v#/a', '/v#/a b', '/v#'])('%j does not say where the version is', (probe) =>
    expect(refusal(web(`version: "${probe}"`))).toEqual(['this does not say where the version is']),
  )
  test('a JSON pointer may be deep and escaped', () => {
    expect(good(web('version: "/v?x=1#/a/0/b~1c"')).environments.production?.verify.web?.version).toEqual({
      path: '/v?x=1',
      pointer: '/a/0/b~1c',
    })
  })
  test.each(['health', '/v#x', 'http://169.254.169.254/'])('%j does not say where the dependencies are', (probe) =>
    expect(refusal(web(`dependencies: "${probe}"`))).toEqual(['this does not say where the dependencies are']),
  )
  test('dependencies may be where they usually are, or at a pointer', () => {
    const read = (probe: string) => good(web(`dependencies: "${probe}"`)).environments.production?.verify.web?.dependencies
    expect([read('/health'), read('/health#/parts')]).toEqual([{ path: '/health' }, { path: '/health', pointer: '/parts' }])
    expect(refusal(environment('verify: { web: { dependencies: / } }'))).toEqual(['the port of "web" is not known'])
  })
  test('a path needs a port, from the environment or the defaults', () => {
    expect(refusal(environment('verify: { web: { smoke: [/] } }'))).toEqual(['the port of "web" is not known'])
    const defaults = 'defaults: { verify: { web: { port: 80 } } }'
    expect(told(parseProject(projectWith({ environment: 'verify: { web: { health: / } }', top: defaults })))).toEqual([])
    expect(
      told(
        parseProject(projectWith({ environment: 'verify: { web: { port: 80 } }', top: 'defaults: { verify: { web: { health: / } } }' })),
      ),
    ).toEqual([])
  })
})

describe('commands are words, and nobody reads them again', () => {
  const command = (text: string) => environment(`verify: { worker: { command: ${text} } }`)
  test.each(['[bin/healthy]', '[sh, -c, "a | b; $(c) # d"]', '["ä ö", "  "]'])('%s needs no port', (text) =>
    expect(good(command(text)).environments.production?.verify.worker?.command?.length).toBeGreaterThan(0),
  )
  test.each([
    ['bin/healthy', 'this is not a list of words'],
    ['[]', 'this command has no words'],
    ['[""]', 'this is not a word of a command'],
    ['["a\\nb"]', 'this is not a word of a command'],
    [`[${'x'.repeat(501)}]`, 'this is not a word of a command'],
    [`[${'x, '.repeat(21)}]`, 'this command has more than 20 words'],
  ])('%s is refused', (text, what) => expect(refusal(command(text))).toEqual([what]))
})

describe('web addresses', () => {
  test.each(['javascript:alert(1)', 'shop.example.com', 'https://', 'https://user:password@shop.example.com', 'https://a b', '//x'])(
    '%s is refused',
    (url) => expect(refusal(environment(`url: "${url}"`))).toEqual(['this is not a web address']),
  )
})

describe('what is asked of the public address', () => {
  const asked = (text: string, url = 'url: "https://shop.example.com", ') => environment(`${url}verify-url: ${text}`)
  test('has defaults', () =>
    expect(good(asked('{ version: "/v#/a" }')).environments.production?.verifyUrl).toEqual({
      version: { path: '/v', pointer: '/a' },
      smoke: [],
      within: 60,
    }))
  test.each([
    ['{}', 'nothing is asked'],
    ['{ smoke: [], within: 5s }', 'nothing is asked'],
    ['{ health: "https://evil.example.com/" }', 'this is not a path on the service'],
    ['{ health: "//evil.example.com/" }', undefined],
    ['{ health: /, soak: 5s }', 'unknown key "soak"'],
  ])('%s', (text, what) => expect(refusal(asked(text))).toEqual(what === undefined ? [] : [what]))
  test('needs an address', () => expect(refusal(asked('{ health: / }', ''))).toEqual(['there is no `url` to ask']))
})

test.each([
  ['a port', 'verify: { web: { port: 0 } }', 'this is not a port'],
  ['a port', 'verify: { web: { port: 65536 } }', 'this is not a port'],
  ['text for a port', 'verify: { web: { port: "80" } }', 'expected a number, found text'],
  ['half a release', 'keep: 2.5', 'expected a whole number, found a number'],
  ['a name for a list', 'verify: { web: { smoke: / } }', 'expected a list, found text'],
  ['a list for a mapping', 'verify: [web]', 'expected names with their values, found a list'],
  ['nothing', 'verify: { web: }', 'expected keys with their values, found nothing'],
  ['a number for a name', 'env: 1.0', 'expected text, found a number'],
])('wrong %s: %s', (_what, text, what) => expect(refusal(environment(text))).toEqual([what]))

test.each(['Web-1', '@', 'web 1', '$(id)', '-web', 'web/1', ''])('host %j is no name', (host) => {
  const text = `version: 1\nenvironments: { a: { branch: main, hosts: ["${host}"] } }`
  expect(refusal(parseProject(text))).toEqual(['this is neither the name of a host nor `@` and the name of a group'])
})

test.each(['Production', 'a.b', '-a', '../a', 'a'.repeat(64)])('environment %j is no name, and is not repeated', (name) => {
  const text = `version: 1\nenvironments: { "${name}": { branch: main, hosts: [h] } }`
  expect(told(parseProject(text))).toEqual(['2:17 environments: this is not an environment name'])
})
