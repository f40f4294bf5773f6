/** What a configuration file may cost. Anybody who can push can write one, so reading it must end soon. */
export const limits = {
  /** Characters. A thousand hosts with their keys need less. */
  characters: 256 * 1024,
  /** Nesting of lists and mappings. The deepest key that means anything is seven levels down. */
  depth: 50,
  /**
   * Tokens of the YAML lexer. The composer takes up to 30 microseconds for one that is wrong, and characters alone
   * would allow 262,144 of them.
   */
  tokens: 30_000,
  /** Uses of anchors; finding the anchor of one takes a walk through the file. */
  aliases: 100,
  /** Values after aliases are expanded: a few lines of nested aliases make billions. */
  values: 20_000,
  /** Syntax errors shown: after a few, the rest are echoes of the first. */
  syntaxErrors: 10,
  /** Problems shown. */
  problems: 100,
}
