import type { Repository } from '../domain/repository.ts'
import type { CommitStatus, NewDeployment, Ports, Report } from './ports.ts'

/**
 * GitHub takes the same twice and shows it twice. Where an earlier try was begun and nobody heard how it ended, because its
 * Landfall was killed or the answer got lost, it is asked first what is there.
 */

/** Makes a comment; its first line marks it. Resolves to its id. */
export async function commentOnce(report: Report, repository: Repository, issue: number, body: string, ports: Ports): Promise<number> {
  const [mark = ''] = body.split('\n', 1)
  const there = report.begun ? await ports.github.findComment(repository, issue, mark) : undefined
  if (there === undefined) return ports.github.comment(repository, issue, body)
  await ports.github.editComment(repository, there, body)
  return there
}

/** Creates a deployment. Resolves to its id. */
export async function createOnce(report: Report, repository: Repository, wanted: NewDeployment, ports: Ports): Promise<number> {
  const there = report.begun ? await ports.github.findDeployment(repository, wanted) : undefined
  return there ?? ports.github.createDeployment(repository, wanted)
}

/** Sets a commit status unless it is the one shown. */
export async function statusOnce(report: Report, repository: Repository, wanted: CommitStatus, ports: Ports): Promise<void> {
  const shown = report.begun ? await ports.github.lastStatus(repository, wanted.revision, wanted.context) : undefined
  if (shown?.state === wanted.state && shown.description === wanted.description) return
  await ports.github.setStatus(repository, wanted)
}
