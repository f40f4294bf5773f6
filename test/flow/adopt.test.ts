import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { adopt } from '../../src/flow/adoption/adopt.ts'
import { findProjects } from '../../src/flow/adoption/find.ts'
import { repository } from '../support/builders.ts'
import { composeYml, landfallYml, shopImage } from '../support/shop.ts'
import { openTown } from '../support/town.ts'

const canary = 'correct-horse-battery'
const compose = composeYml.replace('$' + '{TAG}', '1.0')
const operatorYml =
  'version: 1\nhosts:\n  web-1: { address: web-1, host-key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEv5p0pVnYzV8Yx1m2sV0mWJm0Yb8c1dJmQ0z9t3r7aB }\n'

interface ByHand {
  files?: Record<string, string>
  /** Names of containers that Compose would make anew. */
  differing?: string[]
  refuses?: string
}

/** The shop runs by hand on a host of Landfall's, and its repository is empty but for a readme. */
async function begin({ files = {}, differing = [], refuses }: ByHand = {}) {
  const town = await openTown({ started: false })
  town.registry.push(shopImage, '1.0')
  await town.start()
  const plain = landfallYml().replace(/images: .*/, '')
  await town.deploy({ 'compose.yml': compose, '.github/landfall.yml': plain })
  const host = town.host()
  Object.assign(host, { highest: 0, latest: 0, current: 0 })
  host.releases.clear()
  await town.restoreDatabase()
  town.commit({ 'compose.yml': null, '.github/landfall.yml': null, 'deploy/production.env': null, 'README.md': 'The shop\n' })
  const { containers } = host.docker
  const resolve = (name: string) => containers.find(({ image }) => name.endsWith(image.digest))
  town.registry.instead = (name) => {
    const known = resolve(name)
    if (!known) return undefined
    const { digest, manifest, config } = known.image
    const [named = ''] = name.split(':sha256')
    return { kind: 'found', image: { repository: named, tag: digest, digest, platforms: [{ platform: 'linux/amd64', manifest, config }] } }
  }
  const there: Record<string, string> = { 'compose.yml': compose, '.env': `DB_PASSWORD=${canary}\n`, ...files }
  const looked = [
    { type: 'platform', platform: 'linux/amd64' },
    ...containers.map(({ id, name, service, reference, image }) => ({
      ...{ type: 'container', id, name, project: 'shop', folder: '/srv/shop', files: '/srv/shop/compose.yml', service, oneOff: 'False' },
      ...{ reference, image: image.config, running: true, addresses: [''], ports: [''] },
    })),
    ...containers.map(({ reference, image }) => ({ type: 'image', id: image.config, digests: [reference] })),
  ]
  const encoded = (text: string) => Buffer.from(text).toString('base64')
  const scripts: string[] = []
  const answer = (script: string): string => {
    if (script.includes('--dry-run'))
      return containers
        .map(({ name }) => `compose  DRY-RUN MODE -  Container ${name}  ${differing.includes(name) ? 'Recreate' : 'Running'}`)
        .join('\n')
    if (script.includes('ln -sfn')) return refuses === undefined ? 'taken\n' : `refused ${refuses}\n`
    if (script.includes('docker ps')) return looked.map((one) => JSON.stringify(one)).join('\n')
    return Object.entries(there)
      .filter(([path]) => script.includes(`/srv/shop/${path}`))
      .map(([path, text]) => `${encoded(`/srv/shop/${path}`)} ${encoded(text)}`)
      .join('\n')
  }
  const session = {
    async run(script: string) {
      scripts.push(script)
      return { code: 0, stdout: answer(script), stderr: '' }
    },
  }
  const granted: string[] = []
  const operator = {
    ...{ file: 'operator.yml', text: operatorYml },
    change(edit: { kind: string; text?: string }) {
      granted.push(edit.text ?? edit.kind)
      return true
    },
  }
  const rule = { ...host.rule, name: 'web-1' }
  const wanted = { project: 'shop', repository: 'acme/shop', also: [], host: rule, root: '/var/lib/landfall', user: 'mona' }
  const ask = async (...inClear: string[]) =>
    adopt(wanted, await findProjects(session, '/var/lib/landfall', inClear), operator, session, { ...town.ports(), randomBytes })
  const proposed = () => town.github.commits.get(town.github.branches.get('landfall/adopt/production') ?? '')?.files ?? {}
  return { town, ask, proposed, scripts, granted }
}

test('a project is planned, remembered and proposed: its files as they are, its values encrypted', async () => {
  const { town, ask, proposed, granted, scripts } = await begin()
  const outcome = await ask()
  expect(outcome).toMatchObject({ kind: 'adopted', repository, environment: 'production' })
  expect(outcome.kind === 'adopted' && outcome.draft.services.map(({ change }) => change)).toEqual(['untouched', 'untouched'])
  expect(town.github.opened[0]?.body).toContain('**0 services restart.**')
  expect(proposed()).toMatchObject({ 'compose.yml': compose, 'README.md': 'The shop\n' })
  expect(proposed()['deploy/production.secrets.env']).toMatch(/^DB_PASSWORD=ENC\[/m)
  expect(JSON.stringify([town.github.opened, proposed(), granted, scripts, outcome])).not.toContain(canary)
  expect(granted).toEqual([expect.stringContaining('projects: [shop]')])
  const adoption = await town.store.adoptions.of('acme/shop', 'production')
  expect(adoption?.draft.services.map(({ name }) => name)).toEqual(['db', 'web'])
  expect(JSON.stringify(adoption)).not.toContain(canary)
})

test('merged, it restarts nothing', async () => {
  const { town, ask, proposed } = await begin()
  await ask()
  town.operator.repositories = [
    { name: 'acme/shop', projects: ['shop'], environments: { production: ['web-1'] }, registries: [], notify: [], allow: [], require: {} },
  ]
  await town.start()
  const before = town.host().docker.containers.map(({ id }) => id)
  expect(await town.deploy(proposed())).toMatchObject({ state: 'succeeded' })
  expect(town.host().docker.containers.map(({ id }) => id)).toEqual(before)
})

test('what its files do not describe would restart, and is told before anybody merges', async () => {
  const known = await begin()
  const { town, ask } = await begin({ differing: [known.town.host().container('web')?.name ?? ''] })
  const outcome = await ask()
  expect(outcome.kind === 'adopted' && outcome.draft.services.map(({ name: service, change }) => `${service} ${change}`)).toEqual([
    'db untouched',
    'web recreated',
  ])
  expect(town.github.opened[0]?.body).toContain('**1 of 2 services do not keep their containers**')
})

test.each<[why: string, given: ByHand, said: RegExp]>([
  [
    'an env file that may hold secrets',
    { files: { 'compose.yml': `${compose}    env_file: web.env\n`, 'web.env': 'A=1\n' } },
    /--in-clear web.env/,
  ],
  ['a dollar that Compose takes for a variable', { files: { '.env': 'DB_PASSWORD=a$b\n' } }, /\.env:1: .*dollar/],
  ['a folder that is somebody else’s', { refuses: '/srv/shop is somebody’s home' }, /somebody’s home/],
])('%s is refused, and nothing is proposed', async (_why, given, said) => {
  const { town, ask } = await begin(given)
  const outcome = await ask()
  expect(outcome.kind === 'refused' && outcome.why).toMatch(said)
  expect(town.github.opened).toEqual([])
  expect(await town.store.adoptions.of('acme/shop', 'production')).toBeUndefined()
})
