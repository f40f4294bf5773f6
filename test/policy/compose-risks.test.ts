import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ComposeRisk, composeRisks } from '../../src/domain/configuration.ts'
import { risksOfPath } from '../../src/policy/compose-risks/host-paths.ts'
import { composeRisksIn } from '../../src/policy/compose-risks.ts'

const judge = (model: unknown, allow: ComposeRisk[] = []) => composeRisksIn(model, { project: 'shop', allow, file: 'compose.yml' })
const service = (parts: object) => ({ services: { web: { image: 'a', ...parts } } })
const bind = (source: string, more: object = {}) => service({ volumes: [{ type: 'bind', source, target: '/x', ...more }] })
const volume = (parts: object) => ({ services: {}, volumes: { pg: { name: 'shop_pg', ...parts } } })
const network = (parts: object) => ({ services: {}, networks: { net: { name: 'shop_net', ...parts } } })

describe('refused unless the operator allows it', () => {
  test.each<[attack: string, model: unknown, risks: ComposeRisk[]]>([
    ['privileged', service({ privileged: true }), ['privileged']],
    ['a privileged hook', service({ post_start: [{ command: ['x'], privileged: true }] }), ['privileged']],
    ["the host's network", service({ network_mode: 'host' }), ['host-network']],
    ["the host's network by name", network({ external: true, name: 'host' }), ['host-network']],
    ['a network card of its own', network({ driver: 'macvlan' }), ['host-network']],
    ["the host's processes", service({ pid: 'host' }), ['host-pid']],
    ["the host's shared memory", service({ ipc: 'host' }), ['host-ipc']],
    ["the host's user ids", service({ userns_mode: 'host' }), ['host-userns']],
    ["the host's control groups", service({ cgroup: 'host' }), ['host-cgroup']],
    ['a control group of its choice', service({ cgroup_parent: '/' }), ['host-cgroup']],
    ["the host's name", service({ uts: 'host' }), ['host-uts']],
    ["another container's network", service({ network_mode: 'container:other-db-1' }), ['other-project']],
    ["another container's processes", service({ pid: 'container:other-db-1' }), ['other-project']],
    ["another container's volumes", service({ volumes_from: ['container:other-db-1:ro'] }), ['other-project']],
    ['a link to another project', service({ external_links: ['other-db-1:db'] }), ['other-project']],
    ['the Docker socket', bind('/var/run/docker.sock'), ['docker-socket']],
    ['the Docker socket, read-only', bind('/run/docker.sock', { read_only: true }), ['docker-socket']],
    ['the Docker socket by detours', bind('/srv/../var//run/./docker.sock/'), ['docker-socket']],
    ['the folder of the Docker socket', bind('/run'), ['docker-socket']],
    ['a copy of the socket elsewhere', bind('/srv/x/docker.sock'), ['docker-socket']],
    ["a user's Docker socket", bind('/run/user/1000'), ['docker-socket']],
    [
      'the Docker socket as a named volume',
      volume({ driver_opts: { type: 'none', o: 'bind', device: '/run/docker.sock' } }),
      ['volume-driver-options', 'docker-socket'],
    ],
    ['the Docker API, as Compose offers it', service({ use_api_socket: true }), ['docker-socket']],
    ['the whole host', bind('/'), ['docker-socket', 'host-path']],
    ['the whole host by dots', bind('/srv/..'), ['docker-socket', 'host-path']],
    ['/etc as a named volume', volume({ driver_opts: { o: 'bind', device: '/etc' } }), ['volume-driver-options', 'host-path']],
    ['a network share', volume({ driver_opts: { type: 'nfs', o: 'addr=10.0.0.1', device: ':/x' } }), ['volume-driver-options']],
    ['a volume plug-in', volume({ driver: 'rclone' }), ['volume-driver-options']],
    ['mounts passed on to the host', bind('./data', { bind: { propagation: 'rshared' } }), ['host-path']],
    ["another environment's folder", bind('../../staging/files'), ['other-project']],
    ["another project's volume", volume({ name: 'other_pg' }), ['other-project']],
    ['an external volume', volume({ external: true, name: 'pg' }), ['other-project']],
    ['an external network', network({ external: true, name: 'proxy' }), ['other-project']],
    ['a capability', service({ cap_add: ['SYS_ADMIN'] }), ['capabilities']],
    ['a capability in another spelling', service({ cap_add: ['cap_net_admin'] }), ['capabilities']],
    ['all capabilities', service({ cap_add: ['ALL'] }), ['capabilities']],
    ['a device', service({ devices: [{ source: '/dev/sda', target: '/dev/sda' }] }), ['devices']],
    ['device rules', service({ device_cgroup_rules: ['b *:* rwm'] }), ['devices']],
    ['no system call filter', service({ security_opt: ['seccomp:unconfined'] }), ['security-options']],
    ['no AppArmor', service({ security_opt: ['apparmor=unconfined'] }), ['security-options']],
    ['a domain account', service({ credential_spec: { file: 'x.json' } }), ['security-options']],
    ["a setting of the host's kernel", service({ sysctls: { 'kernel.core_pattern': '|/x' } }), ['sysctls']],
    ['a setting of the kernel as a list', service({ sysctls: ['vm.overcommit_memory=1'] }), ['sysctls']],
    ["a secret from the host's files", { services: {}, secrets: { s: { name: 'shop_s', file: '/etc/shadow' } } }, ['host-path']],
    ['a config from outside', { services: {}, configs: { c: { name: 'shop_c', file: '../other/.env' } } }, ['other-project']],
  ])('%s', (_attack, model, risks) => {
    expect(judge(model).map((problem) => /"([\w-]+)"/.exec(problem.remedy)?.[1])).toEqual(risks)
    expect(judge(model, risks)).toEqual([])
    expect(
      judge(
        model,
        composeRisks.filter((risk) => !risks.includes(risk)),
      ),
    ).toHaveLength(risks.length)
  })

  test.each([
    '/etc',
    '/etc/passwd',
    '/root',
    '/root/.ssh',
    '/home',
    '/home/ada',
    '/proc',
    '/sys',
    '/boot',
    '/dev',
    '/usr',
    '/bin',
    '/lib',
    '/var/log',
    '/var/lib/docker',
    '/var/lib/docker/volumes/other_pg/_data',
    '/var/lib/landfall',
    '/var/lib/landfall/other/production/files',
    '/var/lib/other',
    '/srv',
    '/opt',
    '/mnt',
    '/data',
    '/tmp',
    '~',
    '~/.ssh',
    '/etc/localtime/../shadow',
  ])('the path %s', (path) => {
    expect(judge(bind(path)).map((problem) => problem.what)).toEqual([expect.stringContaining('belongs to the host')])
  })

  test('a project does not get the folder of a program by taking its name', () => {
    expect(risksOfPath({ source: '/var/lib/docker', readOnly: false, project: 'docker' })).toEqual(['host-path'])
  })

  test('no spelling of the Docker socket gets through', () => {
    const detour = fc.array(fc.constantFrom('/', '/./', '//', '/x/../', '/run/../'), { maxLength: 4 }).map((steps) => steps.join(''))
    fc.assert(
      fc.property(detour, detour, detour, (one, two, three) => {
        expect(risksOfPath({ source: `/${one}var${two}/run${three}/docker.sock`, readOnly: true, project: 'shop' })).toContain(
          'docker-socket',
        )
      }),
    )
  })

  test('nothing allows a program that Compose would run on the host', () => {
    expect(judge(service({ provider: { type: 'awesomecloud' } }), [...composeRisks])).toHaveLength(1)
  })

  test('all of it at once, each with its place', () => {
    const model = { services: { a: { privileged: true, pid: 'host' }, b: { cap_add: ['SYS_PTRACE', 'NET_ADMIN'] } } }
    expect(judge(model).map((problem) => `${problem.file} ${problem.path}`)).toEqual([
      'compose.yml services.a.privileged',
      'compose.yml services.a.pid',
      'compose.yml services.b.cap_add',
      'compose.yml services.b.cap_add',
    ])
  })
})

