import type { ProjectFile } from '../../domain/configuration.ts'
import type { Parsed } from '../../domain/problem.ts'
import { check } from '../check.ts'
import { readDocument } from '../document.ts'
import type { Finding } from '../finding.ts'
import { problemsOf } from '../problems.ts'
import type { Rule } from '../rule.ts'
import { fillDefaults } from './fill-defaults.ts'
import { defaultProjectName } from './names.ts'
import { chain } from './rules/chain.ts'
import { environmentsApart } from './rules/environments-apart.ts'
import { filesApart } from './rules/files-apart.ts'
import { gatesCanOpen } from './rules/gates-can-open.ts'
import { imagesApart } from './rules/images-apart.ts'
import { namedOnce } from './rules/named-once.ts'
import { oneSource } from './rules/one-source.ts'
import { probesHavePort } from './rules/probes-have-port.ts'
import { secretsApart } from './rules/secrets-apart.ts'
import { urlToAsk } from './rules/url-to-ask.ts'
import { wavesMakeSense } from './rules/waves-make-sense.ts'
import { type ProjectShape, projectSchema } from './schema.ts'

const rules: Rule<ProjectShape>[] = [
  namedOnce,
  imagesApart,
  probesHavePort,
  environmentsApart,
  oneSource,
  chain,
  gatesCanOpen,
  wavesMakeSense,
  urlToAsk,
  secretsApart,
  filesApart,
]

/**
 * Reads a project's file: with its defaults filled in, or everything that is wrong with it. `file` is the path problems give it;
 * with `repositoryName` (without its owner) it names the project where the file does not.
 */
export function parseProjectFile(text: string, file: string, repositoryName: string): Parsed<ProjectFile> {
  const document = readDocument(text, file)
  if (document.kind === 'invalid') return document
  const { tree } = document
  const { value, findings } = check(tree, projectSchema, { version: 1 })
  const project = defaultProjectName(file, repositoryName)

  const all: Finding[] = [...tree.findings, ...findings]
  if (value) all.push(...rules.flatMap((rule) => rule(value, tree.keys)))
  if (!project && !tree.keys([]).includes('project')) all.push(nameless)
  if (value && all.length === 0) return { kind: 'ok', value: fillDefaults(value, project ?? '') }
  return { kind: 'invalid', problems: problemsOf(file, all, tree.positionOf) }
}

const nameless: Finding = {
  path: ['project'],
  what: 'no Compose project name can be made from the name of the repository',
  remedy: 'Add `project` with a name in lower-case letters and digits',
}
