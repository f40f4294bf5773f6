import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { TestRepository } from '../../lab/github/repository.ts'
import { must } from '../../lab/run.ts'
import type { Attack } from '../attack.ts'
import { changeForNow } from '../change-for-now.ts'
import { outcomeOfPush } from '../outcome-of-push.ts'
import type { AttackedTown } from '../town.ts'

const path = 'deploy/production.secrets.env'

/** A file that its owner may read, with one value in it. */
async function encryptedFor(repository: string, value: string, { scenario }: AttackedTown): Promise<string> {
  const command = [process.execPath, 'src/main/cli.ts', 'secret', 'set', repository, 'production', 'TREASURE', '--stdout', path]
  return must(command, { stdin: value, env: scenario.environment, folder: process.cwd() })
}

const recipientIn = (text: string): string => /age1[a-z0-9]+/.exec(text)?.[0] ?? ''

/** What somebody does with a file that is not theirs, and what the refusal says. */
const uses: [what: string, make: (theirs: string, own: string) => string, says: RegExp][] = [
  ['copied', (theirs) => theirs, /it is encrypted for/],
  [
    'with the own recipient written over theirs',
    (theirs, own) => theirs.replaceAll(recipientIn(theirs), recipientIn(own)),
    /production\.secrets\.env:\d+/,
  ],
  [
    'with the own key beside their values',
    (theirs, own) => `${valuesOf(theirs)}\n${own.slice(own.indexOf('sops_'))}`,
    /production\.secrets\.env:\d+/,
  ],
]

const valuesOf = (text: string): string =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('sops_'))
    .join('\n')

/** A9: an encrypted file opens for the environment and the repository it was made for, and for nobody who has a copy. */
export const copiedSecrets: Attack = {
  row: 'A9',
  tried: "another tenant's encrypted file: copied, with another recipient, with another key; and production's in staging",
  async attempt(town) {
    const { scenario, shop } = town
    const value = `treasure-${randomBytes(8).toString('hex')}`
    const theirs = await encryptedFor('acme/shop', value, town)
    const thief = await scenario.github.createRepository('thief', 'web', { 'README.md': 'thief\n' })
    thief.addCollaborator('mona', 'write')
    const restore = await changeForNow(town, ({ repositories }) => {
      Object.assign(repositories['acme/*'] ?? {}, { environments: { '*': ['web-1'] } })
      repositories['thief/*'] = Object.assign({}, { projects: ['thief-*'], environments: { production: ['web-2'] } })
    })
    const own = await encryptedFor('thief/web', 'my own', town)
    const other = scenario.lab.host('web-2')
    assert.match(await bring(town, thief, own), /^success: /)
    const before = await other.docker('ps', '--all', '--quiet', '--no-trunc')
    for (const [what, make, says] of uses) {
      const answer = await bring(town, thief, make(theirs, own))
      assert.match(answer, /^failure: Refused/, `${what}: ${answer}`)
      assert.match(answer, says, `${what}: ${answer}`)
    }
    assert.equal(await other.docker('ps', '--all', '--quiet', '--no-trunc'), before)
    await restore()
    const project = (town.files['.github/landfall.yml'] ?? '').replace(
      'environments:\n',
      `environments:\n  staging: { branch: main, hosts: [web-2], secrets: ${path} }\n`,
    )
    const { sha } = await town.begin({ title: 'In staging too', files: { '.github/landfall.yml': project, [path]: theirs } })
    const status = await shop.repository.waitForStatus(sha, 'landfall/staging', 'failure', 60)
    assert.match(status.description ?? '', /^Refused: /)
    await shop.repository.waitForStatus(sha, 'landfall/production', 'success', 60)
    await other.sh('docker rm -f thief-web-web-1 >/dev/null 2>&1 || true')
    const told = [scenario.landfall.log, scenario.github.requests, scenario.chat.received].map((what) => JSON.stringify(what)).join('\n')
    assert.ok(!told.includes(value), 'the value was told')
    return `${uses.length + 1} uses, each refused where its author reads it; the own file deploys`
  },
}

/** Brings an encrypted file to the thief's main; resolves to what people read of what became of it. */
async function bring(town: AttackedTown, repository: TestRepository, secrets: string): Promise<string> {
  const registry = town.scenario.lab.registry.address
  const files = {
    'compose.yml': `services:\n  web:\n    image: ${registry}/thief/web:\${TAG}\n    init: true\n    environment: { TREASURE: "\${TREASURE}" }\n`,
    '.github/landfall.yml': `version: 1
project: thief-web
compose: [compose.yml]
images:
  web: { repository: ${registry}/thief/web }
defaults: { verify: { web: { soak: 0s } } }
environments:
  production: { branch: main, hosts: [web-2], secrets: ${path} }
`,
    [path]: secrets,
  }
  return outcomeOfPush(repository, 'thief/web', files, town)
}