describe('an ordinary project is left in peace', () => {
  test.each<[what: string, model: unknown]>([
    ['its own folder', bind('./data')],
    ['a folder inside by dots', bind('./a/../data')],
    ['people’s data', bind('/srv/shop/uploads')],
    ['/opt', bind('/opt/shop')],
    ['/mnt', bind('/mnt/disk1')],
    ['/data', bind('/data/pg')],
    ['a folder of its name', bind('/var/lib/shop/pg')],
    ['the time zone, read-only', bind('/etc/localtime', { read_only: true })],
    ['a volume', service({ volumes: [{ type: 'volume', source: 'pg', target: '/x' }] })],
    ['memory', volume({ driver_opts: { type: 'tmpfs', device: 'tmpfs', o: 'size=100m' } })],
    ['capabilities Docker gives anyway', service({ cap_add: ['NET_BIND_SERVICE', 'CAP_CHOWN'], cap_drop: ['ALL'] })],
    ['fewer rights', service({ security_opt: ['no-new-privileges:true'] })],
    ['kernel settings of its own', service({ sysctls: { 'net.core.somaxconn': 1024 } })],
    ['a container name', service({ container_name: 'shop', user: 'root', init: true })],
    ['the network of a service', service({ network_mode: 'service:vpn', pid: 'service:vpn', ipc: 'shareable' })],
    ['a GPU', service({ gpus: 'all', deploy: { resources: { reservations: { devices: [{ capabilities: ['gpu'] }] } } } })],
    ['its own networks', network({ driver: 'bridge', internal: true })],
    ['nothing at all', {}],
  ])('%s', (_what, model) => expect(judge(model)).toEqual([]))
})
