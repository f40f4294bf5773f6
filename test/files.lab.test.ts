import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Scenario, startScenario } from './lab/landfall/scenario.ts'
import { composeFile, landfallFile, openShop, type Shop } from './lab/landfall/shop.ts'
import { pushBalancer } from './lab/web-images.ts'

let scenario: Scenario
let shop: Shop
const port = 18_086

/** What Debian's nginx serves; it looks the app up by its name when it reads this. */
const settings = (who: string, health = 200) => `server {
  listen 80;
  location = /who { return 200 ${who}; }
  location = /health { return ${health} well; }
  location / { proxy_pass http://web:3000; }
}
`

beforeAll(async () => {
  scenario = await startScenario()
  const { registry } = scenario.lab
  const { reference } = await pushBalancer(registry, 'nginx')
  const options = { name: 'shop', hosts: ['web-1'], within: 15 }
  const proxy = `  proxy:
    image: ${reference}
    env_file: .env
    ports: ["${port}:80"]
    volumes: ["./nginx:/etc/nginx/conf.d:ro"]
volumes:`
  const files = `[{ from: deploy/nginx/, to: nginx, service: proxy, check: nginx -t, reload: [nginx, -e, stderr, -g, "pid /tmp/nginx.pid;", -s, reload] }]`
  const landfall = landfallFile(registry.address, options)
    .replace('  verify:\n', '  verify:\n    proxy: { port: 80, health: /health, within: 8s, soak: 1s }\n')
    .replace(' }\nnotify', `, files: ${files} }\nnotify`)
  shop = await openShop(scenario.github, registry, {
    ...options,
    files: {
      'compose.yml': composeFile(registry.address, 'shop').replace('volumes:\n  data', `${proxy}\n  data`),
      '.github/landfall.yml': landfall,
      'deploy/nginx/default.conf': settings('one'),
    },
  })
})
afterAll(() => scenario?.stop())

const host = () => scenario.lab.host('web-1')
const proxyId = () => host().docker('ps', '-q', '--no-trunc', '--filter', 'label=com.docker.compose.service=proxy')
const who = async () => (await fetch(`http://${host().address}:${port}/who`, { signal: AbortSignal.timeout(2000) })).text()
/** Merges a change; resolves to what its commit status says in the end. */
async function merge(title: string, files: Record<string, string | null>, state: 'success' | 'failure'): Promise<string> {
  const { sha } = await shop.merge({ title, files })
  return (await shop.repository.waitForStatus(sha, 'landfall/production', state, 90)).description ?? ''
}

test('settings of a proxy go with the commits, and the container that serves stays', async () => {
  await merge('First', {}, 'success')
  expect(await who()).toBe('one')
  const before = await proxyId()

  await merge('Second', { 'deploy/nginx/default.conf': settings('two'), 'deploy/nginx/more.conf': '# more\n' }, 'success')
  expect([await who(), await proxyId()]).toEqual(['two', before])

  const broken = await merge('Broken', { 'deploy/nginx/default.conf': settings('three').replace('listen', 'lisen') }, 'failure')
  expect(broken).toMatch(/unknown directive "lisen" in \/etc\/nginx\/conf\.d\/default\.conf:2/)
  expect([await who(), await proxyId()]).toEqual(['two', before])

  await merge('Unwell', { 'deploy/nginx/default.conf': settings('four', 500), 'deploy/nginx/more.conf': null }, 'failure')
  await expect.poll(who).toBe('two')
  expect(await proxyId()).toBe(before)
  expect(await host().sh('ls /var/lib/landfall/shop/production/files/nginx')).toBe('default.conf\nmore.conf\n')

  await merge('Fifth', { 'deploy/nginx/default.conf': settings('five') }, 'success')
  expect([await who(), await proxyId()]).toEqual(['five', before])
}, 180_000)

test('everything asked of GitHub was as its API is described', () => scenario.github.assertFaithful())
