import type { Repository } from '../../domain/repository.ts'
import type { CheckChange, CheckOutcome, GitHubChecks, Log } from '../../flow/ports.ts'
import { orUndefined } from './absent.ts'
import type { GitHubClients } from './clients.ts'
import { type OwnLogin, slugOf } from './own-login.ts'

type CheckRuns = Pick<GitHubChecks, 'createCheck' | 'updateCheck' | 'findCheck'>

/** GitHub's limits: https://docs.github.com/rest/checks/runs. Lengths in characters, but of Markdown in bytes, whatever is written there. */
const most = { buttons: 3, label: 20, description: 40, identifier: 20, annotations: 50, markdown: 65_535 }

/** The App's own check runs. */
export function checkRuns(clients: GitHubClients, ownLogin: OwnLogin, log: Log): CheckRuns {
  /** Installations of which it was logged. */
  const forbidden = new Set<number>()
  /** Of everything that may be told of one installation this is told once: it needs a person, who needs to know which permission. */
  const allowed = async (repository: Repository, tell: () => Promise<{ data: { id: number } }>): Promise<CheckOutcome> => {
    const told = await orUndefined(tell, [403])
    if (told) {
      forbidden.delete(repository.installation)
      return { kind: 'told', id: told.data.id }
    }
    if (!forbidden.has(repository.installation))
      log.error('permission missing', { permission: 'checks: write', installation: repository.installation, owner: repository.owner })
    forbidden.add(repository.installation)
    return { kind: 'forbidden' }
  }

  return {
    async createCheck(repository, check) {
      const { rest, place } = clients.of(repository)
      const said = { ...shown(check), name: check.name, head_sha: check.revision, external_id: check.externalId }
      return allowed(repository, () => rest.checks.create({ ...place, ...said }))
    },

    async updateCheck(repository, id, check) {
      const { rest, place } = clients.of(repository)
      const said = { check_run_id: id, name: check.name, ...shown(check) }
      return allowed(repository, () => rest.checks.update({ ...place, ...said }))
    },

    async findCheck(repository, { revision, name, externalId }) {
      const { rest, paginate, place } = clients.of(repository)
      const own = slugOf(await ownLogin())
      // Of one name GitHub counts only the newest as latest, and several of Landfall's deployments may share a commit.
      const asked = { ...place, ref: revision, check_name: name, filter: 'all', per_page: 100 } as const
      const found = (await orUndefined(() => paginate(rest.checks.listForRef, asked), [403])) ?? []
      const ours = found.filter(({ app, external_id }) => app?.slug === own && external_id === externalId)
      const [newest] = ours.toSorted((one, other) => other.id - one.id)
      if (!newest) return undefined
      const { id, status, conclusion, output } = newest
      return { id, state: conclusion ?? status, annotations: output.annotations_count }
    },
  }
}

function shown(check: CheckChange) {
  assertWithin(check)
  const { state, title, summary, text, detailsUrl, buttons, annotations } = check
  return {
    ...progress(state),
    ...(detailsUrl !== undefined && { details_url: detailsUrl }),
    output: {
      title,
      summary,
      ...(text !== undefined && { text }),
      annotations: annotations.map(({ path, startLine, endLine, level, title: heading, message }) => ({
        path,
        start_line: startLine,
        end_line: endLine,
        annotation_level: level,
        message,
        ...(heading !== undefined && { title: heading }),
      })),
    },
    // Sent also when there are none: those it had go.
    actions: buttons.map(({ label, description, identifier }) => ({ label, description, identifier })),
  }
}

const progress = (state: CheckChange['state']) =>
  state === 'queued' || state === 'in_progress' ? { status: state } : { status: 'completed' as const, conclusion: state }

/** GitHub would refuse it anyway, or cut it silently. Whoever renders keeps to the limits; here it is only noticed early. */
function assertWithin({ name, summary, text = '', buttons, annotations }: CheckChange): void {
  const over = (what: string, length: number, limit: number) => (length > limit ? [`${what}: ${length}, at most ${limit}`] : [])
  const wrong = [
    ...over('buttons', buttons.length, most.buttons),
    ...buttons.flatMap(({ label, description, identifier }) => [
      ...over(`label "${label}"`, label.length, most.label),
      ...over(`description "${description}"`, description.length, most.description),
      ...over(`identifier "${identifier}"`, identifier.length, most.identifier),
    ]),
    ...over('annotations', annotations.length, most.annotations),
    ...over('summary', Buffer.byteLength(summary), most.markdown),
    ...over('text', Buffer.byteLength(text), most.markdown),
  ]
  if (wrong.length > 0) throw new Error(`check run ${name} is over GitHub's limits: ${wrong.join('; ')}`)
}
