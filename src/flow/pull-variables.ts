import type { Draft, Plan } from '../domain/plan.ts'
import type { VariableChange } from '../domain/pull-plan.ts'
import type { Sha } from '../domain/repository.ts'
import { fileValues } from './environment-values.ts'
import type { Ports } from './ports.ts'
import { variableFingerprints } from './secret-keys.ts'

/**
 * Which variables of the environment's `.env` differ from those of what runs, by name alone: values are nobody's business. GitHub is asked
 * only where something differs, and the operator's values of then are known by their fingerprints.
 *
 * @param values of the `.env` as it would be
 */
export async function changedVariables(
  values: ReadonlyMap<string, string>,
  draft: Draft,
  running: Plan | undefined,
  ports: Pick<Ports, 'github' | 'identities' | 'signer'>,
): Promise<VariableChange[]> {
  if (running === undefined || running.envFingerprint === draft.envFingerprint) return []
  const at = async (path: string, revision: Sha) => ({ path, text: (await ports.github.file(draft.repository, path, revision)) ?? '' })
  const parsed = await fileValues(
    {
      ...running,
      env: running.env === undefined ? undefined : await at(running.env, running.revision),
      secrets: running.secrets && (await at(running.secrets.path, running.secrets.revision)),
    },
    ports,
  )
  // It was read once, or it would not run; another Landfall may have had another rule.
  if (parsed.kind !== 'ok') return []
  const { open, hidden } = parsed.value
  const known = variableFingerprints(draft, ports)
  const before = new Map([
    ...[...open, ...hidden].map(([name, value]) => [name, known(name, value)] as const),
    ...(running.fromOperator ?? []).map(({ name, fingerprint }) => [name, fingerprint] as const),
  ])
  const names = [...new Set([...before.keys(), ...values.keys()])].toSorted()
  return names.flatMap((name): VariableChange[] => {
    if (!before.has(name)) return [{ name, change: 'added' }]
    const value = values.get(name)
    if (value === undefined) return [{ name, change: 'removed' }]
    return before.get(name) === known(name, value) ? [] : [{ name, change: 'changed' }]
  })
}
