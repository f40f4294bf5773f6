import { Composer, type CST, Lexer, LineCounter, Parser } from 'yaml'
import type { Problem } from '../domain/problem.ts'
import type { Finding } from './finding.ts'
import { limits } from './limits.ts'
import { positionAt, problemsOf } from './problems.ts'
import { syntaxFinding } from './syntax.ts'
import { readTree, type Tree } from './tree.ts'

/**
 * Reads one YAML document within the limits. Syntax errors end here; what is wrong with the tree only, such as a
 * duplicate key, is left in `tree.findings`, so that everything else can be reported with it.
 */
export function readDocument(text: string, file: string): { kind: 'ok'; tree: Tree } | { kind: 'invalid'; problems: Problem[] } {
  const lines = new LineCounter()
  const invalid = (...findings: Finding[]) => ({
    kind: 'invalid' as const,
    problems: problemsOf(file, findings, ({ offset }) => positionAt(lines, offset ?? 0)),
  })

  if (text.length > limits.characters) {
    return invalid(atStart(`the file is larger than ${limits.characters / 1024} KiB`, 'Remove what does not belong into it'))
  }
  const tokens = tokenize(text, lines)
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
  return { kind: 'ok', tree: readTree(document, lines) }
}

/**
 * The tokens of the text, or why there are too many. Depth is watched while the (iterative) parser builds its stack,
 * before the (recursive) composer sees it.
 */
function tokenize(text: string, lines: LineCounter): CST.Token[] | Finding {
  lines.addNewLine(0)
  const parser = new Parser(lines.addNewLine)
  const tokens: CST.Token[] = []
  let count = 0
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme))
    count += 1
    if (count > limits.tokens) {
      return { path: [], offset: parser.offset, what: 'the file has too many parts', remedy: 'Remove what does not belong into it' }
    }
    // A level costs the parser up to two entries of its stack; the document is one more.
    if (parser.stack.length > 2 * limits.depth + 1) {
      return {
        path: [],
        offset: parser.offset,
        what: `values are nested more than ${limits.depth} levels deep`,
        remedy: 'Write it flatter',
      }
    }
  }
  tokens.push(...parser.end())
  return tokens
}

const atStart = (what: string, remedy: string): Finding => ({ path: [], offset: 0, what, remedy })
