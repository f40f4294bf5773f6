import type { OperatorFile } from '../domain/configuration.ts'
import type { Parsed } from '../domain/problem.ts'
import { check } from './check.ts'
import { readDocument } from './document.ts'
import { hostsApart } from './operator/rules/hosts-apart.ts'
import { knownNames } from './operator/rules/known-names.ts'
import { namedOnce } from './operator/rules/named-once.ts'
import { repositoriesReached } from './operator/rules/repositories-reached.ts'
import { tenantsApart } from './operator/rules/tenants-apart.ts'
import { type OperatorShape, operatorSchema } from './operator/schema.ts'
import { operatorFile } from './operator/to-domain.ts'
import { problemsOf } from './problems.ts'
import type { Rule } from './rule.ts'

const rules: Rule<OperatorShape>[] = [knownNames, namedOnce, hostsApart, repositoriesReached, tenantsApart]

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
