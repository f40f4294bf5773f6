import type { ChatRule, OperatorFile, SourcesRule } from '../../domain/configuration.ts'
import { writtenGates } from '../gates/gates.ts'
import { named } from '../named.ts'
import { membersOf } from './group.ts'
import type { OperatorShape } from './schema.ts'
import { bastions, type WayIn, wayIn } from './way-in.ts'

/** The file in the domain's form: what was a key becomes a name. */
export function operatorFile(shape: OperatorShape): OperatorFile {
  const known = bastions(shape.bastions)
  const reached = (name: string, host: WayIn) => {
    const { bastion, ...way } = wayIn(shape, name, host)
    const through = bastion === undefined ? undefined : known[bastion]
    return { ...way, ...(through && { bastion: through }) }
  }
  return {
    hosts: named(shape.hosts, (host, name) => ({ name, address: host.address, ...reached(name, host), hostKey: host['host-key'] })),
    bastions: known,
    defaults: reached('', {}),
    groups: named(shape.groups, membersOf),
    registries: named(shape.registries, ({ ca, ...registry }, host) => ({ host, ...registry, ...(ca !== undefined && { ca }) })),
    repositories: Object.entries(shape.repositories).map(([name, { environments, require: floor, secrets, ...rest }]) => ({
      name,
      ...rest,
      environments: named(environments, (entries) => entries),
      require: named(floor, ({ from, ...gates }) => ({ ...writtenGates(gates), ...(from && { from: sources(from) }) })),
      ...(secrets && { secrets: named(secrets, (variables) => variables) }),
    })),
    chat: named(shape.chat, chatRule),
    ...(shape['public-checks'] && { publicChecks: shape['public-checks'] }),
  }
}

const sources = ({ branches = [], tags = [] }: { branches?: string[] | undefined; tags?: string[] | undefined }): SourcesRule => ({
  branches,
  tags,
})

function chatRule({ slack, telegram }: OperatorShape['chat'][string], name: string): ChatRule {
  if (slack) return { kind: 'slack', ...slack }
  if (telegram) return { kind: 'telegram', ...telegram }
  throw new Error(`the schema let chat channel ${name} pass without a kind`)
}
