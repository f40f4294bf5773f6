import { parseDotenv } from '../config/dotenv.ts'
import type { Draft, Plan } from '../domain/plan.ts'
import type { VariableChange } from '../domain/pull-plan.ts'
import type { Ports } from './ports.ts'

/**
 * Which variables of the environment's `.env` differ from those of what runs, by name alone: values are nobody's business. GitHub is asked
 * only where something differs.
 *
 * @param values of the `.env` as it would be
 */
export async function changedVariables(
  values: ReadonlyMap<string, string>,
  draft: Draft,
  running: Plan | undefined,
  { github }: Pick<Ports, 'github'>,
): Promise<VariableChange[]> {
  if (running === undefined || running.envFingerprint === draft.envFingerprint) return []
  const text = running.env === undefined ? '' : ((await github.file(draft.repository, running.env, running.revision)) ?? '')
  const parsed = parseDotenv(text, running.env ?? '')
  // It was read once, or it would not run; another Landfall may have had another rule.
  if (parsed.kind !== 'ok') return []
  const before = parsed.value
  const names = [...new Set([...before.keys(), ...values.keys()])].toSorted()
  return names.flatMap((name): VariableChange[] => {
    if (!before.has(name)) return [{ name, change: 'added' }]
    if (!values.has(name)) return [{ name, change: 'removed' }]
    return before.get(name) === values.get(name) ? [] : [{ name, change: 'changed' }]
  })
}
