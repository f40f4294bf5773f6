import { duplicates } from '../../duplicates.ts'
import { gatesNamedOnce } from '../../gates/named-once.ts'
import type { Rule } from '../../rule.ts'
import { membersOf, membersPath } from '../group.ts'
import type { OperatorShape } from '../schema.ts'

/** A list names each thing once. */
export const namedOnce: Rule<OperatorShape> = (file) => [
  ...Object.entries(file.groups).flatMap(([group, written]) => duplicates(['groups', group, ...membersPath(written)], membersOf(written))),
  ...Object.entries(file.repositories).flatMap(([pattern, rule]) => [
    ...(['projects', 'registries', 'notify', 'allow'] as const).flatMap((key) => duplicates(['repositories', pattern, key], rule[key])),
    ...Object.entries(rule.environments).flatMap(([environment, entries]) =>
      duplicates(['repositories', pattern, 'environments', environment], entries),
    ),
    ...Object.entries(rule.require).flatMap(([environment, floor]) =>
      gatesNamedOnce(['repositories', pattern, 'require', environment], floor),
    ),
    ...Object.entries(rule.require).flatMap(([environment, { from = {} }]) =>
      (['branches', 'tags'] as const).flatMap((key) =>
        duplicates(['repositories', pattern, 'require', environment, 'from', key], from[key] ?? []),
      ),
    ),
  ]),
]
