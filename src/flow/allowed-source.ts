import { findEnvironment } from '../config/project-files.ts'
import type { SourceRule } from '../domain/configuration.ts'
import type { Reason } from '../domain/reason.ts'
import type { Ref } from '../domain/ref.ts'
import { fullName, type Repository } from '../domain/repository.ts'
import { floorOf } from '../policy/floor.ts'
import { grantFor } from '../policy/hosts.ts'
import { type ByDefault, belowFloor, takenFrom } from '../policy/sources.ts'
import { wasDefaultBranch } from './default-branch.ts'
import type { Ports } from './ports.ts'
import { readProjects } from './read-projects.ts'
import type { Aimed } from './target.ts'

/**
 * Why an environment may not be deployed from where this comes; undefined where it may. GitHub is asked only about branches beside the
 * default one, and only for files that mostly have not changed: what follows tags was read from there already.
 *
 * @param source what the environment follows, by the file that counts
 */
export async function sourceRefused({ deployment, into, ports }: Aimed, source: SourceRule): Promise<Reason | undefined> {
  const { repository, environment } = deployment
  const branch = into ?? deployment.branch
  const from = cameFrom(deployment, branch, source)
  const granted = grantFor(ports.operator.current(), fullName(repository))
  const refused = granted && belowFloor(environment, from, floorOf(granted, environment))
  if (refused || branch === undefined || (await wasDefaultBranch(repository, branch, ports))) return refused
  return takenFrom(environment, branch, await byDefault(repository, environment, ports))
}

function cameFrom({ tag }: Aimed['deployment'], branch: string | undefined, source: SourceRule): Ref {
  if (branch !== undefined) return { kind: 'branch', name: branch }
  // It came by its tag, whatever the environment follows since.
  if (tag !== undefined) return { kind: 'tag', name: tag }
  if (source.kind === 'branch') return { kind: 'branch', name: source.branch }
  return { kind: 'tag', name: source.pattern }
}

async function byDefault(repository: Repository, environment: string, ports: Pick<Ports, 'github'>): Promise<ByDefault> {
  const projects = await readProjects(repository, undefined, ports)
  const found = findEnvironment(projects, environment)
  if (found.kind === 'found') return { kind: 'follows', source: found.rule.source }
  return found.kind === 'invalid' ? { kind: 'unreadable', files: projects.broken.map(({ path }) => path) } : undefined
}
