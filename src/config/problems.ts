import type { Problem } from '../domain/problem.ts'
import { type Finding, pathText } from './finding.ts'
import { limits } from './limits.ts'
import type { Position } from './position.ts'

/** Findings as problems in the order of the file, each once, and not more than a person would read. */
export function problemsOf(file: string, findings: Finding[], positionOf: (finding: Finding) => Position): Problem[] {
  const problems = findings.map((finding): Problem => {
    const path = pathText(finding.maskKey ? finding.path.slice(0, -1) : finding.path)
    return { file, ...positionOf(finding), ...(path ? { path } : {}), what: finding.what, remedy: finding.remedy }
  })
  const sorted = problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0))
  return sorted.filter(unlikeThoseBefore()).slice(0, limits.problems)
}

function unlikeThoseBefore(): (problem: Problem) => boolean {
  const seen = new Set<string>()
  return (problem) => {
    const key = JSON.stringify(problem)
    return !seen.has(key) && seen.add(key).has(key)
  }
}
