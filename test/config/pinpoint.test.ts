import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pathSegments, pathText } from '../../src/config/finding.ts'
import { pinpoint } from '../../src/config/pinpoint.ts'

const text = 'version: 1\nenvironments:\n  production:\n    branch: main\n    hosts: [web-1, web-2]\n'
const at = (path: string | undefined) => pinpoint([{ file: 'f', ...(path !== undefined && { path }), what: 'w', remedy: 'r' }], text)[0]

test.each([
  ['environments.production.hosts[1]', 5, 20],
  ['environments.production', 3, 3],
  ['environments.production.url', 3, 3],
  ['project', 1, 1],
  [undefined, 1, 1],
])('a refusal of %s gets its place, or that of what holds it', (path, line, column) => expect(at(path)).toMatchObject({ line, column }))

test('a text that cannot be read leaves problems as they are', () => {
  const problems = [{ file: 'f', path: 'project', what: 'w', remedy: 'r' }]
  expect(pinpoint(problems, '{')).toEqual(problems)
})

test('every path can be written and read back', () => {
  const segment = fc.oneof(fc.nat(1000), fc.string({ minLength: 1 }), fc.constantFrom('acme/*', 'ghcr.io', 'a"]', '1'))
  fc.assert(
    fc.property(fc.array(segment), (path) => {
      expect(pathSegments(pathText(path))).toEqual(path)
    }),
  )
})
