/** Lines of one paragraph that do not begin inside inline code or an HTML comment. Time in proportion to the text. */
export function outsideOfSpans(paragraph: readonly string[]): string[] {
  const text = paragraph.join('\n')
  const hidden = spansOf(text)
  let start = 0
  let span = 0
  return paragraph.filter((line) => {
    const here = start
    start += line.length + 1
    while (hidden[span] !== undefined && (hidden[span]?.end ?? 0) <= here) span += 1
    return (hidden[span]?.start ?? Number.POSITIVE_INFINITY) > here
  })
}

/** Inline code and HTML comments of a paragraph, in order. A comment that nothing ends hides the rest. */
function spansOf(text: string): { start: number; end: number }[] {
  const closing = runsByLength(text)
  const spans: { start: number; end: number }[] = []
  const sign = /\\[\s\S]|`+|<!--/g
  for (let found = sign.exec(text); found; found = sign.exec(text)) {
    const [mark] = found
    if (mark.startsWith('\\')) continue
    const end = mark === '<!--' ? commentEnd(text, sign.lastIndex) : closing(mark.length, sign.lastIndex)
    if (end === undefined) continue
    spans.push({ start: found.index, end })
    sign.lastIndex = end
  }
  return spans
}

function commentEnd(text: string, from: number): number {
  const end = text.indexOf('-->', from)
  return end === -1 ? text.length : end + 3
}

/** Finds where the next run of so many backticks ends. To be asked with growing positions, which keeps the whole linear. */
function runsByLength(text: string): (length: number, from: number) => number | undefined {
  const runs = new Map<number, { starts: number[]; passed: number }>()
  for (const { 0: run, index } of text.matchAll(/`+/g)) {
    const same = runs.get(run.length)
    if (same) same.starts.push(index)
    else runs.set(run.length, { starts: [index], passed: 0 })
  }
  return (length, from) => {
    const same = runs.get(length)
    if (!same) return undefined
    while ((same.starts[same.passed] ?? Number.POSITIVE_INFINITY) < from) same.passed += 1
    const start = same.starts[same.passed]
    return start === undefined ? undefined : start + length
  }
}
