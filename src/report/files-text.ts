import { changedIn, type SyncedFiles } from '../domain/files.ts'
import type { Draft } from '../domain/plan.ts'

/** A file that services mount and a plan changes: `+` added, `~` changed, `-` removed. */
export interface FileRow {
  sign: '+' | '~' | '-'
  /** In the project folder. */
  path: string
  /** In the repository; absent for one that goes. */
  source?: string
}

/** More are counted: a plan is to be read. */
const mostRows = 30

/** What a plan changes of files that services mount, as far as anybody reads, and how many more there are. */
export function fileRows({ synced = [], gone = [] }: Draft): { rows: FileRow[]; more: number } {
  const changed = synced.flatMap(({ files }) =>
    files.flatMap(({ path, source, change }): FileRow[] => (change ? [{ sign: change === 'added' ? '+' : '~', path, source }] : [])),
  )
  const all = [...changed, ...gone.map((path): FileRow => ({ sign: '-', path }))]
  return { rows: all.slice(0, mostRows), more: Math.max(0, all.length - mostRows) }
}

/** Hosts that have none of them yet, where others have some: there all of them are new. */
export const hostsWithAll = ({ hosts, late = [] }: Draft): string[] =>
  hosts.some(({ previous }) => previous)
    ? hosts.filter(({ name, previous }) => !previous || late.includes(name)).map(({ name }) => name)
    : []

/** `nginx for proxy: checked by nginx -t, taken up by nginx -s reload`; undefined where nothing of it changes. */
export function entryText(entry: SyncedFiles, { gone }: Draft): string | undefined {
  if (changedIn(entry, gone).length === 0) return undefined
  const { to, service, check, reload } = entry
  const taken =
    reload === undefined ? `${service} gets new containers` : reload.length > 0 ? `taken up by ${reload.join(' ')}` : 'taken up by itself'
  return `${to} for ${service}: ${[...(check ? [`checked by ${check.join(' ')}`] : []), taken].join(', ')}`
}

/** What happens to a service in one word. */
export const changeWord = ({ change, reloaded }: { change: string; reloaded?: true }): string => (reloaded ? 'reloaded' : change)
