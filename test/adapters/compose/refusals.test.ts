import { describe, expect, test } from 'vitest'
import { unfit } from '../../../src/adapters/compose/binary.ts'
import { createCompose } from '../../../src/adapters/compose/compose.ts'
import { problemText } from '../../../src/domain/problem.ts'
import type { RenderRequest } from '../../../src/flow/ports.ts'
import { repository } from './given.ts'

/** There is no such binary: whatever is refused here was refused before one could run. */
const compose = createCompose({ path: '/there/is/no/compose', version: '2.26.1' })

async function refusals(files: Record<string, string>, more: Partial<RenderRequest> = {}): Promise<string[]> {
  const request = {
    snapshot: repository(files),
    files: ['compose.yml'],
    project: 'shop',
    variables: {},
    hosts: [{ name: 'web-1', profiles: [] }],
    ...more,
  }
  const result = await compose.render(request)
  return result.kind === 'invalid' ? result.problems.map(problemText) : []
}

describe('variables that nobody sets', () => {
  const file = `services:
  web:
    image: "acme/shop:\${TAG}"
    command: echo $FIRST \${SECOND} $$NOT \${THIRD:-x} \${FOURTH:?say which}
    environment:
      A: \${FIFTH:-\${SIXTH}} \${EMPTY} \${EMPTY:?must not be empty}
      \${KEY}: keys are never interpolated
    volumes: ["\${HOME:-x}:/x"]
    labels: { a: "\${" }
`
  test('every one is reported, with its place', async () => {
    expect(await refusals({ 'compose.yml': file }, { variables: { EMPTY: '' }, interpolation: { TAG: 'abc' } })).toEqual([
      expect.stringMatching(/^compose\.yml:4:19: services\.web\.command: variable FIRST is not set\. Set FIRST in/),
      expect.stringMatching(/^compose\.yml:4:26: services\.web\.command: variable SECOND is not set\./),
      expect.stringMatching(/^compose\.yml:4:54: services\.web\.command: variable FOURTH is not set: say which\./),
      expect.stringMatching(/^compose\.yml:6:10: services\.web\.environment\.A: variable SIXTH is not set\./),
      expect.stringMatching(/^compose\.yml:6:38: services\.web\.environment\.A: variable EMPTY is not set: must not be empty\./),
      expect.stringMatching(/^compose\.yml:8:16: services\.web\.volumes: HOME is a variable of the host itself/),
      expect.stringMatching(/^compose\.yml:9:19: services\.web\.labels\.a: "\$\{" is no variable\./),
    ])
  })

  test('also in the env files of services, by their own rules', async () => {
    const files = {
      'compose.yml': 'services: {web: {image: a, env_file: [web.env, {path: raw.env, format: raw}]}}',
      'web.env': `# $COMMENT\nA=1\nB=\${A}\nC='$LITERAL'\nD="\\$ESCAPED"\nE=pa$$word\nF=pa$sword\n`,
      'raw.env': 'X=$RAW\n',
    }
    expect(await refusals(files)).toEqual([expect.stringMatching(/^web\.env:7:5: variable sword is not set\./)])
  })
})

test('a place in the files is found by its keys, in the last file that has it, or as near as it comes', () => {
  const files = {
    'compose.yml': 'services:\n  web:\n    image: a\n    ports:\n      - "80:80"\n',
    'more.yml': 'services:\n  web:\n    container_name: shop\n',
  }
  const place = (...keys: string[]) => compose.placeOf(repository(files), ['compose.yml', 'more.yml'], ['services', 'web', ...keys])
  expect(place('ports', '0')).toEqual({ file: 'compose.yml', line: 5, column: 9 })
  expect(place('container_name')).toEqual({ file: 'more.yml', line: 3, column: 5 })
  expect(place('healthcheck')).toEqual({ file: 'more.yml', line: 2, column: 3 })
})

