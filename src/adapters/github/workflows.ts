import type { Check, Workflow } from '../../domain/check.ts'
import type { Sha } from '../../domain/repository.ts'
import { absentOrForbidden, orUndefined } from './absent.ts'
import type { RepositoryClient } from './clients.ts'

/** GitHub tells some ten kB of each run: more at once would be too much to remember. */
const page = 50

/** GitHub's own CI, which makes a check suite for each run of a workflow. Others make one for a commit. */
const actions = 'github-actions'

/**
 * The same runs, with the workflow behind each one whose name occurs in several suites: of one name and App only the newest counts, and
 * jobs of different workflows may share theirs. GitHub is asked only where some do. Of a suite that it tells no workflow of nothing is
 * known but that it is another: it counts for itself.
 */
export async function withWorkflows({ rest, paginate, place }: RepositoryClient, revision: Sha, runs: readonly Check[]): Promise<Check[]> {
  const suites = Map.groupBy(
    runs.filter(({ app }) => app === actions),
    ({ name }) => name,
  )
  const shared = [...suites].filter(([, all]) => new Set(all.map(({ suite }) => suite)).size > 1).map(([name]) => name)
  if (shared.length === 0) return [...runs]
  const asked = { ...place, head_sha: revision, exclude_pull_requests: true, per_page: page }
  const found = (await orUndefined(() => paginate(rest.actions.listWorkflowRunsForRepo, asked), absentOrForbidden)) ?? []
  const bySuite = new Map(
    found.map(({ check_suite_id, workflow_id, name, event }): [number | undefined, Workflow] => [
      check_suite_id,
      { id: workflow_id, name: name ?? `workflow ${workflow_id}`, event },
    ]),
  )
  return runs.map((run) => {
    if (run.app !== actions || !shared.includes(run.name)) return run
    const { suite = 0 } = run
    return { ...run, workflow: bySuite.get(suite) ?? { id: -suite, name: `suite ${suite}`, event: 'unknown' } }
  })
}
