import fc from 'fast-check'
import { expect, test } from 'vitest'
import { validate } from '../../src/cli/validate.ts'
import { matches } from '../../src/domain/glob.ts'
import { good, parseProject } from '../config/given.ts'
import { files, read } from './repository.ts'
import { script } from './script.ts'

const file = '.github/landfall.yml'
const project = good(parseProject(read(file)))

test('the example is good', () => {
  expect(validate({ projects: [{ path: file, text: read(file) }], repository: 'acme/shop' })).toEqual({
    text: `${file}: good (project shop: staging, production)\n`,
    exitCode: 0,
  })
})

test('staging takes each merge, and production what was proved there, once somebody agreed', () => {
  const { staging, production } = project.environments
  expect(staging?.gates).toMatchObject({ checks: { kind: 'all' } })
  expect(staging?.gates.after).toBeUndefined()
  expect(production?.gates).toMatchObject({ checks: { kind: 'all' }, after: 'staging', approve: { count: 1, notAuthor: true } })
  expect(production?.source).toEqual(staging?.source)
})

test('its weekends are as quiet as the comment says', () => {
  const quiet = good(parseProject(read(file).replace('# windows:', 'windows:')))
  expect(quiet.environments.production?.gates.windows).toHaveLength(1)
  expect(project.environments.production?.gates.windows).toEqual([])
})

test('the files that it names are there', () => {
  const named = [...(project.compose ?? []), ...Object.values(project.environments).flatMap(({ env }) => env ?? [])]
  expect(named).toHaveLength(3)
  expect(named.filter((path) => !(path in files()))).toEqual([])
})

test('environments differ in the same names', () => {
  const names = (path: string) => [...read(path).matchAll(/^(\w+)=/gm)].map(([, name]) => name)
  expect(names('deploy/staging.env')).toEqual(names('deploy/production.env'))
  expect(names('deploy/staging.env')).not.toContain('TAG')
})

test('each pattern of it matches something', () => {
  const patterns = [...(project.images.web?.paths ?? []), ...project.paths.ignore]
  expect(patterns.length).toBeGreaterThan(5)
  expect(patterns.filter((pattern) => !Object.keys(files()).some((path) => matches(pattern, path)))).toEqual([])
})

test('a pattern means to the workflow what it means to Landfall', () => {
  const pieces = fc.constantFrom('a', 'b', '/', '.', '-', '(', '*', '**', '**/', 'a?', 'ü?')
  const pattern = fc.array(pieces, { maxLength: 8 }).map((chosen) => chosen.join(''))
  const path = fc.string({ unit: fc.constantFrom('a', 'b', 'ü', '/', '.', '-', '('), maxLength: 8 })
  fc.assert(
    fc.property(pattern, path, (written, asked) => {
      expect(script.expression(written).test(asked)).toBe(matches(written, asked))
    }),
    { numRuns: 2000 },
  )
})
