import type { Problem } from '../domain/problem.ts'
import type { CheckAnnotation } from './published.ts'
import { cut, oneLine, unticked } from './text.ts'

/** GitHub takes so many in one request; who has more to mend reads the rest in the summary. */
const most = 50

/** Remarks at the very lines of the files. What has no line of its own, such as a file that is missing, can only be told in words. */
export const annotationsOf = (problems: readonly Problem[]): CheckAnnotation[] => problems.flatMap(annotationOf).slice(0, most)

function annotationOf({ file, line, path, what, remedy }: Problem): CheckAnnotation[] {
  if (line === undefined) return []
  const title = cut(oneLine(path ?? ''), 200)
  const message = unticked(`${cut(oneLine(what), 2000)}. ${cut(oneLine(remedy), 1000)}.`)
  return [{ path: file, startLine: line, endLine: line, level: 'failure', ...(title !== '' && { title }), message }]
}
