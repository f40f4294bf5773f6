import type { HostView } from '../evidence.ts'
import type { Violation } from './violation.ts'

/** The database service as it was first seen, and how many rows were put into it since. */
export interface Untouched {
  container: string
  born: string
  rows: number
}

/** What no deployment changes is as it was, and nothing is left over. */
export function checkHouse({ host, fleet }: HostView, project: string, before: Untouched): Violation[] {
  const found: string[] = []
  const database = host.containers.find(({ service }) => service === 'db')
  if (database?.id !== before.container) found.push(`the database service has another container: ${database?.id}, not ${before.container}`)
  if (host.data.born !== before.born) found.push(`the database has other data: ${host.data.born}, not ${before.born}`)
  if (host.data.rows !== before.rows) found.push(`the database has ${host.data.rows} rows, not ${before.rows}`)
  const names = host.containers.map(({ name }) => name).toSorted()
  // What starts beside another has a number of its own.
  const web = fleet?.startFirst ? '[1-9][0-9]*' : '1'
  if (!new RegExp(`^${project}-db-1,${project}-web-${web}$`).test(names.join())) found.push(`the containers are ${names.join(', ')}`)
  for (const { name, status } of host.containers) if (status !== 'running') found.push(`${name} is ${status}`)
  if (host.volumes.length !== 1) found.push(`the volumes are ${host.volumes.join(', ')}`)
  found.push(...host.leavings.map((what) => `left over on the host: ${what}`))
  return found.map((what) => ({ invariant: 6, what }))
}
