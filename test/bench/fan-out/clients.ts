import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { HostRule } from '../../../src/domain/configuration.ts'
import { must, run } from '../../lab/run.ts'

/** How OpenSSH keeps a connection for later calls: the first call leaves a process that holds it for so long. */
export const keptFor = 300

/**
 * The key exchange that Landfall's own connections have. Left to itself OpenSSH 9 adds one against quantum computers, which costs a login 80 ms
 * of processor time and would be all that a cold run tells.
 */
export const keyExchange = 'curve25519-sha256'

/** A known_hosts file of exactly these hosts; its path. */
export async function writeKnownHosts(folder: string, hosts: readonly HostRule[]): Promise<string> {
  const file = join(folder, 'known_hosts')
  await writeFile(file, hosts.map(({ address, port, hostKey }) => `[${address}]:${port} ${hostKey}\n`).join(''))
  return file
}

/** Has every kept connection whose socket lies in the folder closed. */
export async function closeKept(folder: string): Promise<void> {
  const sockets = await readdir(folder)
  await Promise.all(sockets.map((socket) => run(['ssh', '-F', 'none', '-S', join(folder, socket), '-O', 'exit', 'anybody'])))
  while ((await readdir(folder)).length > 0) await new Promise((resolve) => setTimeout(resolve, 20))
}

/** Seconds a program takes that must succeed. */
export async function timed(argv: string[], options: Parameters<typeof must>[1] = {}): Promise<number> {
  const began = performance.now()
  await must(argv, options)
  return (performance.now() - began) / 1000
}
