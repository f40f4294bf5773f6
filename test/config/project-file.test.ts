import { describe, expect, test } from 'vitest'
import { nothingAsked } from '../../src/domain/gate.ts'
import { problemText } from '../../src/domain/problem.ts'
import { good, parseProject, problemsOf, projectWith, told } from './given.ts'

test('the least file gets every default', () => {
  expect(good(parseProject('version: 1\nenvironments:\n  production: { branch: main, hosts: [web-1] }\n'))).toEqual({
    project: 'shop',
    compose: [],
    images: {},
    environments: {
      production: {
        name: 'production',
        source: { kind: 'branch', branch: 'main' },
        hosts: ['web-1'],
        verify: {},
        imageWithin: 900,
        secretsAge: 7_776_000,
        keep: 5,
        rollout: { pause: 0 },
        gates: nothingAsked,
      },
    },
    paths: { ignore: [], only: [] },
    notify: [],
  })
})

test.each([
  ['Shop.js', 'shopjs'],
  ['_the-Shop_2', 'the-shop_2'],
  ['x'.repeat(80), 'x'.repeat(63)],
])('a project without a name is named after its repository, as Compose would: %s', (repository, project) => {
  expect(good(parseProject(projectWith({}), repository)).project).toBe(project)
})

test('a repository whose name gives no project name needs one in the file', () => {
  expect(told(parseProject(projectWith({}), '...'))).toEqual([
    '1:1 project: no Compose project name can be made from the name of the repository',
  ])
  expect(good(parseProject(projectWith({ top: 'project: dots' }), '...')).project).toBe('dots')
})

describe('what an environment says', () => {
  const file = good(
    parseProject(
      `
version: 1
defaults:
  image-within: 1h
  keep: 3
  verify:
    web: { port: 3000, health: /health, version: "/health#/app/version", smoke: [/a], within: 90s }
    api: { port: 80 }
environments:
  staging: { branch: develop, hosts: [s-1] }
  production:
    branch: main
    hosts: ["@web", jobs-1]
    env: ./deploy/production.env
    url: https://shop.example.com
    image-within: 5m
    keep: 9
    verify: { web: { within: 3m, soak: 0s }, cron: { version: /version } , api: { health: / }, cron2: { soak: 1m } }
`.replace('cron: { version: /version }', 'cron: { port: 9, version: /version }'),
    ),
  )
  const { staging, production } = file.environments

  test('what it leaves out comes from the defaults', () => {
    expect(staging).toMatchObject({ imageWithin: 3600, keep: 3 })
    expect(staging?.verify).toEqual({
      web: { port: 3000, health: '/health', version: { path: '/health', pointer: '/app/version' }, smoke: ['/a'], within: 90, soak: 10 },
      api: { port: 80, smoke: [], within: 60, soak: 10 },
    })
  })
  test('what it says itself wins', () => {
    expect(production).toMatchObject({ env: 'deploy/production.env', url: 'https://shop.example.com', imageWithin: 300, keep: 9 })
  })
  test('a service that only gets more time keeps its health check', () => {
    expect(production?.verify.web).toEqual({ ...staging?.verify.web, within: 180, soak: 0 })
  })
  test('services are added to those of the defaults', () => {
    expect(production?.verify.api).toEqual({ port: 80, health: '/', smoke: [], within: 60, soak: 10 })
    expect(production?.verify.cron).toEqual({ port: 9, version: { path: '/version' }, smoke: [], within: 60, soak: 10 })
    expect(production?.verify.cron2).toEqual({ smoke: [], within: 60, soak: 60 })
  })
})

test('nobody finds an environment by the name of a JavaScript method', () => {
  expect(good(parseProject(projectWith({}))).environments.constructor).toBeUndefined()
})

test('all problems are told at once, in file order, each with its place', () => {
  const text = `version: 2
project: Shop
images:
  web: { repository: ghcr.io/acme/shop, tag: latest }
  api: { repository: acme/api }
  two: { repository: docker.io/acme/api }
enviroments: {}
environments:
  staging: { branch: main, hosts: [s-1, s-1], url: ftp://example.com }
  uat:
    hosts: []
  production: { branch: main, hosts: [s-1], verify: { web: { health: /health, within: 60 } } }
notify:
  - slack
`
  expect(told(parseProject(text))).toEqual([
    '1:10 version: this version of Landfall reads version 1',
    '2:10 project: this is not a Compose project name',
    '4:46 images.web.tag: `latest` is never deployed',
    '6:3 images.two: this is the same image and tag as "api"',
    '7:1 enviroments: unknown key "enviroments" (did you mean "environments"?)',
    '9:41 environments.staging.hosts[1]: "s-1" is named twice in this list',
    '9:52 environments.staging.url: this is not a web address',
    '10:3 environments.uat.branch: there is neither `branch` nor `tag`',
    '11:5 environments.uat.hosts: there are no hosts',
    '12:39 environments.production.hosts[0]: "s-1" is already a host of environment "staging", and both have the same Compose project name',
    '12:70 environments.production.verify.web.health: the port of "web" is not known',
    '12:87 environments.production.verify.web.within: this is not a duration',
    '14:5 notify[0]: this is not a chat channel',
  ])
})

test('a problem reads: where, what is wrong, what to do', () => {
  expect(problemsOf(parseProject(projectWith({ environment: 'keep: 1' }))).map(problemText)).toEqual([
    '.github/landfall.yml:2:67: environments.production.keep: this must be between 2 and 50. Keep at least 2: the running release and the one to go back to.',
  ])
})

test.each(['needs: []', 'heal: true'])('a gate that would not be honoured is refused by name, not ignored: %s', (gate) => {
  const [name] = gate.split(':')
  expect(told(parseProject(projectWith({ environment: gate })))).toEqual([
    `2:61 environments.production.${name}: \`${name}\` is not supported by this version of Landfall`,
  ])
})

test.each(['previews: {}', 'needs: []'])('and so at the top: %s', (key) => {
  expect(told(parseProject(projectWith({ top: key })))[0]).toContain('is not supported by this version of Landfall')
})
