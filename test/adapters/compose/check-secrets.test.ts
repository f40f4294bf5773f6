import { expect, test } from 'vitest'
import { checkSecrets } from '../../../src/adapters/compose/check-secrets.ts'
import { readYaml } from '../../../src/adapters/compose/yaml.ts'
import { problemText } from '../../../src/domain/problem.ts'

/** What is said of a Compose file in which KEY is the only secret. */
function said(text: string): string[] {
  const read = readYaml('compose.yml', new TextEncoder().encode(text))
  if (read.kind !== 'ok') throw new Error('the file of this test cannot be read')
  return checkSecrets([read.value], new Set(['KEY'])).map(problemText)
}

const service = (lines: string) => `services:\n  web:\n    ${lines}\n`

test.each([
  ['an image, plainly', service('image: evil/x:$KEY'), 'compose.yml:3:5: services.web.image: the secret KEY'],
  ['an image, if another variable is there', service('image: "evil/x:${COMPOSE_PROJECT_NAME:+${KEY}}"'), 'services.web.image'],
  ['an image, in the default of a default', service('image: "evil/x:${A:-${B:-$KEY}}"'), 'services.web.image'],
  ['a profile', service('profiles: [a, "${KEY}"]'), 'services.web.profiles.1'],
  ['a path that is mounted', service('volumes: ["./nginx/${KEY}:/x"]'), 'services.web.volumes.0'],
  ['the long form of it', service('volumes: [{ type: bind, source: "./${KEY}", target: /x }]'), 'services.web.volumes.0.source'],
  ['a port', service('ports: ["${KEY}"]'), 'services.web.ports.0'],
  ['how many there are', service('deploy: { replicas: "${KEY}" }'), 'services.web.deploy.replicas'],
  ['a name', service('container_name: "${KEY}"'), 'services.web.container_name'],
  ['a name in the network', service('networks: { default: { aliases: ["${KEY}"] } }'), 'services.web.networks.default.aliases.0'],
  ['an env file', service('env_file: "${KEY}.env"'), 'services.web.env_file'],
  ['the file of a config', 'configs: { a: { file: "./${KEY}" } }\n', 'configs.a.file'],
  ['the name of a volume', 'volumes: { a: { name: "${KEY}" } }\n', 'volumes.a.name'],
  ['another file', 'include: ["${KEY}.yml"]\n', 'include.0'],
  ['what an alias brings', `x-lines: &lines ["./\${KEY}:/x"]\n${service('volumes: *lines')}`, 'services.web.volumes.0'],
  ['what a merge brings', `x-web: &web { image: "x:\${KEY}" }\n${service('<<: *web')}`, 'services.web.image'],
])('a secret is refused in %s', (_what, text, place) => {
  const problems = said(text)
  expect(problems).toHaveLength(1)
  expect(problems[0]).toContain(place)
  expect(problems[0]).toContain('the secret KEY would be seen here by more than the containers')
})

test.each([
  ['environment', service('environment: { A: "${KEY}", B: "${C:-$KEY}" }')],
  ['environment, as a list', service('environment: ["A=$KEY"]')],
  ['command', service('command: [redis-server, --requirepass, "$KEY"]')],
  ['healthcheck', service('healthcheck: { test: "redis-cli -a $KEY ping" }')],
  ['labels', service('labels: { traefik.http.middlewares.a.basicauth.users: "${KEY}" }')],
  ['logging', service('logging: { options: { splunk-token: "${KEY}" } }')],
  ['the content of a config', 'configs: { a: { content: "password=${KEY}" } }\n'],
  ['how a volume is mounted', 'volumes: { a: { driver_opts: { o: "password=${KEY}" } } }\n'],
  ['what is used in an environment alone', `x-env: &env { A: "\${KEY}" }\n${service('environment: *env')}`],
])('a secret may stand in %s', (_what, text) => expect(said(text)).toEqual([]))

test('a dollar that is doubled asks for nothing, and other variables may stand anywhere', () =>
  expect(said(service('image: "x:${TAG}"\n    container_name: "a$${KEY}"'))).toEqual([]))
