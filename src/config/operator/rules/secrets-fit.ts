import type { Rule } from '../../rule.ts'
import type { OperatorShape } from '../schema.ts'
import { neverCount } from './environments-granted.ts'

/** Values are for environments the repository may have. */
export const secretsFit: Rule<OperatorShape> = (file, names) =>
  Object.entries(file.repositories).flatMap(([pattern, { secrets = {} }]) =>
    neverCount(['repositories', pattern, 'secrets'], Object.keys(secrets), names(['repositories', pattern, 'environments'])),
  )
