import { workflowRunBody } from '../bodies/workflow-run.ts'
import { page, type RepositoryRoutes } from '../call.ts'

/** Runs of GitHub's own CI, the newest first. */
export const workflowRunRoutes: RepositoryRoutes = {
  'GET /repos/{owner}/{repo}/actions/runs': {
    needs: ['actions:read'],
    async answer(call) {
      const { world, repo, query } = call
      const sha = query.get('head_sha')
      const found = repo.workflowRuns.filter((run) => sha === null || run.sha === sha).toReversed()
      const bodies = await Promise.all(found.map((run) => workflowRunBody(world, repo, run)))
      return page(
        call,
        bodies,
        (body) => body,
        (workflow_runs) => ({ total_count: bodies.length, workflow_runs }),
      )
    },
  },
}
