import { Composer, type CST, type Document, Lexer, Parser } from 'yaml'
import type { Problem } from '../domain/problem.ts'
import type { Finding } from './finding.ts'
import { limits } from './limits.ts'
import { type Position, positionsIn } from './position.ts'
import { problemsOf } from './problems.ts'
import { syntaxFinding } from './syntax.ts'
import { readTree, type Tree, tooDeep } from './tree.ts'

/**
 * Reads one YAML document within the limits. Syntax errors end here; what is wrong with the tree only, such as a
 * duplicate key, is left in `tree.findings`, so that everything else can be reported with it.
 */
export function readDocument(given: string, file: string): { kind: 'ok'; tree: Tree } | { kind: 'invalid'; problems: Problem[] } {
  const parsed = parseDocument(given, file)
  return parsed.kind === 'ok' ? { kind: 'ok', tree: readTree(parsed.document, parsed.positionAt) } : parsed
}

/** The same before it is made plain values: for whoever needs the order of keys or the places of all parts. */
export function parseDocument(
  given: string,
  file: string,
): { kind: 'ok'; document: Document; positionAt: (offset: number) => Position } | { kind: 'invalid'; problems: Problem[] } {
  const text = given.slice(0, limits.characters).replace(/^\uFEFF/, '')
  const positionAt = positionsIn(text)
  const invalid = (...findings: Finding[]) => ({
    kind: 'invalid' as const,
    problems: problemsOf(file, findings, ({ offset = 0 }) => positionAt(offset)),
  })

  if (given.length > limits.characters) {
    return invalid(atStart(`the file is larger than ${limits.characters / 1024} KiB`, 'Remove what does not belong into it'))
  }
  const tokens = tokenize(text)
  if ('what' in tokens) return invalid(tokens)

  const directive = tokens.find((token) => token.type === 'directive')
  if (directive) {
    return invalid({ path: [], offset: directive.offset, what: 'YAML directives (`%`) are not supported', remedy: 'Remove the line' })
  }
  const [document, second] = new Composer({ prettyErrors: false, uniqueKeys: false }).compose(tokens, true, text.length)
  if (second) {
    return invalid({ path: [], offset: second.range[0], what: 'there is more than one YAML document', remedy: 'Remove the `---` line' })
  }
  const errors = [...(document?.errors ?? []), ...(document?.warnings ?? [])]
  if (errors.length > 0) return invalid(...errors.slice(0, limits.syntaxErrors).map(syntaxFinding))
  if (!document || document.contents === null) return invalid(atStart('the file is empty', 'Write at least the keys it needs'))
  return { kind: 'ok', document, positionAt }
}

/**
 * The tokens of the text, or why there are too many. Depth is watched while the (iterative) parser builds its stack,
 * before the (recursive) composer sees it.
 */
function tokenize(text: string): CST.Token[] | Finding {
  const parser = new Parser()
  const tokens: CST.Token[] = []
  let count = 0
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme))
    count += 1
    const here = { path: [], offset: parser.offset }
    if (count > limits.tokens) return { ...here, what: 'the file has too many parts', remedy: 'Remove what does not belong into it' }
    // A level costs the parser one or two entries of its stack, and the document one: what gets through is counted in the tree.
    if (parser.stack.length > 2 * limits.depth + 1) return { ...here, ...tooDeep }
  }
  tokens.push(...parser.end())
  return tokens
}

const atStart = (what: string, remedy: string): Finding => ({ path: [], offset: 0, what, remedy })
