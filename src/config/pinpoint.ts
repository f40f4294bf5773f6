import type { Problem } from '../domain/problem.ts'
import { readDocument } from './document.ts'
import { pathSegments } from './finding.ts'

/** Gives problems that know only their path in the file, such as refusals of the policy, the line and column of that path. */
export function pinpoint(problems: Problem[], text: string): Problem[] {
  const document = readDocument(text, '')
  if (document.kind === 'invalid') return problems
  return problems.map((problem) => ({ ...problem, ...document.tree.positionOf({ path: pathSegments(problem.path ?? '') }) }))
}
