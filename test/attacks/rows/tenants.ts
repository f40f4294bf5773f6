import assert from 'node:assert/strict'
import { clientFor } from '../../lab/github/client.ts'
import type { TestRepository } from '../../lab/github/repository.ts'
import { recordsOf } from '../../lab/landfall/records.ts'
import type { OperatorText } from '../../lab/landfall/town.ts'
import { ordersAt } from '../../lab/sshd-record.ts'
import type { Attack } from '../attack.ts'
import { changeForNow } from '../change-for-now.ts'
import { outcomeOfPush } from '../outcome-of-push.ts'
import type { AttackedTown } from '../town.ts'

/** One of two who share this Landfall and nothing else. */
interface Tenant {
  repository: TestRepository
  project: string
  host: string
  group: string
  channel: string
  /** The environment it is granted beside production. */
  environment: string
}

/** What a tenant's file may say, with one thing in it that is another's. */
interface Asked {
  project: string
  hosts: string
  environment: string
  notify: string
}

const file = (registry: string, { project, hosts, environment, notify }: Asked): string => `version: 1
project: ${project}
compose: [compose.yml]
images:
  web: { repository: ${registry}/tenants/web }
defaults: { verify: { web: { soak: 0s } } }
environments:
  ${environment}: { branch: main, hosts: [${hosts}] }
notify: [${notify}]
`

/** Where a repository may have the file of a project. */
const usualPlace: readonly [string, string] = ['.github/landfall.yml', '.github/landfall/more.yml']
const otherPlace: readonly [string, string] = ['.github/landfall/more.yml', '.github/landfall.yml']

const own = ({ project, host }: Tenant): Asked => ({ project, hosts: host, environment: 'production', notify: '' })

/** Ways to reach for what belongs to somebody else, each with a name of theirs, or of nobody. */
const reaches: [what: string, name: (of: Tenant) => string, ask: (name: string, by: Tenant) => Partial<Asked>, says: RegExp][] = [
  ['host', ({ host }) => host, (name) => ({ hosts: name }), /unknown host/],
  ['host beside their own', ({ host }) => host, (name, by) => ({ hosts: `${by.host}, ${name}` }), /unknown host/],
  ['group', ({ group }) => group, (name) => ({ hosts: `"@${name}"` }), /unknown group/],
  ['project', ({ project }) => project, (name) => ({ project: name }), /may not use the project name/],
  ['environment', ({ environment }) => environment, (name) => ({ environment: name }), /may not have the environment/],
  ['channel', ({ channel }) => channel, (name) => ({ notify: `"slack:${name}"` }), /unknown chat channel/],
]

/** The operator serves two tenants, each with a host, a group, a project, an environment and a channel of its own. */
function divide(operator: OperatorText, [one, other]: readonly [Tenant, Tenant]): void {
  const grants = [one, other].map(({ repository, project, host, environment, channel }) => [
    repository.fullName,
    { projects: [project], environments: { production: [host], [environment]: [host] }, notify: [channel] },
  ])
  const channels = [one, other].map(({ channel }) => [channel, { slack: { url: { env: 'CHAT_URL' } } }])
  const groups = [one, other].map(({ group, host }) => [group, [host]])
  Object.assign(operator, {
    groups: Object.fromEntries(groups),
    repositories: Object.fromEntries(grants),
    chat: Object.fromEntries(channels),
  })
}

/** Brings a file to main; resolves to what people read of what became of it. */
async function bring(town: AttackedTown, { repository }: Tenant, text: string, [path, other] = usualPlace): Promise<string> {
  const compose = `services:\n  web:\n    image: ${town.scenario.lab.registry.address}/tenants/web:\${TAG}\n    init: true\n`
  const files = { 'compose.yml': compose, [path]: text, [other]: null }
  return outcomeOfPush(repository, 'tenants/web', files, town)
}

