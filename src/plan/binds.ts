import { posix } from 'node:path'
import { z } from 'zod'
import type { ComposeModel } from './model.ts'

/** A folder or file of the project folder that a service mounts. */
export interface Bind {
  /** In the project folder; `.` is all of it. */
  path: string
  target: string
  readOnly: boolean
}

/** Binds of a service that lie in the project folder, as the rendered Compose file has them. */
export function bindsOf(service: string, { services }: ComposeModel): Bind[] {
  return (services[service]?.volumes ?? []).flatMap(({ type, source, target, read_only }) => {
    if (type !== 'bind' || source === undefined || target === undefined) return []
    const path = inFolder(source)
    return path === undefined ? [] : [{ path, target, readOnly: read_only ?? false }]
  })
}

/** Everything of the project folder that containers of a service are given: its binds, and the files of its configs and secrets. */
export function givenTo(service: string, model: ComposeModel): string[] {
  const { configs = [], secrets = [] } = model.services[service] ?? {}
  const files = [...configs.map(({ source }) => model.configs[source]), ...secrets.map(({ source }) => model.secrets[source])]
  const paths = [
    ...bindsOf(service, model).map(({ path }) => path),
    ...files.flatMap((content) => {
      const { data } = fromFile.safeParse(content)
      return data ? (inFolder(data.file) ?? []) : []
    }),
  ]
  return [...new Set(paths)].filter((path) => path !== '.' && path !== '..' && !path.startsWith('../')).toSorted()
}

const fromFile = z.looseObject({ file: z.string() })

/** A path as hosts have it in the project folder, or beside it; undefined for one of the host's own. */
function inFolder(source: string): string | undefined {
  if (posix.isAbsolute(source) || source.startsWith('~')) return undefined
  return posix.normalize(source).replace(/(.)\/$/, '$1')
}
