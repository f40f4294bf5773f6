import type { Finding, Path } from '../../finding.ts'
import { afterKnown, type Chain, noCircles } from '../../gates/chain.ts'
import { enoughApprovers } from '../../gates/enough-approvers.ts'
import { writtenGates } from '../../gates/gates.ts'
import { someMinuteOpen } from '../../gates/some-minute-open.ts'
import type { Rule } from '../../rule.ts'
import type { OperatorShape } from '../schema.ts'
import { neverCount } from './environments-granted.ts'

type Floor = OperatorShape['repositories'][string]['require']

/** A floor is for environments the repository may have, and can be reached: a misspelt name would guard nothing. */
export const floorFits: Rule<OperatorShape> = (file, names) =>
  Object.entries(file.repositories).flatMap(([pattern, { require: floor }]) => {
    const path = ['repositories', pattern, 'require']
    const granted = names(['repositories', pattern, 'environments'])
    return [...neverCount(path, Object.keys(floor), granted), ...chained(path, floor, granted), ...canOpen(path, floor)]
  })

function chained(path: Path, floor: Floor, granted: readonly string[]): Finding[] {
  const links = Object.entries(floor).flatMap(([name, { after }]) =>
    after === undefined ? [] : [[name, { after, path: [...path, name, 'after'] }] as const],
  )
  const chain: Chain = new Map(links.filter(([name]) => name !== '*'))
  const forAll = links.flatMap(([name, link]) => (name === '*' ? [{ path: link.path, ...afterItself }] : []))
  return [...forAll, ...(granted.includes('*') ? [] : afterKnown(chain, granted)), ...noCircles(chain)]
}

const afterItself = {
  what: '`*` holds for every environment, also for the one that would have to come first',
  remedy: 'Write `after` below the names of the environments that come later',
}

function canOpen(path: Path, floor: Floor): Finding[] {
  return Object.entries(floor).flatMap(([name, written]) => [
    ...(written.approve ? enoughApprovers([...path, name, 'approve', 'count'], written.approve) : []),
    ...someMinuteOpen([...path, name, 'windows'], writtenGates(written).windows ?? []),
  ])
}
