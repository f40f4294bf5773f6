import type { Client } from 'ssh2'
import type { Dial } from './connect.ts'

/** Lines to what is behind a bastion, as channels of its one connection. sshd counts them as no sessions (MaxSessions). */
export const through =
  (bastion: Client, name: string): Dial =>
  ({ address, port }) =>
    new Promise((resolve) => {
      const refused = (detail: string) => resolve({ kind: 'unreachable', detail })
      try {
        // Whom sshd is to log as the origin; it has no say in anything.
        bastion.forwardOut('127.0.0.1', 0, address, port, (error, line) => {
          if (error) refused(wordsFor(error, name, `${address}:${port}`))
          else resolve({ kind: 'dialled', line })
        })
      } catch {
        // A connection that has just died and has not told it yet.
        refused(`the connection to its bastion ${name} is lost`)
      }
    })

/** RFC 4254, section 5.1: what a refused channel's reason means. */
const prohibited = 1

function wordsFor(error: Error, name: string, to: string): string {
  if ('reason' in error && error.reason === prohibited)
    return `its bastion ${name} does not let Landfall through to ${to}; its \`permitopen\`, AllowTcpForwarding or PermitOpen decide that`
  return `its bastion ${name} gets no connection to ${to}: ${error.message.replace(/^\(SSH\) Channel open failure: /, '')}`
}
