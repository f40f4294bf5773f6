import { describe, expect, test } from 'vitest'
import { withImages, writtenServices } from '../../../src/config/adoption/compose-text.ts'
import { projectText } from '../../../src/config/adoption/project-text.ts'
import { withGrant } from '../../../src/config/operator/grant-edit.ts'
import { parseProjectFile } from '../../../src/config/project/understand.ts'
import { allowedHosts } from '../../../src/policy/hosts.ts'

const compose = `services:
  web:
    image: acme/shop:latest  # ours
    env_file: [.env, { path: web.env }]
  db: { image: "postgres:16" }
  jobs: { build: ., env_file: jobs.env }
`

test('services are read as they are written', () => {
  expect(writtenServices(compose, 'compose.yml')).toEqual([
    { name: 'web', image: 'acme/shop:latest', built: false, envFiles: ['.env', 'web.env'] },
    { name: 'db', image: 'postgres:16', built: false, envFiles: [] },
    { name: 'jobs', built: true, envFiles: ['jobs.env'] },
  ])
})

test('an image is fixed and nothing else in the file changes', () => {
  const fixed = withImages(
    compose,
    'compose.yml',
    new Map([
      ['web', 'acme/shop@sha256:0123'],
      ['jobs', 'x'],
    ]),
  )
  expect(fixed).toBe(compose.replace('acme/shop:latest', 'acme/shop@sha256:0123'))
})

test('the first file of a project is one that Landfall reads, with what was seen', () => {
  const text = projectText({
    ...{ project: 'shop', environment: 'production', branch: 'main', host: 'web-1', compose: ['shop/docker-compose.yml'] },
    secrets: 'deploy/production.secrets.env',
    verify: new Map([['web', { port: 3000, health: '/' }]]),
  })
  const read = parseProjectFile(text, '.github/landfall.yml', 'shop')
  expect(read).toMatchObject({
    kind: 'ok',
    value: {
      project: 'shop',
      images: {},
      environments: {
        production: { hosts: ['web-1'], secrets: 'deploy/production.secrets.env', verify: { web: { port: 3000, health: '/' } } },
      },
    },
  })
})

describe('a grant', () => {
  const grant = { repository: 'acme/shop', project: 'shop', environment: 'production', host: 'web-1', registries: [] }
  const hosts = `version: 1\n# ours\nhosts:\n  web-1: { address: a, host-key: ssh-ed25519 ${key()} }\n`
  const allows = (file: Parameters<Parameters<typeof withGrant>[3]>[0]) =>
    allowedHosts({ operator: file, ...grant, asked: ['web-1'] }).kind === 'allowed'
  const rule = '  acme/shop:\n    projects: [other] # mine\n    environments:\n      staging: [web-1]\n'

  test.each<[why: string, before: string, added: string[]]>([
    ['where there are none', hosts, ['repositories:', '  acme/shop:', '    projects: [shop]', '      production: [web-1]']],
    ['beside others', `${hosts}repositories:\n${rule.replace('acme/shop', 'acme/other')}`, ['  acme/shop:', '    projects: [shop]']],
    ['in a rule of the repository', `${hosts}repositories:\n${rule}`, ['    projects: [other, shop] # mine', '      production: [web-1]']],
  ])('%s', (_why, before, added) => {
    const edit = withGrant(before, 'operator.yml', grant, allows)
    if (edit.kind !== 'edited') throw new Error(edit.kind)
    for (const line of added) expect(edit.text.split('\n')).toContain(line)
    expect(edit.text).toContain('# ours')
  })

  test('is not said twice', () => {
    const known = `${hosts}repositories:\n  acme/*: { projects: ["*"], environments: { "*": [web-1] } }\n`
    expect(withGrant(known, 'operator.yml', grant, allows)).toEqual({ kind: 'unchanged' })
  })

  test('that a rule before it would hide is left to people', () => {
    const hidden = `${hosts}repositories:\n  acme/*:\n    projects: [other]\n    environments: { "*": [web-1] }\n`
    expect(withGrant(hidden, 'operator.yml', grant, allows)).toEqual({ kind: 'unsure' })
  })
})

function key(): string {
  return 'AAAAC3NzaC1lZDI1NTE5AAAAIEv5p0pVnYzV8Yx1m2sV0mWJm0Yb8c1dJmQ0z9t3r7aB'
}
