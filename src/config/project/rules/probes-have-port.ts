import type { Finding } from '../../finding.ts'
import type { Rule } from '../../rule.ts'
import { mergeVerify } from '../fill-defaults.ts'
import type { ProjectShape } from '../schema.ts'

/** A path can be asked only where the port is known, in the environment itself or in the defaults. */
export const probesHavePort: Rule<ProjectShape> = (file) =>
  Object.entries(file.environments).flatMap(([name, environment]) =>
    Object.entries(mergeVerify(file.defaults?.verify, environment.verify)).flatMap(([service, rule]): Finding[] => {
      const asked = (['health', 'version', 'dependencies', 'smoke'] as const).find((key) => rule[key] !== undefined)
      if (asked === undefined || rule.port !== undefined) return []
      const own = environment.verify?.[service]?.[asked] !== undefined
      const verify = own ? ['environments', name, 'verify'] : ['defaults', 'verify']
      return [
        {
          path: [...verify, service, asked],
          what: `the port of "${service}" is not known`,
          remedy: 'Add `port`, the port inside the container',
        },
      ]
    }),
  )
