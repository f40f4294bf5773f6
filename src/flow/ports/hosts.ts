import type { HostRule } from '../../domain/configuration.ts'
import type { Command } from '../../host/command.ts'

export interface Hosts {
  /** Sends one landfall-shell command over the host's warm connection. `onLine` gets each line of output as it comes. */
  run(host: HostRule, command: Command, onLine?: (line: string) => void, signal?: AbortSignal): Promise<CommandResult>
  close(): Promise<void>
}

/** How a command ended. Nothing is assumed about a command whose connection was lost. */
export type CommandResult =
  | { kind: 'exited'; code: number; stdout: string; stderr: string }
  | { kind: 'unreachable'; detail: string }
  /** `bastion` names the one on the way that showed it; absent: the host did. */
  | { kind: 'host-key-changed'; shown: string; bastion?: string }
  | { kind: 'connection-lost'; detail: string }
  | { kind: 'stalled'; seconds: number }
