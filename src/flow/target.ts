import { pinpoint } from '../config/pinpoint.ts'
import { parseProjectFile } from '../config/project-file.ts'
import { type EnvironmentRule, type HostRule, type ProjectFile, projectFilePath, type RepositoryRule } from '../domain/configuration.ts'
import type { Problem } from '../domain/problem.ts'
import { problemsReason, reason } from '../domain/reason.ts'
import { fullName } from '../domain/repository.ts'
import { refusedChannels } from '../policy/channels.ts'
import { allowedHosts, grantFor } from '../policy/hosts.ts'
import { sharedHosts } from '../policy/shared-hosts.ts'
import { rejected, type Step } from './prepared.ts'
import type { Run } from './run.ts'

/** Where a deployment goes and what holds there: hosts and gates come from the head of the branch, whatever commit is deployed. */
export interface Target extends GrantedTarget {
  file: ProjectFile
  rule: EnvironmentRule
}

export interface GrantedTarget {
  granted: RepositoryRule
  hosts: HostRule[]
  project: string
}

/** What is needed of a deployment to find its target; its chat channels are learnt by the way. */
export type Aimed = Pick<Run, 'deployment' | 'ports' | 'notify'>

/** Where the deployment goes, or why it may not. */
export async function targetOf(run: Aimed): Promise<Step<Target>> {
  const { deployment, ports } = run
  const name = fullName(deployment.repository)
  const text = await ports.github.file(deployment.repository, projectFilePath, deployment.branch)
  const parsed = text === undefined ? undefined : parseProjectFile(text, projectFilePath, deployment.repository.name)
  if (parsed?.kind !== 'ok') {
    const gone = {
      file: projectFilePath,
      what: `it does not exist on ${deployment.branch ?? 'the default branch'} any more`,
      remedy: 'Add it again',
    }
    return rejected(problemsReason('configuration-invalid', parsed?.problems ?? [gone]))
  }
  const file = parsed.value
  const rule = file.environments[deployment.environment]
  if (!rule)
    return rejected(
      reason('environment-unknown', { environment: deployment.environment, known: Object.keys(file.environments).join(', ') }),
    )
  const operator = ports.operator.current()
  const channels = refusedChannels(operator, name, file.notify)
  if (channels.length === 0) run.notify = file.notify
  const refused = [...channels, ...sharedHosts(operator, name, file)]
  if (refused.length > 0) return notAllowed(refused, text)
  const granted = grantedTarget(name, file.project, deployment.environment, rule.hosts, run, text)
  return granted.kind === 'ok' ? { kind: 'ok', value: { ...granted.value, file, rule } } : granted
}

/** The hosts the operator lets this environment have. */
export function grantedTarget(
  repository: string,
  project: string,
  environment: string,
  asked: readonly string[],
  { ports }: Pick<Run, 'ports'>,
  text?: string,
): Step<GrantedTarget> {
  const operator = ports.operator.current()
  const allowed = allowedHosts({ operator, repository, project, environment, asked })
  if (allowed.kind === 'refused') return notAllowed(allowed.problems, text)
  const granted = grantFor(operator, repository)
  if (!granted) throw new Error(`${repository} has hosts but no grant`)
  return { kind: 'ok', value: { granted, hosts: allowed.hosts, project } }
}

/** Refused by the operator's rules, with the places in the repository's file where its text is at hand. */
const notAllowed = (problems: Problem[], text?: string) => {
  const placed = text === undefined ? problems : pinpoint(problems, text)
  return rejected(problemsReason('not-allowed', placed))
}
