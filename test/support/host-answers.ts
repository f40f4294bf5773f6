import type { CommandResult } from '../../src/flow/ports.ts'

/** As landfall-shell writes text that may hold anything. */
export const encoded = (text: string): string => Buffer.from(text).toString('base64')

/** Lines of a command. */
export const answer = (lines: object[]) => ({ stdout: lines.map((line) => `${JSON.stringify(line)}\n`).join('') })

/** Those of one that succeeded. */
export const said = (lines: object[]): CommandResult => ({ kind: 'exited', code: 0, ...answer(lines), stderr: '' })

/** How landfall-shell refuses: an exit code of its closed list and a sentence for people, and what Docker said where it did. */
export const refused = (code: number, why: string, docker?: string): CommandResult => ({
  kind: 'exited',
  code,
  stdout: docker === undefined ? '' : `${JSON.stringify({ type: 'text', text: encoded(docker) })}\n`,
  stderr: `landfall-shell: ${why}\n`,
})

/** A host that does not even take the connection. */
export const unreachable: CommandResult = { kind: 'unreachable', detail: 'connection refused' }

/** A host from which nothing comes any more, although nobody cut the connection. */
export const silent: CommandResult = { kind: 'stalled', seconds: 15 }
