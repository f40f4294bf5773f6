/** Text that arrives in pieces, cut into lines. */
export interface LineCutter {
  push(chunk: Buffer): void
  /** The last line, where it does not end in a newline. */
  finish(): void
}

/** Calls `onLine` with each line, without its newline. Multi-byte characters may be cut anywhere. */
export function lineCutter(onLine: (line: string) => void): LineCutter {
  const decoder = new TextDecoder()
  let rest = ''
  const emit = (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line)
  }
  return {
    push: (chunk) => emit(decoder.decode(chunk, { stream: true })),
    finish: () => {
      emit(decoder.decode())
      if (rest !== '') onLine(rest)
      rest = ''
    },
  }
}
