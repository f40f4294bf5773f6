import type { BastionRule } from '../../domain/configuration.ts'
import { named } from '../named.ts'
import { membersOf } from './group.ts'
import { noBastion } from './machine.ts'
import type { OperatorShape } from './schema.ts'

/** What of the way to a machine may be left to others. */
export const wayInOf = ['port', 'user', 'bastion'] as const
export type WayInKey = (typeof wayInOf)[number]

/** What a host's groups say of one key, in the file's order. */
export const saidByGroups = (file: Pick<OperatorShape, 'groups'>, host: string, key: WayInKey) =>
  Object.entries(file.groups).flatMap(([group, written]) => {
    const said = Array.isArray(written) || !membersOf(written).includes(host) ? undefined : written[key]
    return said === undefined ? [] : [{ group, said }]
  })

/** What a host says of the way to it. */
export type WayIn = OperatorShape['defaults']

/** How a host is reached: as it says itself, or one of its groups, or `defaults`. */
export function wayIn(file: Pick<OperatorShape, 'groups' | 'defaults'>, host: string, own: WayIn) {
  const [port, user, bastion] = wayInOf.map((key) => own[key] ?? saidByGroups(file, host, key)[0]?.said ?? file.defaults[key])
  return {
    port: typeof port === 'number' ? port : usual.port,
    user: typeof user === 'string' ? user : usual.user,
    ...(typeof bastion === 'string' && bastion !== noBastion && { bastion }),
  }
}

const usual = { port: 22, user: 'landfall' }

/** Bastions by name, each with the one before it. Needs chains that end (see the rule). */
export function bastions(shapes: OperatorShape['bastions']): Record<string, BastionRule> {
  const built = (name: string): BastionRule | undefined => {
    const shape = shapes[name]
    if (!shape) return undefined
    const { 'host-key': hostKey, bastion, port = usual.port, user = usual.user, address } = shape
    const before = bastion === undefined || bastion === noBastion ? undefined : built(bastion)
    return { name, address, port, user, hostKey, ...(before && { bastion: before }) }
  }
  return named(shapes, (_shape, name) => {
    const bastion = built(name)
    if (!bastion) throw new Error(`bastion ${name} is not there`)
    return bastion
  })
}
