import type { Finding } from '../../finding.ts'
import type { Rule } from '../../rule.ts'
import type { ProjectShape } from '../schema.ts'

/** An environment follows one thing: a branch, or tags. Told of those that are wrong elsewhere too, and not of what is no environment at all. */
export const oneSource: Rule<ProjectShape> = (_file, names) =>
  names(['environments']).flatMap((name): Finding[] => {
    const path = ['environments', name]
    const written = names(path)
    const both = written.includes('branch') && written.includes('tag')
    const neither = written.length > 0 && !written.includes('branch') && !written.includes('tag')
    return [
      ...(both ? [{ path: [...path, 'tag'], onKey: true, what: 'there are both `branch` and `tag`', remedy: 'Keep one of them' }] : []),
      ...(neither ? [{ path: [...path, 'branch'], what: 'there is neither `branch` nor `tag`', remedy: 'Write what it follows' }] : []),
    ]
  })
