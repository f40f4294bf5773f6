import type { Finding } from '../../finding.ts'
import type { Rule } from '../../rule.ts'
import type { ProjectShape } from '../schema.ts'

/** A public address can be asked only where there is one. */
export const urlToAsk: Rule<ProjectShape> = ({ environments }) =>
  Object.entries(environments).flatMap(([name, environment]): Finding[] =>
    environment['verify-url'] === undefined || environment.url !== undefined
      ? []
      : [{ path: ['environments', name, 'verify-url'], onKey: true, what: 'there is no `url` to ask', remedy: 'Add `url`, or remove it' }],
  )
