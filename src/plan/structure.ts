import { parse } from 'yaml'
import { z } from 'zod'
import { type ComposeModel, readModel } from './model.ts'

/** How a service names others, in the short and the long form that people write. */
const dependencies = z.union([
  z.array(z.string()).transform((names) => Object.fromEntries(names.map((name) => [name, {}]))),
  z.record(
    z.string(),
    z.looseObject({ restart: z.unknown().optional() }).transform(({ condition, restart }) => ({
      ...(typeof condition === 'string' && { condition }),
      restart: restart === true || restart === 'true',
    })),
  ),
])

const service = z.looseObject({
  extends: z.union([z.string(), z.looseObject({ service: z.string() }).transform(({ service }) => service)]).optional(),
  depends_on: dependencies.nullish(),
})
const file = z.looseObject({ services: z.record(z.string(), service) })

/** What a service says of others, and whether it is built or started at all. */
const related = ['build', 'profiles', 'depends_on', 'network_mode', 'ipc', 'pid', 'volumes_from', 'restart'] as const

/**
 * What depends on what in a Compose file as hosts have it, without the values of its variables: enough to see which services follow
 * others, not how any of them runs.
 */
export function structureOf(compose: string): ComposeModel {
  const { services } = file.parse(parse(compose, { merge: true }))
  const structure = (name: string, seen: readonly string[] = []): Record<string, unknown> => {
    const own = services[name] ?? {}
    const base = own.extends !== undefined && !seen.includes(name) ? structure(own.extends, [...seen, name]) : {}
    return { ...base, ...Object.fromEntries(related.flatMap((key) => (own[key] === undefined ? [] : [[key, own[key]]]))) }
  }
  return readModel({ services: Object.fromEntries(Object.keys(services).map((name) => [name, structure(name)])) })
}
