import { readComment } from './commands/read-comment.ts'

/** A `/rollback` as somebody typed it in a comment. */
export interface CommentCommand {
  name: 'rollback'
  /** Words after the name. */
  words: string[]
}

/**
 * The narrow way to a comment's commands, for as long as only `/rollback [environment]` is carried out; `readComment` is the wide
 * one. A rollback to a certain release is left out until it can go there: it must not go elsewhere.
 */
export const commandsIn = (comment: string): CommentCommand[] =>
  readComment(comment).flatMap((reading) =>
    reading.kind === 'rollback' && !reading.to
      ? [{ name: 'rollback', words: reading.environment === undefined ? [] : [reading.environment] }]
      : [],
  )
