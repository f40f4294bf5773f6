import { posix } from 'node:path'
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
    if (type !== 'bind' || source === undefined || target === undefined || posix.isAbsolute(source) || source.startsWith('~')) return []
    const path = posix.normalize(source).replace(/(.)\/$/, '$1')
    return [{ path, target, readOnly: read_only ?? false }]
  })
}
