import { pinpoint } from '../config/pinpoint.ts'
import { problemsReason } from '../domain/reason.ts'
import type { Repository, Sha } from '../domain/repository.ts'
import { unknownProfiles } from '../plan/placement.ts'
import type { Ports } from './ports.ts'
import { rejected, type Step } from './prepared.ts'
import { type RenderedRelease, renderRelease } from './render-release.ts'
import type { Target } from './target.ts'

/**
 * What a commit would bring to where the head of the branch says. A profile that hosts are given there and no service of the commit has is
 * refused: it is a slip of the pen, by which something would silently not run.
 */
export async function renderTarget(repository: Repository, revision: Sha, target: Target, ports: Ports): Promise<Step<RenderedRelease>> {
  const rendered = await renderRelease(repository, revision, target.rule.name, target, ports)
  if (rendered.kind !== 'ok') return rendered
  const unknown = unknownProfiles(rendered.value.model, target.rule, target.path)
  return unknown.length === 0 ? rendered : rejected(problemsReason('configuration-invalid', pinpoint(unknown, target)))
}
