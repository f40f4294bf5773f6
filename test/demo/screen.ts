import { styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

/** Writes the demo's play to the terminal, each line with the seconds since its act began. */
export interface Screen {
  title(text: string): void
  /** A line of the timeline: who speaks, and what. */
  line(who: 'demo' | 'github' | 'landfall' | 'chat' | 'host', text: string): void
  /** Starts the clock of the next lines. */
  begin(): void
  table(head: string[], rows: string[][]): void
  plain(text: string): void
}

const colours: Record<Parameters<Screen['line']>[0], Style> = {
  demo: 'gray',
  github: 'magenta',
  landfall: 'cyan',
  chat: 'yellow',
  host: 'green',
}

export function screenOn(stream: NodeJS.WriteStream): Screen {
  let began = performance.now()
  const style = (format: Style, text: string) => styleText(format, text, { stream })
  const write = (text: string) => void stream.write(`${text}\n`)
  return {
    begin() {
      began = performance.now()
    },
    title: (text) => write(`\n${style('bold', text)}`),
    line(who, text) {
      const seconds = ((performance.now() - began) / 1000).toFixed(1).padStart(6)
      const [first = '', ...rest] = text.split('\n')
      write(`${style('gray', `${seconds} s`)}  ${style(colours[who], who.padEnd(8))}  ${first}`)
      for (const more of rest) write(`${' '.repeat(20)}${style('gray', more)}`)
    },
    table(head, rows) {
      const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)))
      const line = (cells: string[]) =>
        cells
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('   ')
          .trimEnd()
      write('')
      write(style('bold', line(head)))
      for (const row of rows) write(line(row))
      write('')
    },
    plain: write,
  }
}
