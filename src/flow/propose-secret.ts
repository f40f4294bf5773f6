import { reservedName, unwritable } from '../config/dotenv.ts'
import { addSecretsKey } from '../config/project/add-secrets-key.ts'
import type { VariableEdit } from '../config/sops/change.ts'
import { problemText } from '../domain/problem.ts'
import { fullName, type Repository, shortSha } from '../domain/repository.ts'
import { secretRequest } from '../report/secret-request.ts'
import type { Ports } from './ports.ts'
import { type EditTools, editedFile } from './secret-edit.ts'
import { environmentAt, type Refusal, refused, type SecretPlace, type SecretsOf, secretPlace, secretsPathOf } from './secret-place.ts'

/** A change of a secret that somebody wants on Landfall's own machine. */
export interface SecretWanted extends SecretsOf {
  edit: VariableEdit
  /** Recipients of others who can read a new file. */
  also?: readonly string[]
  /** Name of the operating system's user. */
  user: string
}

export interface SecretProposed {
  kind: 'proposed'
  repository: Repository
  /** Of the pull request. */
  number: number
  path: string
  /** The line that the project's file still lacks, for people to add. */
  add?: { file: string; line: string }
}

type SecretPorts = Pick<Ports, 'github' | 'identities'> & Omit<EditTools, 'identity'>

/**
 * Changes an environment's SOPS file in a pull request. While one is open already, further changes join it: two would be in conflict over
 * the file's date and MAC. Nothing but the encrypted value leaves this process.
 */
export async function proposeSecret(wanted: SecretWanted, ports: SecretPorts): Promise<SecretProposed | Refusal> {
  const { edit, environment } = wanted
  const unfit = edit.kind === 'set' ? unfitReason(edit.name, edit.value) : undefined
  if (unfit !== undefined) return refused(unfit, 'Take another name, or another value')
  const place = await secretPlace(wanted, ports)
  if (place.kind === 'refused') return place
  const { repository, base, head } = place
  const open = await openFor(environment, place, ports)
  const target = open ?? { branch: `${branchesOf(environment)}${shortSha(head)}`, parent: head }
  const there = open ? await environmentAt(repository, environment, open.parent, ports) : place
  if (there.kind === 'refused') return there

  const path = secretsPathOf(there.rule)
  const text = await ports.github.file(repository, path, target.parent)
  const identity = await ports.identities.of(fullName(repository), environment)
  const edited = await editedFile(text, path, edit, { ...ports, identity, also: wanted.also })
  if (edited.kind === 'invalid') return refused(edited.problems.map(problemText).join('\n'), 'Nothing was changed')
  if (edited.value.kind === 'refused') return refused(`${path}: ${edited.value.why}`, edited.value.remedy)
  const project =
    there.rule.secrets === undefined ? await withSecretsKey(there.project, path, environment, repository, target.parent, ports) : undefined
  const key = there.rule.secrets === undefined && { key: { file: there.project, added: project !== undefined } }
  const words = secretRequest({ environment, kind: edit.kind, name: edit.name, path, user: wanted.user, ...key })

  const files = [{ path, text: edited.value.text }, ...(project === undefined ? [] : [{ path: there.project, text: project }])]
  const made = await ports.github.commitFiles(repository, { ...target, files, message: `${words.title}\n\n${words.body}` })
  if (made.kind === 'refused') return refused(made.why, 'Nothing was changed. Delete a branch that is left over, or see what the App may')
  const opened = open
    ? { kind: 'opened' as const, number: open.number }
    : await ports.github.openPullRequest(repository, { head: target.branch, base, ...words })
  if (opened.kind === 'refused')
    return refused(`${target.branch} holds the change, but has no pull request: ${opened.why}`, 'Open it yourself')
  const missing = key && !key.key.added && { add: { file: there.project, line: `secrets: ${path}` } }
  return { kind: 'proposed', repository, number: opened.number, path, ...missing }
}

function unfitReason(name: string, value: string): string | undefined {
  const why = unwritable(name, value)
  return why === undefined ? reservedName(name)?.what : `${name} ${why}`
}

/** Where changes of an environment's secrets are on their way already. */
async function openFor(environment: string, { repository, base }: SecretPlace, { github }: SecretPorts) {
  const pulls = await github.openPullRequests(repository, new Date(0).toISOString())
  const ours = pulls.find(({ fork, base: into, head }) => !fork && into.branch === base && head.branch.startsWith(branchesOf(environment)))
  return ours && { branch: ours.head.branch, parent: ours.head.sha, number: ours.number }
}

/** Names of environments have no slash. */
const branchesOf = (environment: string): string => `landfall/secrets/${environment}/`

async function withSecretsKey(
  file: string,
  path: string,
  environment: string,
  repository: Repository,
  ref: string,
  { github }: SecretPorts,
): Promise<string | undefined> {
  const text = await github.file(repository, file, ref)
  return text === undefined ? undefined : addSecretsKey(text, file, repository.name, environment, path)
}
