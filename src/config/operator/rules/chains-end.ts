import type { Finding } from '../../finding.ts'
import type { Rule } from '../../rule.ts'
import type { OperatorShape } from '../schema.ts'

/** Bastions behind bastions end at one that is reached from here. */
export const chainsEnd: Rule<OperatorShape> = ({ bastions }) =>
  Object.keys(bastions).flatMap((name): Finding[] => {
    const passed = [name]
    for (let before = bastions[name]?.bastion; before !== undefined; before = bastions[before]?.bastion) {
      passed.push(before)
      // Each circle is told at its members alone, and not at those that lead into it.
      if (before === name) {
        const what = `it is reached through itself: ${passed.join(' through ')}`
        return [{ path: ['bastions', name, 'bastion'], what, remedy: 'One of them has to be reached without the others' }]
      }
      if (passed.indexOf(before) < passed.length - 1) return []
    }
    return []
  })
