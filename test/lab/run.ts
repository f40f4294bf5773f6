import { spawn } from 'node:child_process'
import { systemPath } from './program.ts'

export interface Result {
  code: number
  stdout: string
  stderr: string
}

export interface RunOptions {
  stdin?: string | Uint8Array
  env?: Record<string, string>
  folder?: string
}

/** Runs a command to its end. A command killed by a signal has code 128. */
export function run(argv: string[], { stdin, env = {}, folder }: RunOptions = {}): Promise<Result> {
  const [command = '', ...args] = argv
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: 'pipe',
      cwd: folder ?? '/',
      env: { PATH: systemPath, HOME: '/root', LANG: 'C.UTF-8', ...env },
    })
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
    child.once('error', reject)
    child.once('close', (code) =>
      resolve({ code: code ?? 128, stdout: Buffer.concat(out).toString('utf8'), stderr: Buffer.concat(err).toString('utf8') }),
    )
    child.stdin.on('error', () => {}) // a command that ends without reading its input is no failure
    child.stdin.end(stdin)
  })
}

/**
 * Runs a command that must succeed; returns what it printed.
 * @throws with the command, its exit code and its error output.
 */
export async function must(argv: string[], options?: RunOptions): Promise<string> {
  const { code, stdout, stderr } = await run(argv, options)
  if (code !== 0) throw new Error(`laboratory: \`${argv.join(' ')}\` ended with ${code}.\n${(stderr || stdout).trimEnd()}`)
  return stdout
}
