import type { Finding } from '../../finding.ts'
import type { Rule } from '../../rule.ts'
import type { ProjectShape } from '../schema.ts'

/** One file is either readable or encrypted, whichever environments name it. */
export const secretsApart: Rule<ProjectShape> = ({ environments }) => {
  const readable = new Map(Object.entries(environments).flatMap(([name, { env }]) => (env === undefined ? [] : [[env, name]])))
  return Object.entries(environments).flatMap(([name, { secrets }]): Finding[] => {
    const other = secrets === undefined ? undefined : readable.get(secrets)
    if (other === undefined) return []
    const what = `${other === name ? 'it' : `"${other}"`} has the same file as \`env\`, which is not encrypted`
    return [{ path: ['environments', name, 'secrets'], what, remedy: 'Keep secrets in a file of their own' }]
  })
}