const matrix: Attack = {
  row: 'A9',
  tried: "files that name another tenant's host, group, project, environment or chat channel, each way",
  async attempt(town) {
    const { scenario } = town
    const { github, lab, chat } = scenario
    const registry = lab.registry.address
    const tenant = async (name: string, host: string): Promise<Tenant> => {
      const repository = await github.createRepository(name, 'web', { 'README.md': `${name}\n` })
      repository.addCollaborator('mona', 'write')
      return { repository, project: `${name}-web`, host, group: `${name}s`, channel: `${name}-news`, environment: `${name}-preview` }
    }
    const both = [await tenant('victim', 'web-1'), await tenant('rival', 'web-2')] as const
    const restore = await changeForNow(town, (operator) => divide(operator, both))
    try {
      for (const each of both) assert.match(await bring(town, each, file(registry, own(each))), /^success: /)
      const told: string[] = []
      for (const [by, of] of [both, both.toReversed()] as [Tenant, Tenant][]) {
        const theirs = lab.host(of.host)
        const before = [ordersAt(theirs), await theirs.docker('ps', '--all', '--quiet', '--no-trunc'), chat.received.length]
        const ask = (wanted: Partial<Asked>, paths = usualPlace) => bring(town, by, file(registry, { ...own(by), ...wanted }), paths)
        for (const [what, nameOf, asked, says] of reaches) {
          const answer = await ask(asked(nameOf(of), by))
          assert.match(answer, /^failure: Refused/, `${by.project} got ${of.project}'s ${what}`)
          assert.match(answer, says, what)
          // What exists and is another's reads like what does not exist at all.
          const nobodys = nameOf(of).replace(/[^-0-9]/g, 'x')
          assert.equal((await ask(asked(nobodys, by))).replaceAll(nobodys, nameOf(of)), answer, what)
          told.push(answer)
        }
        assert.match(await ask({ project: of.project }, otherPlace), /^failure: Refused.*project name/)
        assert.deepEqual(
          [ordersAt(theirs), await theirs.docker('ps', '--all', '--quiet', '--no-trunc'), chat.received.length],
          before,
          `${of.host} heard something, or somebody was told`,
        )
        assert.match(await bring(town, by, file(registry, own(by))), /^success: /)
      }
      return `${told.length} reaches and ${told.length} for what nobody has, refused in the same words; a second file too; the other host was told nothing`
    } finally {
      await restore()
      for (const { host, project } of both) await lab.host(host).sh(`docker rm -f ${project}-web-1 >/dev/null 2>&1 || true`)
    }
  },
}

const credentials: Attack = {
  row: 'A9',
  tried: "an image behind another tenant's registry credentials, and a button that stands for another tenant's deployment",
  async attempt(town) {
    const { scenario } = town
    const { github, lab } = scenario
    const { registry } = lab
    const repository = await github.createRepository('poacher', 'web', { 'README.md': 'poacher\n' })
    repository.addCollaborator('mona', 'write')
    const poacher: Tenant = { repository, project: 'poacher-web', host: 'web-2', group: '', channel: '', environment: 'staging' }
    const restore = await changeForNow(town, (operator) => {
      const { 'acme/*': acme } = operator.repositories
      const login = { username: 'acme', password: { env: 'CHAT_TOKEN' } }
      Object.assign(operator, { registries: { [registry.address]: login } })
      Object.assign(acme ?? {}, { registries: [registry.address], environments: { '*': ['web-1'] } })
      operator.repositories['poacher/*'] = Object.assign({}, { projects: ['poacher-*'], environments: { production: ['web-2'] } })
    })
    try {
      registry.requireBasic({ username: 'acme', password: scenario.environment.CHAT_TOKEN ?? '' })
      // The login is good: whose it is may use it.
      await town.merge({ title: 'With the own login' }, 'success')
      const asked = registry.requests.length
      const answer = await bring(town, poacher, file(registry.address, own(poacher)))
      assert.match(answer, /^failure: .*registry/i)
      const theirs = registry.requests.slice(asked).filter(({ path }) => path.includes('/tenants/'))
      assert.ok(theirs.length > 0, 'the moment was missed: the registry was not asked')
      assert.deepEqual([...new Set(theirs.map(({ authorization }) => authorization))], [''], 'a login was sent')
      const { merged } = await town.merge({ title: 'Somebody else would go back' }, 'success')
      const deployment = (await recordsOf(scenario.environment).deployments()).find(({ revision }) => revision === merged.sha)
      const client = await clientFor(github.url, github.app).auth(repository.installation)
      const actions = [{ label: 'Rollback', description: 'Go back', identifier: 'rollback' }]
      const check = { name: 'Deploy to production', head_sha: await repository.head(), external_id: deployment?.id ?? '' }
      const { data } = await client.rest.checks.create({ owner: 'poacher', repo: 'web', ...check, actions })
      const before = await town.footprint()
      const seen = scenario.landfall.log.length
      await repository.pressButton(data.id, 'rollback', 'mona')
      await scenario.landfall.logged(({ msg }) => msg === 'button passed over')
      assert.ok(!scenario.landfall.log.slice(seen).some(({ msg }) => msg === 'intent stored'), 'a command came of it')
      assert.equal(await town.footprint(), before)
    } finally {
      registry.behave()
      await restore()
    }
    return 'asked without any login and refused by the registry; the button of another repository is passed over'
  },
}

/** A9: what the operator gave to one is as unknown to another as what there is not. */
export const tenants: Attack[] = [matrix, credentials]
