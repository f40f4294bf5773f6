import type { Log } from '../../src/flow/ports.ts'
import type { Life } from './mortal.ts'

type Level = keyof Log

/** What all processes of a test logged. */
export class FakeLog {
  readonly lines: { level: Level; message: string; fields: Record<string, unknown> }[] = []

  /** The log as one process writes it, for as long as it lives. */
  of(life: Life): Log {
    const writing =
      (level: Level) =>
      (message: string, fields: Record<string, unknown> = {}) => {
        if (!life.ended) this.lines.push({ level, message, fields })
      }
    return { info: writing('info'), warn: writing('warn'), error: writing('error') }
  }

  /** Entries with this message. */
  saying(message: string): Record<string, unknown>[] {
    return this.lines.filter((line) => line.message === message).map(({ fields }) => fields)
  }

  /** The last lines, for whoever reads a failed test. */
  end(): string {
    const told = ({ level, message, fields }: (typeof this.lines)[number]) => `${level} ${message} ${JSON.stringify(fields)}`
    return this.lines.slice(-15).map(told).join('\n')
  }
}
