import type { ChatRule, OperatorFile } from '../../domain/configuration.ts'
import { writtenGates } from '../gates/gates.ts'
import { named } from '../named.ts'
import { membersOf } from './group.ts'
import type { OperatorShape } from './schema.ts'
import { bastions, wayIn } from './way-in.ts'

/** The file in the domain's form: what was a key becomes a name. */
export function operatorFile(shape: OperatorShape): OperatorFile {
  const known = bastions(shape.bastions)
  return {
    hosts: named(shape.hosts, (host, name) => {
      const { bastion, ...way } = wayIn(shape, name, host)
      const through = bastion === undefined ? undefined : known[bastion]
      return { name, address: host.address, ...way, hostKey: host['host-key'], ...(through && { bastion: through }) }
    }),
    bastions: known,
    groups: named(shape.groups, membersOf),
    registries: named(shape.registries, (registry, host) => ({ host, ...registry })),
    repositories: Object.entries(shape.repositories).map(([name, { environments, require: floor, ...rest }]) => ({
      name,
      ...rest,
      environments: named(environments, (entries) => entries),
      require: named(floor, writtenGates),
    })),
    chat: named(shape.chat, chatRule),
    ...(shape['public-checks'] && { publicChecks: shape['public-checks'] }),
  }
}

function chatRule({ slack, telegram }: OperatorShape['chat'][string], name: string): ChatRule {
  if (slack) return { kind: 'slack', ...slack }
  if (telegram) return { kind: 'telegram', ...telegram }
  throw new Error(`the schema let chat channel ${name} pass without a kind`)
}
