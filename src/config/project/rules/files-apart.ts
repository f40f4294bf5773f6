import { overlap } from '../../../domain/files.ts'
import type { Finding } from '../../finding.ts'
import type { Rule } from '../../rule.ts'
import type { ProjectShape } from '../schema.ts'

/** No two entries have a say about one place, and none runs a command of which nobody said how long it may take. */
export const filesApart: Rule<ProjectShape> = ({ environments }) =>
  Object.entries(environments).flatMap(([name, { files = [] }]) =>
    files.flatMap(({ to, check, reload, within }, index): Finding[] => {
      const path = ['environments', name, 'files', index]
      const other = files.slice(0, index).find((one) => overlap(one.to.path, to.path))
      const idle = within !== undefined && check === undefined && !reload
      return [
        ...(other
          ? [
              {
                path: [...path, 'to'],
                what: `this lies in one place with "${other.to.path}" above`,
                remedy: 'Give each a folder of its own',
              },
            ]
          : []),
        ...(idle
          ? [{ path: [...path, 'within'], onKey: true, what: 'nothing is run', remedy: 'Remove it, or add `check` or `reload`' }]
          : []),
      ]
    }),
  )
