import type { Draft, Plan } from '../domain/plan.ts'
import type { VariableChange } from '../domain/pull-plan.ts'
import type { Sha } from '../domain/repository.ts'
import { environmentValues } from './environment-values.ts'
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
  ports: Pick<Ports, 'github' | 'identities'>,
): Promise<VariableChange[]> {
  if (running === undefined || running.envFingerprint === draft.envFingerprint) return []
  const at = async (path: string, revision: Sha) => ({ path, text: (await ports.github.file(draft.repository, path, revision)) ?? '' })
  const parsed = await environmentValues(
    {
      ...running,
      env: running.env === undefined ? undefined : await at(running.env, running.revision),
      secrets: running.secrets && (await at(running.secrets.path, running.secrets.revision)),
    },
    ports,
  )
  // It was read once, or it would not run; another Landfall may have had another rule.
  if (parsed.kind !== 'ok') return []
  const before = parsed.value.all
  const names = [...new Set([...before.keys(), ...values.keys()])].toSorted()
  return names.flatMap((name): VariableChange[] => {
    if (!before.has(name)) return [{ name, change: 'added' }]
    if (!values.has(name)) return [{ name, change: 'removed' }]
    return before.get(name) === values.get(name) ? [] : [{ name, change: 'changed' }]
  })
}
