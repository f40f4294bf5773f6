import { cp, writeFile } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { TestRepository } from '../github/repository.ts'
import type { Host } from '../host.ts'
import type { PushedImage } from '../images.ts'
import { pushLandfall } from './image.ts'
import { type Scenario, startScenario } from './scenario.ts'

/** A Landfall in a container of a lab host, which it deploys itself to. */
export interface OwnDeployment {
  scenario: Scenario
  host: Host
  repository: TestRepository
  /** Landfall's own address. */
  url: string
  /** Merges a change of Landfall, whose image was built; GitHub has told of it when this resolves. */
  merge(title: string): Promise<{ sha: string; image: PushedImage }>
  /** What the Landfall that runs now has logged. */
  log(): Promise<string>
  close(): Promise<void>
}

const port = 3000
const name = 'landfall'

/**
 * As an operator would set it up: bootstraps the host, writes the configuration into a volume, and starts the first Landfall by hand
 * with the Compose file of its repository. From then on merges deploy it.
 */
export async function openOwnDeployment(): Promise<OwnDeployment> {
  const scenario = await startScenario({
    operator: ({ repositories }) => {
      // The laboratory's registry and GitHub are at loopback addresses.
      for (const grant of Object.values(repositories)) Object.assign(grant, { allow: ['host-network'] })
    },
  })
  const { lab, github } = scenario
  const host = lab.host('web-1')
  const doors: Server[] = []
  const close = async () => {
    for (const door of doors) door.close()
    await scenario.stop()
  }
  try {
    await scenario.landfall.stop()
    const [registry, image] = [lab.registry, { repository: `acme/${name}` }]
    const repository = await github.createRepository('acme', name, files(registry.address))
    repository.addCollaborator('mona', 'write')
    const first = await repository.head()
    await pushLandfall(registry, { ...image, tag: first })
    doors.push(await openWay(host, new URL(github.url)))
    const url = `http://${host.address}:${port}`
    await fillVolume(scenario, host, url)
    await writeFile(host.path('/root/compose.yml'), files(registry.address)['compose.yml'])
    await host.sh(`cd /root && TAG=${first} docker compose -p ${name} -f compose.yml up -d`)
    await answering(`${url}/readyz`)
    github.webhookUrl = `${url}/api/github/webhooks`
    return {
      scenario,
      host,
      repository,
      url,
      async merge(title) {
        const { number } = await repository.openPullRequest({ branch: title, files: { 'CHANGES.md': title }, title, deliver: 'never' })
        const { sha, deliveries } = await repository.merge(number, { by: 'mona', deliver: false })
        const pushed = await pushLandfall(registry, { ...image, tag: sha })
        await Promise.all(deliveries.map(({ guid }) => github.redeliver(guid)))
        return { sha, image: pushed }
      },
      log: () => host.docker('logs', `${name}-${name}-1`),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

const files = (registry: string) => ({
  'compose.yml': `services:
  ${name}:
    image: ${registry}/acme/${name}:\${TAG}
    network_mode: host
    restart: unless-stopped
    stop_grace_period: 30s
    volumes: [data:/data]
volumes:
  data: {}
`,
  '.github/landfall.yml': `version: 1
project: ${name}
compose: [compose.yml]
images:
  ${name}: { repository: ${registry}/acme/${name} }
defaults:
  verify:
    ${name}: { port: ${port}, health: /readyz, within: 30s, soak: 1s }
environments:
  production: { branch: main, hosts: [web-1] }
`,
})

/** Makes the stand-in's loopback address the same on the host. */
async function openWay(host: Host, { hostname, port: there }: URL): Promise<Server> {
  const door = createServer((socket) => {
    const further = connect(Number(there), hostname)
    socket.pipe(further).pipe(socket)
    socket.on('error', () => further.destroy())
    further.on('error', () => socket.destroy())
  })
  await host.reach(Number(there), door)
  return door
}

/** What a Landfall was configured with out here goes into the volume of the one in there: keys, database, operator's file, variables. */
async function fillVolume({ environment, operatorFile }: Scenario, host: Host, url: string): Promise<void> {
  const labels = [`com.docker.compose.project=${name}`, 'com.docker.compose.volume=data']
  await host.docker('volume', 'create', ...labels.flatMap((label) => ['--label', label]), `${name}_data`)
  const volume = host.path(`/var/lib/docker/volumes/${name}_data/_data`)
  await cp(environment.LANDFALL_DATA ?? '', volume, { recursive: true })
  await cp(operatorFile, join(volume, 'operator.yml'))
  const { APP_ID = '', PRIVATE_KEY = '', WEBHOOK_SECRET = '', GITHUB_API_URL = '' } = environment
  const variables = {
    APP_ID,
    PRIVATE_KEY: PRIVATE_KEY.replaceAll('\n', '\\n'),
    WEBHOOK_SECRET,
    GITHUB_API_URL,
    LANDFALL_GITHUB_PACE: 'none',
    HOST: '0.0.0.0',
    PORT: String(port),
    PUBLIC_URL: url,
  }
  const lines = Object.entries(variables).map(([variable, value]) => `${variable}='${value}'\n`)
  await writeFile(join(volume, '.env'), lines.join(''), { mode: 0o600 })
}

async function answering(url: string): Promise<void> {
  for (const deadline = performance.now() + 60_000; ; await pause(100)) {
    const ok = await fetch(url).then(
      (answer) => answer.ok,
      () => false,
    )
    if (ok) return
    if (performance.now() > deadline) throw new Error(`${url} did not answer`)
  }
}