describe('what leads out of the repository', () => {
  const service = (parts: string) => ({ 'compose.yml': `services:\n  web:\n    image: a\n${parts}` })
  const include = (path: string) => ({ 'compose.yml': `include:\n  - ${path}\nservices: {web: {image: a}}\n` })
  test.each<[attack: string, files: Record<string, string>, message: RegExp]>([
    ['include over https', include('https://example.com/compose.yml'), /^compose\.yml:2:5: include\.0: .* is fetched from elsewhere/],
    ['include over git', include('git@github.com:acme/other.git'), /fetched from elsewhere/],
    ['include over git, short', include('github.com/acme/other'), /fetched from elsewhere/],
    ['include from a registry', include('oci://registry.example/compose:1'), /fetched from elsewhere/],
    ['include in long form', include('{path: [ok.yml, "https://example.com/x.yml"]}'), /fetched from elsewhere/],
    ['include by an absolute path', include('/etc/passwd'), /lies outside the repository/],
    ['include by dots', include('sub/../../secret.yml'), /lies outside the repository/],
    ['include by a variable', include('"${WHERE:-x}"'), /depends on a variable/],
    ['include with its own variables', include('{path: sub.yml, env_file: /etc/shadow}'), /one set of variables/],
    ['include in a form nobody knows', include('{path: {evil: /etc/passwd}}'), /has a form Compose does not know/],
    ['extends over https', service('    extends: {file: "https://example.com/x.yml", service: b}\n'), /fetched from elsewhere/],
    ['extends by an absolute path', service('    extends: {file: /etc/passwd, service: b}\n'), /lies outside the repository/],
    [
      'env_file by an absolute path',
      service('    env_file: /etc/shadow\n'),
      /^compose\.yml:4:5: services\.web\.env_file: .* lies outside the repository/,
    ],
    ['env_file by dots', service('    env_file: [../other/.env]\n'), /lies outside the repository/],
    ['env_file by a variable', service('    env_file: "${X:-/etc/shadow}"\n'), /lies outside the repository/],
    ['env_file that is not there', service('    env_file: web.env\n'), /"web\.env" is not in the repository\. Commit it/],
    [
      'env_file behind a merge key',
      { 'compose.yml': 'x-a: &a {env_file: /etc/shadow}\nservices: {web: {<<: *a, image: a}}' },
      /outside the repository/,
    ],
    ['label_file', service('    label_file: ./labels\n'), /label_file is not carried/],
  ])('%s', async (_attack, files, message) => {
    expect((await refusals(files)).join('\n')).toMatch(new RegExp(message, 'm'))
  })

  test('an included file is held to the same rules', async () => {
    const files = { ...include('sub/more.yml'), 'sub/more.yml': 'include: ["../../out.yml"]\nservices: {b: {image: "b:${NOPE}"}}' }
    expect(await refusals(files)).toEqual([
      expect.stringMatching(/^sub\/more\.yml:1:11: include\.0: .* lies outside the repository/),
      expect.stringMatching(/^sub\/more\.yml:2:26: services\.b\.image: variable NOPE is not set/),
    ])
  })
})

describe('files that are none', () => {
  test('missing', async () => {
    expect(await refusals({})).toEqual([expect.stringMatching(/^compose\.yml: there is no such file in the repository\./)])
  })

  test('not YAML: the place is told', async () => {
    expect(await refusals({ 'compose.yml': 'services:\n  web:\n    image: a\n   b: 1\n' })).toEqual([
      expect.stringMatching(/^compose\.yml:4:/),
    ])
  })

  test('not a mapping', async () => {
    expect(await refusals({ 'compose.yml': 'hello' })).toEqual([expect.stringContaining('is not a Compose file')])
  })

  test.each<[why: string, text: string]>([
    ['aliases of aliases', billionLaughs(30)],
    ['a hundred thousand brackets', `a: ${'['.repeat(100_000)}`],
    ['a hundred thousand quotes', '"'.repeat(100_000)],
    ['thousands of keys and aliases', Array.from({ length: 5000 }, (_, n) => `k${n}: &a${n} 1\nl${n}: *a${n}`).join('\n')],
    ['a megabyte', `a: "${'x'.repeat(1024 * 1024)}"`],
    ['thirty thousand variables nobody sets', `services: {a: {image: "${'${X}'.repeat(30_000)}"}}`],
    ['thirty thousand variables that are none', `services: {a: {image: "${'${-}'.repeat(30_000)}"}}`],
    ['ten thousand wrong lines', 'a: b: c\n'.repeat(10_000)],
    ['five thousand levels', `${'- '.repeat(5000)}x`],
    ['a file that includes itself', 'include: [compose.yml]\nservices: {a: {image: "x:${NOPE}"}}'],
  ])('%s is refused quickly', async (_why, text) => {
    const begun = performance.now()
    expect(await refusals({ 'compose.yml': text })).not.toEqual([])
    expect(performance.now() - begun).toBeLessThan(2000)
  })

  function billionLaughs(depth: number): string {
    const lines = Array.from({ length: depth }, (_, n) => `x-${n + 1}: &a${n + 1} [${Array(9).fill(`*a${n}`).join(', ')}]`)
    return ['x-0: &a0 lol', ...lines].join('\n')
  }
})

describe('image lines', () => {
  test('all of them, with their places, also before the variables are known', () => {
    const files = {
      'compose.yml':
        'x-b: &b\n  image: "b:${B}"\nservices:\n  web:\n    image: acme/shop:${TAG}\n    env_file: "${WHICH}.env"\n  b:\n    <<: *b\n',
      'prod.yml': 'services:\n  web: {image: "acme/shop:${OTHER}"}\n',
    }
    expect(compose.imageLines(repository(files), ['compose.yml', 'prod.yml'])).toEqual({
      kind: 'ok',
      value: [
        { service: 'web', line: 'acme/shop:${TAG}', file: 'compose.yml', at: { line: 5, column: 12 } },
        { service: 'b', line: 'b:${B}', file: 'compose.yml', at: { line: 7, column: 3 } },
        { service: 'web', line: 'acme/shop:${OTHER}', file: 'prod.yml', at: { line: 2, column: 16 } },
      ],
    })
  })
})

test.each([
  ['2.23.3', 'older than 2.24.0'],
  ['2.24.0', undefined],
  ['2.26.1', undefined],
  ['2.33.1', undefined],
  ['2.34.0', 'CVE-2025-62725'],
  ['2.40.1', 'CVE-2025-62725'],
  ['2.40.2', undefined],
  ['5.0.0', undefined],
])('Compose %s', (version, reason) => {
  if (reason) expect(unfit(version)).toContain(reason)
  else expect(unfit(version)).toBeUndefined()
})
