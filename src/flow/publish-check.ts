import type { Repository, Sha } from '../domain/repository.ts'
import type { CheckReport, FoundCheck, Ports, Report } from './ports.ts'

/** What is remembered of a check run: how it was sent last, and when. */
interface Sent extends FoundCheck {
  /** Milliseconds since 1970. */
  at: number
  /** Of everything that was sent. */
  fingerprint: string
  /** The commit it stands on. On another one there is another. */
  revision: Sha
}

/**
 * Shows a check run as it should be: made once, changed from then on, and left alone where nothing has changed. GitHub keeps what it was
 * told as completed (asked for people's action is completed too); what goes on after that is a new run, which takes the place of the
 * one before under the same name.
 *
 * Where the App may not write checks it is asked for once, and again when there is something new to tell: somebody may have allowed it.
 *
 * @param pace seconds that have to lie between this and what was sent last; it is looked at again then
 * @returns what to remember; `notAllowed` where there is none because the App may not write any
 */
export async function publishCheck(
  report: Report,
  repository: Repository,
  wanted: CheckReport,
  ports: Ports,
  { pace = 0 } = {},
): Promise<string> {
  const known = sentIn(report.memory, wanted.revision)
  const now = ports.clock.now().getTime()
  const fingerprint = ports.signer.fingerprint(JSON.stringify(wanted))
  if (report.memory !== undefined && known && !report.begun) {
    if (known.fingerprint === fingerprint) return report.memory
    const rest = Math.min(pace, pace - (now - known.at) / 1000)
    if (rest > 0) {
      await ports.store.reports.rest(report, rest)
      return report.memory
    }
  }
  const there = (report.begun ? await ports.github.findCheck(repository, wanted) : undefined) ?? known
  const sent = await send(repository, wanted, there, ports)
  if (sent.kind === 'forbidden') return notAllowed
  const { id, annotations } = sent
  return memoryOf({ id, state: wanted.state, annotations, at: now, fingerprint, revision: wanted.revision })
}

/** What is remembered of a check run that the App may not make. */
export const notAllowed = 'not allowed'

/** GitHub adds annotations to those that are there: each is sent once. */
async function send(
  repository: Repository,
  wanted: CheckReport,
  there: FoundCheck | undefined,
  { github }: Ports,
): Promise<{ kind: 'forbidden' } | ({ kind: 'told' } & Pick<FoundCheck, 'id' | 'annotations'>)> {
  const annotations = wanted.annotations.length
  if (!there || (isCompleted(there.state) && there.state !== wanted.state)) {
    const made = await github.createCheck(repository, wanted)
    return made.kind === 'told' ? { ...made, annotations } : made
  }
  const { revision: _, externalId: __, ...change } = wanted
  const changed = await github.updateCheck(repository, there.id, { ...change, annotations: wanted.annotations.slice(there.annotations) })
  return changed.kind === 'told' ? { ...changed, annotations: Math.max(there.annotations, annotations) } : changed
}

const isCompleted = (state: string): boolean => state !== 'queued' && state !== 'in_progress'

const memoryOf = ({ id, state, annotations, at, fingerprint, revision }: Sent): string =>
  [id, state, annotations, at, fingerprint, revision].join(' ')

function sentIn(memory: string | undefined, wanted: Sha): Sent | undefined {
  const [id, state = '', annotations, at, fingerprint = '', revision = ''] = memory?.split(' ') ?? []
  return revision === wanted
    ? { id: Number(id), state, annotations: Number(annotations), at: Number(at), fingerprint, revision }
    : undefined
}
