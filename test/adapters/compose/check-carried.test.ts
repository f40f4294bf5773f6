import { expect, test } from 'vitest'
import { checkCarried } from '../../../src/adapters/compose/check-carried.ts'
import { readSource } from '../../../src/adapters/compose/source.ts'
import { repository } from './given.ts'

const mounting = (mount: string) => `services:\n  web:\n    image: web\n    volumes: ["${mount}:/etc/web:ro"]\n`

/** What is said of a service that mounts this, in a repository with settings in `nginx` and `deploy/nginx`. */
function problems(mount: string, carried: string[]): string[] {
  const snapshot = repository({ 'compose.yml': mounting(mount), 'nginx/default.conf': '', 'deploy/nginx/default.conf': '' })
  const { source } = readSource(snapshot, ['compose.yml'])
  const model = { services: { web: { volumes: [{ type: 'bind', source: mount }] } } }
  return checkCarried(model, source, snapshot, new Map(), carried).map(({ line, column, what }) => `${line}:${column} ${what}`)
}
const refusal = (mount: string) => [`4:15 ${mount} is a file of the repository, and nothing brings it to hosts`]

test.each<[why: string, mount: string, carried: string[], said: string[]]>([
  ['of a folder of the repository is refused', './nginx', [], refusal('./nginx')],
  ['of one that is declared is not', './nginx', ['nginx'], []],
  ['of a file of that is not', './nginx/default.conf', ['nginx'], []],
  ['of another folder than the declared one is', './deploy/nginx', ['nginx'], refusal('./deploy/nginx')],
  ['of a namesake of the declared one is', './nginx', ['nginx-2'], refusal('./nginx')],
  ['of what the repository has not is not', './data', [], []],
])('a mount %s', (_why, mount, carried, said) => expect(problems(mount, carried)).toEqual(said))
