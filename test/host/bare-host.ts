import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type KeyedSigner, openSigner } from '../../src/adapters/signer.ts'
import { allowedSigners } from '../../src/host/bootstrap-script.ts'
import type { Command } from '../../src/host/command.ts'
import { type Ending, endingOf } from '../../src/host/exit-codes.ts'
import type { Authority } from '../../src/host/order.ts'
import { commandLine } from '../../src/host/quote.ts'

/** A folder that landfall-shell takes for a host, with Landfall's key on it; its Docker only notes what it is told, unless it has a real one. */
export interface BareHost {
  folder: string
  root: string
  signer: KeyedSigner
  /** This Landfall's word at a turn; the first where none is named. */
  by(turn?: number): Authority
  /** As sshd calls landfall-shell for Landfall's key. */
  send(command: Command): Promise<Told>
  /** Sends a command whose whole call, Docker's commands included, is killed so many milliseconds later. */
  kill(command: Command, milliseconds: number): void
  /** The same, until nobody listens to it any more; resolves once it has ended. */
  giveUp(command: Command): Promise<void>
  /** As an administrator of the machine calls it; its exit code as an ending. */
  onHost(...words: string[]): Ending
  /** What Compose was given to do, a line each. */
  composed(): string[]
  /** Images that Docker was told to remove. */
  removed(): string[]
  /** Text of a file below the root; empty where there is none. */
  read(path: string): string
  remove(): void
}

export interface Told {
  ending: Ending
  stdout: string
  stderr: string
}

/** A real Docker Engine, and the programs that speak to it. */
export interface RealDocker {
  docker: string
  compose: string
  /** `unix:///…/run/docker.sock` */
  address: string
}

/**
 * @param shell the script, as it is called, and where it looks for its tools
 * @param present images that Docker says it has
 */
export async function bareHost(
  shell: { script: string; path: string },
  present: readonly string[] = [],
  real?: RealDocker,
): Promise<BareHost> {
  const folder = mkdtempSync(join(tmpdir(), 'landfall-bare-'))
  const root = join(folder, 'root')
  const signer = await openSigner(join(folder, 'data'))
  mkdirSync(root)
  writeFileSync(join(root, 'allowed_signers'), allowedSigners(signer.publicKey))
  writeFileSync(join(folder, 'present'), present.map((image) => `${image}\n`).join(''))
  for (const file of ['composed', 'removed']) writeFileSync(join(folder, file), '')
  const programs = join(folder, 'programs')
  const plugins = join(folder, '.docker/cli-plugins')
  for (const path of [programs, plugins]) mkdirSync(path, { recursive: true })
  const docker = `#!/bin/sh\ncase $1 in image) cat ${folder}/present ;; rmi) echo "$2" >>${folder}/removed ;; version) echo '{"type":"host","shell":5,"docker":"28.0.0","platform":"linux/amd64"}' ;; esac\n`
  if (real) symlinkSync(real.docker, join(programs, 'docker'))
  else writeFileSync(join(programs, 'docker'), docker, { mode: 0o755 })
  // Goes on once the file `gate` is gone, so that something can happen meanwhile.
  const compose = `#!/bin/sh\necho "$@" >>${folder}/composed\nwhile [ -e ${folder}/gate ]; do sleep 0.02; done\n`
  if (real) symlinkSync(real.compose, join(plugins, 'docker-compose'))
  else writeFileSync(join(plugins, 'docker-compose'), compose, { mode: 0o755 })
  const env = { PATH: `${programs}:${shell.path}`, HOME: folder, ...(real && { DOCKER_HOST: real.address }) }

  const noted = (file: string) => readFileSync(join(folder, file), 'utf8').split('\n').filter(Boolean)
  const begin = (command: Command) => {
    const asked = { ...env, SSH_ORIGINAL_COMMAND: commandLine(command) }
    // In a process group of its own, as under sshd: it may end all of that.
    const child = spawn(shell.script, ['--root', root], { env: asked, stdio: ['pipe', 'pipe', 'pipe'], detached: true })
    // Who refuses an order may not read it to its end.
    child.stdin.on('error', () => undefined)
    child.stdin.end(command.stdin instanceof Uint8Array ? command.stdin : '')
    return child
  }

  return {
    folder,
    root,
    signer,
    by: (turn = 1) => ({ turn, sign: signer.sign }),
    async send(command) {
      const child = begin(command)
      const said = Promise.all([child.stdout.setEncoding('utf8').toArray(), child.stderr.setEncoding('utf8').toArray()])
      const code = await new Promise<number>((resolve, reject) => child.on('error', reject).on('close', (exit) => resolve(exit ?? -1)))
      const [stdout, stderr] = await said
      return { ending: endingOf(code), stdout: stdout.join(''), stderr: stderr.join('') }
    },
    kill(command, milliseconds) {
      const child = begin(command)
      setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), milliseconds)
    },
    async giveUp(command) {
      const child = begin(command)
      child.stdout.destroy()
      await new Promise((resolve) => child.on('exit', resolve))
    },
    onHost(...words) {
      return endingOf(spawnSync(shell.script, ['--root', root, ...words], { env }).status ?? -1)
    },
    composed: () => noted('composed'),
    removed: () => noted('removed'),
    read(path) {
      try {
        return readFileSync(join(root, path), 'utf8')
      } catch {
        return ''
      }
    },
    remove: () => rmSync(folder, { recursive: true }),
  }
}
