/** A command as somebody typed it in a comment. */
export interface CommentCommand {
  name: 'rollback'
  /** Words after the name. */
  words: string[]
}

const line = /^\/([a-z][a-z-]*)((?:[ \t]+\S+)*)[ \t]*$/

/**
 * The commands in a comment, in order: lines that begin with a slash and a known name. Quotes, fenced and indented
 * code are not commands: people discuss them, and a reply by mail quotes the whole thread.
 */
export function commandsIn(comment: string): CommentCommand[] {
  const found: CommentCommand[] = []
  let fence: string | undefined
  for (const text of comment.slice(0, 65_536).split(/\r?\n/)) {
    const mark = /^ {0,3}(```+|~~~+)/.exec(text)?.[1]
    if (mark) {
      if (fence === undefined) fence = mark
      else if (mark.startsWith(fence)) fence = undefined
      continue
    }
    const matched = fence === undefined ? line.exec(text) : null
    if (matched?.[1] === 'rollback') found.push({ name: 'rollback', words: (matched[2] ?? '').split(/[ \t]+/).filter(Boolean) })
  }
  return found
}
