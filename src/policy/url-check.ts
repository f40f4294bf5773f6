import type { Plan, UrlCheck } from '../domain/plan.ts'
import { versionTold } from './version-answer.ts'

/** What one path of the public address answered. */
export type UrlAnswer =
  /** `body`: its first 64 KiB. */
  | { kind: 'answered'; status: number; body: string }
  /** It leads to an address that only the operator can open to repositories; nothing was sent. */
  | { kind: 'refused'; detail: string }
  | { kind: 'broken'; detail: string }

/** One look at the public address. `refused`: looking again is of no use. */
export type UrlLook = { kind: 'good'; version?: string } | { kind: 'pending'; detail: string } | { kind: 'refused'; detail: string }

/** The paths that are asked, each once. */
export const urlPaths = ({ health, version, smoke }: UrlCheck): string[] => [
  ...new Set([health, version?.path, ...smoke].filter((path) => path !== undefined)),
]

/** The whole address of a path: below the path of the environment's own, where that has one. */
export const urlOf = ({ url }: UrlCheck, path: string): string => `${url.replace(/\/+$/, '')}${path}`

/**
 * Judges one look. Behind one address there may be several services: the version told has to be that of one of them.
 *
 * @param answers by path
 */
export function judgeUrl(check: UrlCheck, services: Plan['services'], answers: ReadonlyMap<string, UrlAnswer>): UrlLook {
  const planned = [...new Set(services.flatMap(({ version }) => version ?? []))]
  let told: string | undefined
  for (const path of urlPaths(check)) {
    const answer = answers.get(path)
    if (!answer) return { kind: 'pending', detail: `${path} was not asked yet` }
    if (answer.kind === 'refused') return answer
    if (answer.kind === 'broken') return { kind: 'pending', detail: `${path}: ${answer.detail}` }
    if (answer.status < 200 || answer.status > 299)
      return { kind: 'pending', detail: `${path} answers ${answer.status}${redirects(answer)}` }
    if (path !== check.version?.path) continue
    const read = versionTold(check.version, answer.body, planned)
    if (read.kind === 'wrong') return { kind: 'pending', detail: read.detail }
    told = read.version
  }
  return { kind: 'good', ...(told !== undefined && { version: told }) }
}

const redirects = ({ status }: { status: number }): string => (status >= 300 && status < 400 ? ', and redirects are not followed' : '')
