import type { Client, ClientCallback, ClientChannel } from 'ssh2'
import { Secret } from '../../domain/secret.ts'
import type { CommandResult } from '../../flow/ports.ts'
import type { Command } from '../../host/command.ts'
import { commandLine } from '../../host/quote.ts'
import { lineCutter } from './lines.ts'

/** What is kept of each output; a host may say more, but not fill Landfall's memory. */
const mostKept = 4 * 1024 * 1024

/** How long a command may take to end by itself once it is given up and its standard input closed. */
const grace = 2_000

/** Exit codes a shell gives for these signals. */
const signalCodes: Record<string, number> = { HUP: 129, INT: 130, KILL: 137, PIPE: 141, TERM: 143 }

/** A command under way. */
export interface Running {
  /** Every way to end is a result; only what `onLine` throws is thrown. */
  result: Promise<CommandResult>
  /** Resolves when its channel is gone, which may be later. */
  closed: Promise<void>
}

/**
 * Runs one command in one channel. With a signal and no `stdin`, standard input stays open until the signal aborts: that
 * is how a probe is told to stop. Whoever aborts does not wait for it to have stopped.
 */
export function execute(client: Client, command: Command, onLine?: (line: string) => void, signal?: AbortSignal): Running {
  const { promise, resolve, reject } = Promise.withResolvers<CommandResult>()
  const closing = Promise.withResolvers<void>()
  let channel: ClientChannel | undefined
  let over = false
  const end = (result: CommandResult) => {
    over = true
    resolve(result)
    if (channel) channel.close()
    else closing.resolve()
  }

  const stalled = setTimeout(() => end({ kind: 'stalled', seconds: command.stalls }), command.stalls * 1000)
  const lost = () => {
    end({ kind: 'connection-lost', detail: 'the connection was closed before the command ended' })
    closing.resolve()
  }
  client.once('close', lost)
  const abort = () => {
    resolve({ kind: 'connection-lost', detail: 'Landfall gave the command up' })
    channel?.end()
    const impatient = setTimeout(() => channel?.close(), grace)
    closing.promise.finally(() => clearTimeout(impatient))
  }
  signal?.addEventListener('abort', abort)

  const begin: ClientCallback = (error, opened) => {
    if (error) return end({ kind: 'connection-lost', detail: error.message })
    if (over) return opened.close()
    channel = opened
    const stdout = keeper()
    const stderr = keeper()
    const cutter = lineCutter((line) => {
      if (signal?.aborted) return
      try {
        onLine?.(line)
      } catch (cause) {
        reject(cause)
        opened.close()
      }
    })
    let code: number | undefined
    opened.on('data', (chunk: Buffer) => {
      stalled.refresh()
      stdout.keep(chunk)
      cutter.push(chunk)
    })
    opened.stderr.on('data', (chunk: Buffer) => {
      stalled.refresh()
      stderr.keep(chunk)
    })
    opened.on('exit', (exit: number | null, name?: string) => {
      code = exit ?? signalCodes[(name ?? '').replace(/^SIG/, '')] ?? 255
    })
    opened.on('close', () => {
      cutter.finish()
      if (code === undefined) lost()
      else resolve({ kind: 'exited', code, stdout: stdout.text(), stderr: stderr.text() })
      closing.resolve()
    })
    // A command that ends without reading its input closes the channel; its exit code tells why.
    opened.on('error', () => {})
    if (command.stdin !== undefined) opened.end(bytesOf(command.stdin))
    // Aborted while the channel was being opened, or nobody can abort it.
    else if (!signal || signal.aborted) opened.end()
  }
  try {
    client.exec(commandLine(command), begin)
  } catch (error) {
    // A connection that has just died and has not told it yet.
    end({ kind: 'connection-lost', detail: error instanceof Error ? error.message : String(error) })
  }

  const result = promise.finally(() => {
    clearTimeout(stalled)
    signal?.removeEventListener('abort', abort)
  })
  const closed = closing.promise.finally(() => client.removeListener('close', lost))
  return { result, closed }
}

const bytesOf = (stdin: Uint8Array | Secret): Uint8Array => (stdin instanceof Secret ? Buffer.from(stdin.reveal()) : stdin)

/** Keeps whole chunks until the limit, then none. */
function keeper() {
  const chunks: Buffer[] = []
  let size = 0
  return {
    keep(chunk: Buffer) {
      size += chunk.length
      if (size <= mostKept) chunks.push(chunk)
    },
    text: () => Buffer.concat(chunks).toString('utf8'),
  }
}
