import type { OperatorFile } from '../../domain/configuration.ts'
import type { Parsed } from '../../domain/problem.ts'
import { check } from '../check.ts'
import { readDocument } from '../document.ts'
import { problemsOf } from '../problems.ts'
import type { Rule } from '../rule.ts'
import { chainsEnd } from './rules/chains-end.ts'
import { floorFits } from './rules/floor-fits.ts'
import { hostsApart } from './rules/hosts-apart.ts'
import { knownNames } from './rules/known-names.ts'
import { namedOnce } from './rules/named-once.ts'
import { oneWayIn } from './rules/one-way-in.ts'
import { repositoriesReached } from './rules/repositories-reached.ts'
import { secretsFit } from './rules/secrets-fit.ts'
import { tenantsApart } from './rules/tenants-apart.ts'
import { type OperatorShape, operatorSchema } from './schema.ts'
import { operatorFile } from './to-domain.ts'

const rules: Rule<OperatorShape>[] = [
  knownNames,
  namedOnce,
  oneWayIn,
  chainsEnd,
  hostsApart,
  repositoriesReached,
  tenantsApart,
  floorFits,
  secretsFit,
]

/** Reads `operator.yml`: what exists and who may use it, or everything that is wrong with it. No problem repeats a secret. */
export function parseOperatorFile(text: string, file: string): Parsed<OperatorFile> {
  const document = readDocument(text, file)
  if (document.kind === 'invalid') return document
  const { tree } = document
  const { value, findings } = check(tree, operatorSchema, { hosts: {} })
  const all = [...tree.findings, ...findings, ...(value ? rules.flatMap((rule) => rule(value, tree.keys)) : [])]
  if (value && all.length === 0) return { kind: 'ok', value: operatorFile(value) }
  return { kind: 'invalid', problems: problemsOf(file, all, tree.positionOf) }
}
