import assert from 'node:assert/strict'
import { unmarked } from '../../lab/landfall/reading.ts'
import type { Town } from '../../lab/landfall/town.ts'
import type { Attack } from '../attack.ts'

/** What is merged instead of the shop's own Compose file, and what the refusal says. */
interface Reach {
  what: string
  files: (town: Town) => Record<string, string>
  says: RegExp
}

/** Lines added to the shop's web service. */
const inWeb = (what: string, lines: string, says: RegExp): Reach => ({
  what,
  files: ({ files }) => ({ 'compose.yml': (files['compose.yml'] ?? '').replace('    init: true\n', `    init: true\n${lines}`) }),
  says,
})

const reaches: Reach[] = [
  inWeb('privileged', '    privileged: true\n', /services\.web\.privileged/),
  inWeb('privileged by a variable', '    privileged: ${GREETING:+true}\n', /services\.web\.privileged/),
  inWeb('privileged by a merge key', '    <<: &root { privileged: true }\n', /services\.web\.privileged/),
  inWeb("the host's processes", '    pid: host\n', /services\.web\.pid/),
  inWeb("the host's network", '    network_mode: host\n', /services\.web\.network_mode/),
  inWeb('the Docker socket', '    volumes: ["/var/run/docker.sock:/s"]\n', /docker-socket/),
  inWeb('the whole host', '    volumes: ["/:/host"]\n', /host-path/),
  inWeb('the whole host by a variable', '    volumes: ["${ROOT:-/}:/host"]\n', /host-path/),
  inWeb("Landfall's own folder by dots", '    volumes: ["../../:/landfall"]\n', /other-project|host-path/),
  inWeb('a capability', '    cap_add: [SYS_ADMIN]\n', /capabilities/),
  inWeb('a disk', '    devices: ["/dev/sda:/dev/sda"]\n', /devices/),
  inWeb('no system call filter', '    security_opt: ["seccomp:unconfined"]\n', /security-options/),
  inWeb('a file from outside the repository', '    extends: { file: ../../../../etc/passwd, service: x }\n', /outside the repository/),
  inWeb('a service that builds', '    build: .\n    provider: { type: sh }\n', /services\.web/),
  {
    what: 'a volume that is /etc',
    files: ({ files }) => ({
      'compose.yml': (files['compose.yml'] ?? '').replace('data: {}', 'data: { driver_opts: { type: none, o: bind, device: /etc } }'),
    }),
    says: /volume-driver-options/,
  },
  {
    what: 'a file fetched from elsewhere',
    files: ({ files }) => ({ 'compose.yml': `include: ["https://example.com/compose.yml"]\n${files['compose.yml']}` }),
    says: /fetched from elsewhere/,
  },
  {
    what: 'a repository fetched from elsewhere',
    files: ({ files }) => ({ 'compose.yml': `include: ["git@github.com:evil/compose.git#main"]\n${files['compose.yml']}` }),
    says: /fetched from elsewhere/,
  },
  {
    what: 'privileged in an included file',
    files: ({ files }) => ({
      'compose.yml': `include: [more.yml]\n${files['compose.yml']}`,
      'more.yml': 'services:\n  extra: { image: "busybox:1", privileged: true }\n',
    }),
    says: /services\.extra\.privileged/,
  },
  {
    what: 'privileged in a second Compose file',
    files: ({ files }) => ({
      '.github/landfall.yml': (files['.github/landfall.yml'] ?? '').replace('[compose.yml]', '[compose.yml, more.yml]'),
      'more.yml': 'services:\n  web: { privileged: true }\n',
    }),
    says: /services\.web\.privileged/,
  },
]

export const compose: Attack[] = [
  {
    row: 'A10',
    tried: 'Compose files that reach for the host',
    async attempt(town) {
      const { shop } = town
      const before = await town.footprint()
      const deployed = shop.repository.deployments().length
      for (const { what, files: changed, says } of reaches) {
        const { merged, status } = await town.merge({ title: what, build: false, files: changed(town) }, 'failure')
        assert.match(status.description ?? '', /^Refused: /, `${what}: ${status.description}`)
        const answer = await shop.repository.waitForComment(merged.pullRequest, /Refused/)
        assert.match(unmarked(answer.body), says, what)
      }
      assert.equal(await town.footprint(), before)
      assert.equal(shop.repository.deployments().length, deployed)
      return `${reaches.length} files, each refused in the commit status and on the pull request; the host was told nothing`
    },
  },
  {
    row: 'A10',
    tried: 'a release once allowed, by the way of /rollback',
    async attempt(town) {
      const { shop } = town
      const own = inWeb('', '    pid: host\n', /./).files(town)
      const allow = (risks: string[]) =>
        town.changeOperator(({ repositories }) => Object.assign(repositories['acme/*'] ?? {}, { allow: risks }))
      await allow(['host-pid'])
      await town.merge({ title: "With the operator's leave", files: own }, 'success')
      const { merged } = await town.merge({ title: 'Without it again' }, 'success')
      await allow([])
      const before = await town.footprint()
      await shop.repository.commentOn(merged.pullRequest, '/rollback', 'mona')
      const answer = await shop.repository.waitForComment(merged.pullRequest, /was refused/, 30)
      assert.match(unmarked(answer.body), /services\.web\.pid/)
      assert.equal(await town.footprint(), before)
      return 'deployed while the operator allows it; refused to /rollback once he does not'
    },
  },
]
