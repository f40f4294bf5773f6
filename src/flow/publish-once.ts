import type { Repository } from '../domain/repository.ts'
import type { CommitStatus, NewDeployment, Ports, Report } from './ports.ts'

/**
 * GitHub takes the same twice and shows it twice. Where an earlier try was begun and nobody heard how it ended, because its
 * Landfall was killed or the answer got lost, it is asked first what is there.
 */

/** Makes a comment; its first line marks it. Resolves to its id. */
export async function commentOnce(report: Report, repository: Repository, issue: number, body: string, ports: Ports): Promise<number> {
  const [mark = ''] = body.split('\n', 1)
  const [there] = report.begun ? await ports.github.findComments(repository, issue, mark) : []
  if (there === undefined) return ports.github.comment(repository, issue, body)
  await ports.github.editComment(repository, there, body)
  return there
}

/** Creates a deployment. Resolves to its id. */
export async function createOnce(report: Report, repository: Repository, wanted: NewDeployment, ports: Ports): Promise<number> {
  const [there] = report.begun ? await ports.github.findDeployments(repository, wanted) : []
  return there ?? ports.github.createDeployment(repository, wanted)
}

/**
 * Edits the comment that is remembered; where somebody deleted it there is a new one. A Landfall that hung while it made one may have
 * made it after its successor did: of two the remembered one stays. Resolves to the comment's id.
 */
async function editOnly(report: Report, repository: Repository, issue: number, known: number, body: string, ports: Ports): Promise<number> {
  const [mark = ''] = body.split('\n', 1)
  if (!(await ports.github.editComment(repository, known, body))) return commentOnce(report, repository, issue, body, ports)
  const there = report.begun ? await ports.github.findComments(repository, issue, mark) : []
  for (const other of othersOf(known, there)) await ports.github.removeComment(repository, other)
  return known
}

/**
 * One comment, edited where it says something else than before, and not only when. Resolves to what to remember: its id, and what was said.
 *
 * @param news what of the text is something else; all of it unless told otherwise
 */
export async function keepComment(
  report: Report,
  repository: Repository,
  issue: number,
  { text, news = text }: { text: string; news?: string },
  ports: Ports,
): Promise<string> {
  const [known, shown] = report.memory?.split(' ') ?? []
  const fingerprint = ports.signer.fingerprint(news)
  if (report.memory !== undefined && shown === fingerprint && !report.begun) return report.memory
  const id =
    known === undefined
      ? await commentOnce(report, repository, issue, text, ports)
      : await editOnly(report, repository, issue, Number(known), text, ports)
  return `${id} ${fingerprint}`
}

/** Takes away a deployment's doubles, as of a comment. */
export async function removeDoubles(
  report: Report,
  repository: Repository,
  known: number,
  wanted: NewDeployment,
  ports: Ports,
): Promise<void> {
  const there = report.begun ? await ports.github.findDeployments(repository, wanted) : []
  for (const other of othersOf(known, there)) await ports.github.removeDeployment(repository, other)
}

/** None where what is known is not among them: somebody took it away, and one of the others may be what people look at. */
const othersOf = (known: number, there: number[]): number[] => (there.includes(known) ? there.filter((id) => id !== known) : [])

/** Sets a commit status unless it is the one shown. */
export async function statusOnce(report: Report, repository: Repository, wanted: CommitStatus, ports: Ports): Promise<void> {
  const shown = report.begun ? await ports.github.lastStatus(repository, wanted.revision, wanted.context) : undefined
  if (shown?.state === wanted.state && shown.description === wanted.description) return
  await ports.github.setStatus(repository, wanted)
}
