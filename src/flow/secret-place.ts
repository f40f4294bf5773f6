import { findEnvironment } from '../config/project-files.ts'
import type { EnvironmentRule } from '../domain/configuration.ts'
import { problemText } from '../domain/problem.ts'
import { fullName, type Repository, type Sha } from '../domain/repository.ts'
import type { Ports } from './ports.ts'
import { readProjects } from './read-projects.ts'

/** Whose secrets are meant. */
export interface SecretsOf {
  /** `owner/name`; absent: the only one the App is installed on. */
  repository?: string | undefined
  environment: string
}

/** Why something is not done, and what to do: two sentences without their full stops. */
export type Refusal = { kind: 'refused'; why: string; remedy: string }

/** An environment as a commit has it. */
export interface EnvironmentThere {
  kind: 'found'
  rule: EnvironmentRule
  /** Its project's file. */
  project: string
}

export interface SecretPlace extends EnvironmentThere {
  repository: Repository
  /** The branch that changes are proposed for, and its head. */
  base: string
  head: Sha
}

/** The environment as the head of its branch has it; of one that follows tags, the default branch. */
export async function secretPlace(
  { repository: named, environment }: SecretsOf,
  ports: Pick<Ports, 'github'>,
): Promise<SecretPlace | Refusal> {
  const installed = await ports.github.repositories()
  const meant = named === undefined ? installed : installed.filter(({ repository }) => same(fullName(repository), named))
  const [only, second] = meant
  if (!only) return refused(`the App is not installed on ${named ?? 'any repository'}`, 'Install it there first')
  if (second) return refused('the App is installed on several repositories', 'Name one: OWNER/NAME before the environment')
  const { repository, defaultBranch } = only
  const first = await environmentAt(repository, environment, defaultBranch, ports)
  if (first.kind === 'refused') return first
  const base = first.rule.source.kind === 'branch' ? first.rule.source.branch : defaultBranch
  const head = await ports.github.head(repository, base)
  if (!head) return refused(`${environment} follows the branch ${base}, and there is none`, 'Push it first')
  const there = base === defaultBranch ? first : await environmentAt(repository, environment, base, ports)
  return there.kind === 'refused' ? there : { ...there, repository, base, head: head.sha }
}

export async function environmentAt(
  repository: Repository,
  environment: string,
  ref: string,
  ports: Pick<Ports, 'github'>,
): Promise<EnvironmentThere | Refusal> {
  const found = findEnvironment(await readProjects(repository, ref, ports), environment)
  if (found.kind === 'found') return { kind: 'found', rule: found.rule, project: found.project.path }
  if (found.kind === 'invalid') return refused(found.problems.map(problemText).join('\n'), 'Correct the file first')
  const known = found.known.length > 0 ? found.known.join(', ') : 'none'
  return refused(`there is no environment ${environment} on ${ref}`, `Name one there is: ${known}`)
}

/** The SOPS file of an environment, or where it goes while none is named. */
export const secretsPathOf = ({ name, secrets }: EnvironmentRule): string => secrets ?? `deploy/${name}.secrets.env`

export const refused = (why: string, remedy: string): Refusal => ({ kind: 'refused', why, remedy })

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()
