import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { newKeyPair } from '../../../src/adapters/ssh/new-key.ts'
import type { Host } from '../host.ts'

const run = promisify(execFile)

/** Makes a lab host a host of the Landfall with this data folder, by the command an operator would type. */
export async function bootstrapHost(host: Host, dataFolder: string): Promise<string> {
  await mkdir(dataFolder, { recursive: true })
  const admin = newKeyPair('admin')
  const keyFile = join(dataFolder, `admin-${host.name}`)
  await writeFile(keyFile, admin.private, { mode: 0o600 })
  await host.authorize(admin.public, 'root')
  const words = [
    'src/main/cli.ts',
    'host',
    'bootstrap',
    `root@${host.address}:${host.port}`,
    '--name',
    host.name,
    '--key',
    keyFile,
    '--host-key',
    host.hostKey,
    '--print',
  ]
  const environment = { PATH: process.env.PATH ?? '', LANDFALL_DATA: dataFolder }
  const { stdout } = await run(process.execPath, words, { env: environment }).catch((error: { stdout?: string; stderr?: string }) => {
    throw new Error(`bootstrap of ${host.name} failed:\n${error.stdout}${error.stderr}`)
  })
  return stdout
}
