import type { Problem } from '../domain/problem.ts'
import { type Finding, pathText } from './finding.ts'
import { limits } from './limits.ts'
import type { Position } from './position.ts'

/** Findings as problems in the order of the file, each once, and not more than a person would read. */
export function problemsOf(file: string, findings: Finding[], positionOf: (finding: Finding) => Position): Problem[] {
  // One with an offset is about a single key there.
  const wrong = new Map(findings.filter(({ offset }) => offset === undefined).map((finding) => [JSON.stringify(finding.path), finding]))
  const problems = findings.map((finding): Problem => {
    const path = shownPath(finding, wrong)
    return { file, ...positionOf(finding), ...(path ? { path } : {}), what: finding.what, remedy: finding.remedy }
  })
  const sorted = problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0))
  return sorted.filter(unlikeThoseBefore()).slice(0, limits.problems)
}

/**
 * Inside something that is wrong as a whole no key is known to be free of secrets: a password where a mapping belongs may read as
 * one. There the path ends at what is wrong.
 */
function shownPath(finding: Finding, wrong: Map<string, Finding>): string {
  const around = finding.path.keys().map((length) => wrong.get(JSON.stringify(finding.path.slice(0, length))))
  const { path, maskKey } = around.find((other) => other !== undefined) ?? finding
  return pathText(maskKey ? path.slice(0, -1) : path)
}

function unlikeThoseBefore(): (problem: Problem) => boolean {
  const seen = new Set<string>()
  return (problem) => {
    const key = JSON.stringify(problem)
    return !seen.has(key) && seen.add(key).has(key)
  }
}
