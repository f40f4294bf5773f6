import { describe, expect, test } from 'vitest'
import { environmentNames, findEnvironment, mostProjects, parseProjectFiles, problemsOfAll } from '../../src/config/project-files.ts'
import { problemText } from '../../src/domain/problem.ts'

const main = '.github/landfall.yml'
const at = (name: string) => `.github/landfall/${name}.yml`

/** A file with these environments, each on a host of its own name. */
const file = (environments: string[], top = '') =>
  `version: 1\nenvironments:\n${environments.map((name) => `  ${name}: { branch: main, hosts: [${name}] }\n`).join('')}${top}`

const read = (files: Record<string, string>) =>
  parseProjectFiles(
    Object.entries(files).map(([path, text]) => ({ path, text })),
    'Shop.js',
  )
const projects = (files: Record<string, string>) => read(files).good.map(({ path, file: { project } }) => [path, project])
const problems = (files: Record<string, string>) => problemsOfAll(read(files)).map(problemText)

test('each file is a project; without a name of its own it has the name of the repository and its file', () => {
  expect(projects({ [main]: file(['production']), [at('api')]: file(['api']), [at('web.v2')]: file(['web'], 'project: front\n') })).toEqual(
    [
      [main, 'shopjs'],
      [at('api'), 'shopjs-api'],
      [at('web.v2'), 'front'],
    ],
  )
})

test('a folder of projects needs no main file', () => expect(projects({ [at('api')]: file(['api']) })).toEqual([[at('api'), 'shopjs-api']]))

test('a broken file keeps the others from nothing', () => {
  const found = read({ [main]: file(['production']), [at('api')]: 'version: 1\nenvironments: {}\n', [at('web')]: '{' })
  expect(found.good.map(({ path }) => path)).toEqual([main])
  expect(found.broken.map(({ path }) => path)).toEqual([at('api'), at('web')])
})

describe('names are unique over all files', () => {
  test('of environments: both files are told, each with the place of the other, and neither counts', () => {
    const files = { [main]: file(['staging', 'production']), [at('api')]: file(['api', 'production']), [at('web')]: file(['web']) }
    expect(projects(files)).toEqual([[at('web'), 'shopjs-web']])
    const remedy = 'Rename one of them: names of environments are unique over all files of a repository.'
    expect(problems(files)).toEqual([
      `${main}:4:3: environments.production: there is an environment "production" in ${at('api')}:4:3 as well. ${remedy}`,
      `${at('api')}:4:3: environments.production: there is an environment "production" in ${main}:4:3 as well. ${remedy}`,
    ])
  })

  test('of projects, also where one of them is not written', () => {
    expect(problems({ [main]: file(['production'], 'project: shop\n'), [at('api')]: file(['api'], 'project: shop\n') })).toEqual([
      `${main}:4:10: project: there is a project "shop" in ${at('api')}:4:10 as well. Give each file a \`project\` of its own.`,
      `${at('api')}:4:10: project: there is a project "shop" in ${main}:4:10 as well. Give each file a \`project\` of its own.`,
    ])
    expect(problems({ [main]: file(['production'], 'project: shopjs-api\n'), [at('api')]: file(['api']) })).toEqual([
      expect.stringContaining(`${main}:4:10: project: there is a project "shopjs-api" in ${at('api')}:1:1 as well`),
      expect.stringContaining(`${at('api')}:1:1: project: there is a project "shopjs-api" in ${main}:4:10 as well`),
    ])
  })

  test('of three all are told of all', () => {
    const told = problems({ [main]: file(['production']), [at('a')]: file(['production']), [at('b')]: file(['production']) })
    expect(told).toHaveLength(3)
    expect(told[0]).toContain(`in ${at('a')}:3:3 and ${at('b')}:3:3 as well`)
  })

  test('also with what is wrong elsewhere in a file, all at once and in its order', () => {
    const files = { [main]: `${file(['production'])}notify: [ops]\n`, [at('api')]: file(['production']) }
    expect(problems(files).map((text) => text.split(': ').slice(0, 2).join(': '))).toEqual([
      `${main}:3:3: environments.production`,
      `${main}:4:10: notify[0]`,
      `${at('api')}:3:3: environments.production`,
    ])
  })
})

describe('an environment', () => {
  const files = { [main]: file(['production']), [at('api')]: file(['api']), [at('web')]: 'version: 1\nenvironments: { web: {} }\n' }
  test('is found with its project', () => {
    expect(findEnvironment(read(files), 'api')).toMatchObject({ kind: 'found', project: { path: at('api') }, rule: { name: 'api' } })
  })
  test('of a broken file is not unknown', () => {
    expect(findEnvironment(read(files), 'web')).toMatchObject({ kind: 'invalid', problems: [{ file: at('web') }] })
    expect(findEnvironment(read(files), 'nothing')).toEqual({ kind: 'unknown', known: ['production', 'api', 'web'] })
    expect(findEnvironment(read({ ...files, [at('web')]: '{' }), 'nothing')).toMatchObject({
      kind: 'invalid',
      problems: [{ file: at('web') }],
    })
  })
  test.each(['constructor', '__proto__', ''])('called %j there is none', (name) => {
    expect(findEnvironment(read({ [main]: file(['production']) }), name).kind).toBe('unknown')
  })
  test('has a name that people are told', () => expect(environmentNames(read(files))).toEqual(['production', 'api', 'web']))
})

test('a file with the other ending is told of, not left out in silence', () => {
  expect(problems({ '.github/landfall/api.yaml': file(['api']) })).toEqual([
    '.github/landfall/api.yaml: files in .github/landfall end with `.yml`. Rename it to .github/landfall/api.yml.',
  ])
})

test('more files than anybody needs are refused', () => {
  const many = Object.fromEntries(Array.from({ length: mostProjects + 1 }, (_, index) => [at(`p${100 + index}`), file([`e${index}`])]))
  expect(read(many).good).toHaveLength(mostProjects)
  expect(problems(many)).toEqual([`${at('p150')}: there are more than 50 project files. Put several into one.`])
})
