import { afterKnown, type Chain, noCircles } from '../../gates/chain.ts'
import type { Rule } from '../../rule.ts'
import type { ProjectShape } from '../schema.ts'

/** `after` names another environment of the file, and the chain has a first one. */
export const chain: Rule<ProjectShape> = (file, names) => {
  const found: Chain = new Map(
    Object.entries(file.environments).flatMap(([name, { after }]) =>
      after === undefined ? [] : [[name, { after, path: ['environments', name, 'after'] }]],
    ),
  )
  return [...afterKnown(found, names(['environments'])), ...noCircles(found)]
}
