import type { Finding } from '../../finding.ts'
import type { Rule } from '../../rule.ts'
import type { OperatorShape } from '../schema.ts'
import { wayIn } from '../way-in.ts'

/**
 * One machine has one name: under two it would be deployed to twice at once, and counted as two proofs. Behind different bastions the same
 * private address is another machine.
 */
export const hostsApart: Rule<OperatorShape> = (file) => {
  const first = new Map<string, string>()
  return Object.entries(file.hosts).flatMap(([name, host]): Finding[] => {
    const { port, bastion = '' } = wayIn(file, name, host)
    const machine = `${host.address.toLowerCase()} ${port} ${bastion}`
    const other = first.get(machine)
    if (other === undefined) first.set(machine, name)
    if (other === undefined) return []
    return [{ path: ['hosts', name, 'address'], what: `this is the same machine as "${other}"`, remedy: 'Keep one name for it' }]
  })
}
