import { spawn } from 'node:child_process'
import { setTimeout } from 'node:timers/promises'
import { codeOf } from '../error-code.ts'
import { messageOf } from '../message-of.ts'

export type ChildResult =
  | { kind: 'exited'; code: number; stdout: string; stderr: string }
  | { kind: 'timeout' }
  | { kind: 'too-much-output' }
  | { kind: 'not-started'; detail: string }

/** Compose needs about 0.15 s; twenty mean that something is built to be slow. */
const limitMilliseconds = 20_000
const mostOutput = 16 * 1024 * 1024

/** Why a program cannot be started at this moment and can a moment later: too many processes, or the kernel at work on the same file. */
const passing = new Set(['EAGAIN', 'EBUSY', 'ETXTBSY', 'ENOMEM'])
const mostStarts = 5

/** As `runOnce`, started again where that failed for a reason that passes. */
export async function runChild(binary: string, args: string[], folder: string): Promise<ChildResult> {
  for (let starts = 1; ; starts += 1) {
    try {
      return await runOnce(binary, args, folder)
    } catch (error) {
      if (!passing.has(codeOf(error)) || starts === mostStarts) return { kind: 'not-started', detail: messageOf(error) }
      await setTimeout(starts * 50)
    }
  }
}

/**
 * Runs the Compose binary in a folder. Its environment is made from nothing: a variable of Landfall's own process would
 * win over the environment's file in interpolation and leak into what is deployed. Rejects where it cannot be started.
 */
function runOnce(binary: string, args: string[], folder: string): Promise<ChildResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(binary, args, {
      cwd: folder,
      env: {
        PATH: '/usr/bin:/bin',
        HOME: folder,
        // Readers of the network, off: what the repository names must be in the repository.
        COMPOSE_EXPERIMENTAL_GIT_REMOTE: 'false',
        COMPOSE_EXPERIMENTAL_OCI_REMOTE: 'false',
        GOMEMLIMIT: '256MiB',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: limitMilliseconds,
      killSignal: 'SIGKILL',
    })
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    let size = 0
    const collect = (into: Buffer[]) => (chunk: Buffer) => {
      size += chunk.length
      if (size > mostOutput) child.kill('SIGKILL')
      else into.push(chunk)
    }
    child.stdout.on('data', collect(stdout))
    child.stderr.on('data', collect(stderr))
    child.on('error', reject)
    child.on('close', (code) => {
      if (size > mostOutput) resolve({ kind: 'too-much-output' })
      else if (code === null) resolve({ kind: 'timeout' })
      else resolve({ kind: 'exited', code, stdout: Buffer.concat(stdout).toString('utf8'), stderr: Buffer.concat(stderr).toString('utf8') })
    })
  })
}
