import { pinpoint } from '../config/pinpoint.ts'
import { areNone, findEnvironment, type Project } from '../config/project-files.ts'
import { type EnvironmentRule, type HostRule, projectFilePath, type RepositoryRule } from '../domain/configuration.ts'
import { type HostProfiles, profilesByHost } from '../domain/placement.ts'
import type { Problem } from '../domain/problem.ts'
import { problemsReason, reason } from '../domain/reason.ts'
import { fullName } from '../domain/repository.ts'
import { refusedChannels } from '../policy/channels.ts'
import { allowedHosts, grantFor } from '../policy/hosts.ts'
import { sharedHosts } from '../policy/shared-hosts.ts'
import { sourceRefused } from './allowed-source.ts'
import { rejected, type Step } from './prepared.ts'
import { readProjects } from './read-projects.ts'
import type { Run } from './run.ts'

/** Where a deployment goes and what holds there: hosts and gates come from the head of the branch, whatever commit is deployed. */
export interface Target extends GrantedTarget, Pick<Project, 'path' | 'text' | 'file'> {
  rule: EnvironmentRule
}

export interface GrantedTarget {
  granted: RepositoryRule
  hosts: HostRule[]
  profiles: HostProfiles
  project: string
}

/** What is needed of a deployment to find its target; its chat channels are learnt by the way. */
export interface Aimed extends Pick<Run, 'deployment' | 'ports' | 'notify'> {
  /** The branch that it would be merged into, where its files are still read from elsewhere. */
  into?: string
}

/** Where the deployment goes, or why it may not. */
export async function targetOf(run: Aimed): Promise<Step<Target>> {
  const { deployment, ports } = run
  const name = fullName(deployment.repository)
  const projects = await readProjects(deployment.repository, deployment.branch, ports)
  if (areNone(projects)) {
    const what = `it does not exist on ${deployment.branch ?? 'the default branch'} any more`
    return rejected(problemsReason('configuration-invalid', [{ file: projectFilePath, what, remedy: 'Add it again' }]))
  }
  const found = findEnvironment(projects, deployment.environment)
  if (found.kind === 'invalid') return rejected(problemsReason('configuration-invalid', found.problems))
  if (found.kind === 'unknown')
    return rejected(reason('environment-unknown', { environment: deployment.environment, known: found.known.join(', ') }))
  const { project, rule } = found
  const { path, text, file } = project
  const elsewhere = await sourceRefused(run, rule.source)
  if (elsewhere) return rejected(elsewhere)
  const operator = ports.operator.current()
  const channels = refusedChannels(operator, name, file.notify)
  if (channels.length === 0) run.notify = file.notify
  const refused = [...channels, ...sharedHosts(operator, name, file)]
  if (refused.length > 0) return notAllowed(refused, project)
  const granted = grantedTarget(name, file.project, deployment.environment, rule, run, project)
  return granted.kind === 'ok' ? { kind: 'ok', value: { ...granted.value, path, text, file, rule } } : granted
}

/** The hosts the operator lets this environment have; refused at their places in the project's file where that is at hand. */
export function grantedTarget(
  repository: string,
  project: string,
  environment: string,
  asked: Pick<EnvironmentRule, 'hosts' | 'profiles'>,
  { ports }: Pick<Run, 'ports'>,
  source?: Project,
): Step<GrantedTarget> {
  const operator = ports.operator.current()
  const allowed = allowedHosts({ operator, repository, project, environment, asked: asked.hosts, mapped: asked.profiles !== undefined })
  if (allowed.kind === 'refused') return notAllowed(allowed.problems, source)
  const granted = grantFor(operator, repository)
  if (!granted) throw new Error(`${repository} has hosts but no grant`)
  return { kind: 'ok', value: { granted, hosts: allowed.hosts, profiles: profilesByHost(operator.groups, asked), project } }
}

const notAllowed = (problems: Problem[], source?: Project) =>
  rejected(problemsReason('not-allowed', source === undefined ? problems : pinpoint(problems, source)))
