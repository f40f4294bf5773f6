import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { onFreePort } from './free-port.ts'
import { startProgram, until } from './program.ts'
import { type RegistryProxy, startRegistryProxy } from './registry-proxy.ts'

/** A Docker registry behind a proxy that can be told to misbehave; see README.md. */
export interface Registry extends Omit<RegistryProxy, 'close' | 'port'> {
  /** `127.0.0.1:PORT`: how images are named, inside lab hosts too. */
  address: string
  port: number
  /** The registry itself, past the proxy: `http://127.0.0.1:PORT`. Test images are pushed there. */
  storage: string
  stop(): Promise<void>
}

/** Starts docker-registry with its files under `parent`, and the proxy in front of it. */
export async function startRegistry(parent: string): Promise<Registry> {
  const folder = join(parent, 'registry')
  await mkdir(folder, { recursive: true })
  const { port: storagePort, started: program } = await onFreePort(async (port) => {
    const settings = join(folder, 'config.yml')
    await writeFile(settings, registrySettings(folder, port))
    const log = join(folder, 'registry.log')
    const registry = startProgram({ name: 'docker-registry', command: ['docker-registry', 'serve', settings], log })
    await until(registry, () => answers(port))
    return registry
  })
  const proxy = await startRegistryProxy(storagePort)
  return {
    ...proxy,
    address: `127.0.0.1:${proxy.port}`,
    storage: `http://127.0.0.1:${storagePort}`,
    stop: async () => {
      await proxy.close()
      await program.end('SIGTERM')
    },
  }
}

/** JSON is YAML. Deletion is on, so that a test can take an image away. */
const registrySettings = (folder: string, port: number) =>
  JSON.stringify({
    version: 0.1,
    log: { level: 'warn', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(folder, 'storage') }, delete: { enabled: true } },
    http: { addr: `127.0.0.1:${port}` },
  })

const answers = (port: number) =>
  fetch(`http://127.0.0.1:${port}/v2/`).then(
    ({ ok }) => ok,
    () => false,
  )
