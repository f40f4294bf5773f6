import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pathSegments, pathText } from '../../src/config/finding.ts'
import { pinpoint } from '../../src/config/pinpoint.ts'

const text = 'version: 1\nenvironments:\n  production:\n    branch: main\n    hosts: [web-1, web-2]\n'
const file = { path: '.github/landfall/api.yml', text }
const at = (path: string | undefined) => pinpoint([{ file: 'f', ...(path !== undefined && { path }), what: 'w', remedy: 'r' }], file)[0]

test.each([
  ['environments.production.hosts[1]', 5, 20],
  ['environments.production', 3, 3],
  ['environments.production.url', 3, 3],
  ['project', 1, 1],
  [undefined, 1, 1],
])('a refusal of %s gets its place, or that of what holds it', (path, line, column) =>
  expect(at(path)).toMatchObject({ file: file.path, line, column }),
)

test('in a text that cannot be read problems have no line', () => {
  const problem = { path: 'project', what: 'w', remedy: 'r' }
  expect(pinpoint([{ file: 'f', ...problem }], { path: 'g', text: '{' })).toEqual([{ file: 'g', ...problem }])
})

test('every path can be written and read back', () => {
  const segment = fc.oneof(fc.nat(1000), fc.string({ minLength: 1 }), fc.constantFrom('acme/*', 'ghcr.io', 'a"]', '1'))
  fc.assert(
    fc.property(fc.array(segment), (path) => {
      expect(pathSegments(pathText(path))).toEqual(path)
    }),
  )
})
