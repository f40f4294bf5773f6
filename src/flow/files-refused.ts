import type { HostRule } from '../domain/configuration.ts'
import { type Reason, reason } from '../domain/reason.ts'
import { readFailedCheck } from '../host/files-told.ts'
import type { Mask } from './bundle.ts'

/** Of what a program said of files the line that names a place in one, since a commit status has room for little else. */
const places = [/(emerg|alert|error|fatal).*\S:\d+/i, /\S:\d+/]

/** What servers write before the thing itself. */
const leader = /^.*?\[(emerg|alert|crit|error|fatal)\]\s*(\d+#\d+: )?/i

/** Why the new files of a service do not count, in the words of the program that checked them. */
export function filesRefused(stdout: string, host: HostRule, mask: Mask): Reason {
  const failed = readFailedCheck(stdout)
  const text = mask(failed?.text ?? '').trim()
  const lines = text.split('\n').map((line) => line.trim())
  const found = places.map((place) => lines.find((line) => place.test(line))).find((line) => line !== undefined) ?? lines.at(-1)
  const cause = found?.replace(leader, '')
  const ended = failed?.code === 124 ? 'its time was up' : `exit code ${failed?.code ?? 'unknown'}`
  const detail = [...new Set([cause, text])].filter(Boolean).join('\n') || ended
  return reason('files-refused', { host: host.name, service: failed?.service ?? '', detail })
}
