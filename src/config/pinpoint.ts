import type { Problem } from '../domain/problem.ts'
import { readDocument } from './document.ts'
import { pathSegments } from './finding.ts'

/** Gives problems that know only their place within a project's file, such as refusals of the policy, that file with line and column. */
export function pinpoint(problems: Problem[], { path: file, text }: { path: string; text: string }): Problem[] {
  const document = readDocument(text, file)
  if (document.kind === 'invalid') return problems.map((problem) => ({ ...problem, file }))
  return problems.map((problem) => ({ ...problem, file, ...document.tree.positionOf({ path: pathSegments(problem.path ?? '') }) }))
}
