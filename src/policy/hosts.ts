import { type HostRule, type OperatorFile, projectFilePath, type RepositoryRule } from '../domain/configuration.ts'
import { expandHosts } from '../domain/inventory.ts'
import { covers } from '../domain/name-pattern.ts'
import { allHosts, type Plan } from '../domain/plan.ts'
import type { Problem } from '../domain/problem.ts'
import { fullName } from '../domain/repository.ts'

/** What the operator grants a repository (`owner/name`): the first rule whose pattern matches, ignoring case as GitHub does. */
export function grantFor(operator: OperatorFile, repository: string): RepositoryRule | undefined {
  return operator.repositories.find(({ name }) => covers(name.toLowerCase(), repository.toLowerCase()))
}

export interface HostsAsked {
  operator: OperatorFile
  /** `owner/name` */
  repository: string
  project: string
  environment: string
  /** Host names and `@group`s as the repository's file has them. */
  asked: readonly string[]
  /** Whether the file has them as a mapping. */
  mapped?: boolean
}

export type HostsDecision = { kind: 'allowed'; hosts: HostRule[] } | { kind: 'refused'; problems: Problem[] }

/**
 * The hosts an environment deploys to, or why the operator's file does not allow it. What exists but is not granted is
 * refused in the same words as what does not exist: a tenant learns nothing about another's hosts.
 */
export function allowedHosts({ operator, repository, project, environment, asked, mapped = false }: HostsAsked): HostsDecision {
  const grant = grantFor(operator, repository)
  if (!grant) return refused([problem('', `this Landfall does not serve ${repository}`, 'Ask its operator to add the repository')])

  const problems: Problem[] = []
  if (!grant.projects.some((pattern) => covers(pattern, project))) {
    problems.push(problem('project', `${repository} may not use the project name "${project}"`, ask))
  }
  const within = grantedHosts(operator, grant, environment)
  const place = `environments.${environment}`
  if (!within) return refused([...problems, problem(place, `${repository} may not have the environment "${environment}"`, ask)])

  const wanted = asked.map((entry) => expandHosts(operator.groups, [entry]).map((name) => within.get(name)))
  wanted.forEach((hosts, index) => {
    if (hosts.length > 0 && !hosts.includes(undefined)) return
    const what = `unknown ${asked[index]?.startsWith('@') ? 'group' : 'host'} "${asked[index]}"`
    problems.push(problem(`${place}.${entryPlace(asked, index, mapped)}`, what, `${ask}, or remove it here`))
  })
  const hosts = [...new Set(wanted.flat())].filter((host) => host !== undefined)
  if (asked.length === 0) problems.push(problem(`${place}.hosts`, 'there are no hosts', 'Name at least one'))
  return problems.length > 0 ? refused(problems) : { kind: 'allowed', hosts }
}

/**
 * Names of the hosts that a release is for, in its order. One that was away and may not be used any more, as when it is gone for good, keeps
 * nothing from the others.
 */
export function hostsMeant(plan: Plan, operator: OperatorFile): string[] {
  const { project, environment, away = [] } = plan
  const granted = (name: string) => allowedHosts({ operator, repository: fullName(plan.repository), project, environment, asked: [name] })
  return allHosts(plan).filter((name) => !away.includes(name) || granted(name).kind === 'allowed')
}

/** The hosts granted to an environment, by its own name or else by `*`; undefined where the environment is not granted. */
export function grantedHosts(
  operator: OperatorFile,
  { environments }: RepositoryRule,
  environment: string,
): Map<string, HostRule> | undefined {
  const key = Object.hasOwn(environments, environment) ? environment : '*'
  const entries = Object.hasOwn(environments, key) ? environments[key] : undefined
  if (!entries) return undefined
  const names = expandHosts(operator.groups, entries)
  return new Map(Object.values(operator.hosts).flatMap((host) => (names.includes(host.name) ? [[host.name, host]] : [])))
}

/** Where an entry of `hosts` stands: by its number in a list, by its name in a mapping. */
export const entryPlace = (asked: readonly string[], index: number, mapped: boolean): string =>
  `hosts[${mapped ? JSON.stringify(asked[index]) : index}]`

const ask = 'Ask the operator of this Landfall to allow it'

const refused = (problems: Problem[]): HostsDecision => ({ kind: 'refused', problems })

const problem = (path: string, what: string, remedy: string): Problem => ({ file: projectFilePath, ...(path && { path }), what, remedy })
