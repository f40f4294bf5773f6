import { findEnvironment } from '../config/project-files.ts'
import type { Deployment } from '../domain/deployment.ts'
import type { StepRule } from '../domain/one-off.ts'
import type { Contract } from '../domain/plan.ts'
import { contractIn, contractPatterns } from '../policy/contract.ts'
import { changedFiles } from './changed-files.ts'
import type { Passing } from './gates.ts'
import { labelledSince } from './labelled-since.ts'
import type { Changes } from './ports.ts'
import { readProjects } from './read-projects.ts'
import { lastSuccess, planOf } from './running.ts'

/**
 * Why nothing older than this will fit once it was deployed; undefined where it does. Measured from the release that runs, and by its rules
 * as well as by those of the commit: a change that takes the rules away does not come without them. GitHub is asked only where either runs
 * something before hosts change.
 */
export async function contractOf(before: readonly StepRule[], { deployment, ports }: Passing): Promise<Contract | undefined> {
  const { repository, environment, revision = '' } = deployment
  const last = await lastSuccess(repository, environment, ports)
  const running = last?.revision
  // Of a first release there is nothing to go back to.
  if (!last || running === undefined || running === revision) return undefined
  const there = await stepsOf(last, running, { deployment, ports })
  if (before.length === 0 && there !== 'unknown' && there.length === 0) return undefined
  const patterns = there === 'unknown' ? there : contractPatterns(before, there)
  let asked: Promise<Changes | undefined> | undefined
  const changesSince = () => {
    asked ??= ports.github.changes(repository, running, revision)
    return asked
  }
  const [changes, labels] = await Promise.all([
    patterns.length > 0 ? changesSince() : undefined,
    labelledSince({ deployment, ports }, changesSince),
  ])
  return contractIn({ patterns, changed: changedFiles(changes), labels })
}

/** What the release that runs did before hosts changed, as its own file says. */
async function stepsOf(last: Deployment, running: string, { deployment, ports }: Passing): Promise<readonly StepRule[] | 'unknown'> {
  const { repository, environment } = deployment
  const again = last.plan?.again
  const brought = again === undefined ? last.plan : await planOf(repository, environment, again, ports)
  // Most do nothing, as their plan says, and the file need not be asked for. One that came to late hosts did it before.
  if (brought && brought.late === undefined && brought.before === undefined) return []
  const found = findEnvironment(await readProjects(repository, running, ports), environment)
  return found.kind === 'found' ? (found.rule.before ?? []) : 'unknown'
}
