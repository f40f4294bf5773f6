import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Host } from '../lab/host.ts'
import { pushApp, pushDatabase } from '../lab/images.ts'
import type { Registry } from '../lab/registry.ts'
import { composeFile } from './service.ts'

/** What a team has before Landfall: a shell script in its pipeline, and ssh. Each brings a new release; seconds. */
export interface ByHand {
  /** `ssh host 'docker compose pull && docker compose up -d --wait' && curl`, on a connection of its own. */
  waiting(): Promise<number>
  /** A loop of curl in place of `--wait`, over an OpenSSH connection that is kept open. */
  polling(): Promise<number>
  close(): Promise<void>
}

const run = promisify(execFile)

/** Sets both projects up on the host. */
export async function openByHand(host: Host, registry: Registry, folder: string): Promise<ByHand> {
  await pushDatabase(registry, { repository: 'acme/database', tag: '1' })
  const ssh = await sshClient(host, folder)
  const waiting = await project(host, registry, { name: 'by-hand-waiting', port: 18_080, healthCheck: true })
  const polling = await project(host, registry, { name: 'by-hand-polling', port: 18_082, healthCheck: false })
  return {
    async waiting() {
      const tag = await waiting.release()
      return timed(`${ssh.command} '${waiting.deploy(tag, 'up -d --wait')}' && curl -fsS ${waiting.url}`, tag)
    },
    async polling() {
      const tag = await polling.release()
      const loop = `until curl -fs --max-time 1 ${polling.url} | grep ${tag}; do sleep 0.1; done`
      return timed(`${ssh.multiplexed} '${polling.deploy(tag, 'up -d')}' && ${loop}`, tag)
    },
    close: ssh.close,
  }
}

/** A folder with a Compose file in a user's home. */
async function project(host: Host, registry: Registry, { name, ...side }: { name: string; port: number; healthCheck: boolean }) {
  const compose = composeFile(registry.address, { ...side, image: `acme/${name}` })
  const script = `mkdir -p ~/${name} && cat >~/${name}/compose.yml`
  const home = ['env', `HOME=/home/${host.user}`]
  const { code, stderr } = await host.exec([...home, 'sh', '-c', script], { user: host.user, stdin: compose })
  if (code !== 0) throw new Error(`the project of the script could not be written: ${stderr}`)
  return {
    url: `http://${host.address}:${side.port}/health`,
    deploy: (tag: string, up: string) => `cd ${name} && export TAG=${tag} && docker compose pull && docker compose ${up}`,
    /** Pushes an image that nobody has yet; its tag. */
    async release() {
      const tag = randomBytes(20).toString('hex')
      await pushApp(registry, { repository: `acme/${name}`, tag, version: tag, index: true })
      return tag
    },
  }
}

/** An ordinary OpenSSH client with a key and a known host, once plain and once with a kept connection. */
async function sshClient(host: Host, folder: string) {
  const key = join(folder, 'by-hand-key')
  const known = join(folder, 'by-hand-known')
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key])
  await host.authorize((await run('ssh-keygen', ['-y', '-f', key])).stdout)
  await writeFile(known, `${host.address} ${host.hostKey}\n`)
  const options = `-F none -i ${key} -o IdentitiesOnly=yes -o UserKnownHostsFile=${known} -o LogLevel=ERROR -p ${host.port}`
  const target = `${host.user}@${host.address}`
  const socket = `-S ${join(folder, 'by-hand-socket')}`
  await run('sh', ['-c', `ssh -M -f -N ${options} ${socket} -o ControlPersist=yes ${target}`])
  return {
    command: `ssh ${options} ${target}`,
    multiplexed: `ssh ${options} ${socket} ${target}`,
    close: async () => void (await run('sh', ['-c', `ssh -O exit ${options} ${socket} ${target}`])),
  }
}

/** Runs a script as a pipeline would, and makes sure that it did its work. */
async function timed(script: string, version: string): Promise<number> {
  const began = performance.now()
  const child = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'pipe'] })
  const said: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => said.push(text))
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  const seconds = (performance.now() - began) / 1000
  if (code !== 0 || !said.join('').includes(version)) throw new Error(`the script failed with ${code}:\n${said.join('')}`)
  return seconds
}
