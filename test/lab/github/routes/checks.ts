import { z } from 'zod'
import { integration, nodeId } from '../bodies/account.ts'
import { created, invalid, notFound, numeric, ok, page, type RepositoryCall, type RepositoryRoutes, text } from '../call.ts'
import { type CheckRun, moment } from '../world.ts'

const changed = z.object({
  name: z.string().optional(),
  details_url: z.string().optional(),
  external_id: z.string().optional(),
  status: z.string().optional(),
  conclusion: z.string().optional(),
  started_at: z.string().optional(),
  completed_at: z.string().optional(),
  output: z
    .object({
      title: z.string().optional(),
      summary: z.string(),
      text: z.string().optional(),
      annotations: z.array(z.unknown()).default([]),
    })
    .optional(),
  actions: z.array(z.unknown()).optional(),
})
const fresh = changed.extend({ name: z.string(), head_sha: z.string() })

/** Check runs of the App. */
export const checkRoutes: RepositoryRoutes = {
  'POST /repos/{owner}/{repo}/check-runs': {
    needs: ['checks:write'],
    async answer(call) {
      const { world, repo } = call
      const given = fresh.parse(call.body)
      const sha = await repo.git.resolve(given.head_sha)
      if (!sha) return invalid([{ resource: 'CheckRun', code: 'custom', message: `No commit found for SHA: ${given.head_sha}` }])
      const run: CheckRun = {
        id: world.id(),
        suite: repo.checkRuns.find((one) => one.sha === sha)?.suite ?? world.id(),
        name: given.name,
        sha,
        status: 'queued',
        conclusion: null,
        detailsUrl: null,
        externalId: '',
        startedAt: moment(world.now()),
        completedAt: null,
        output: { title: null, summary: null, text: null, annotations: [] },
        actions: [],
      }
      change(call, run, given)
      repo.checkRuns.push(run)
      return created(checkBody(call, run))
    },
  },

  'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}': {
    needs: ['checks:write'],
    answer(call) {
      const run = runIn(call)
      if (!run) return notFound()
      change(call, run, changed.parse(call.body))
      return ok(checkBody(call, run))
    },
  },

  'GET /repos/{owner}/{repo}/check-runs/{check_run_id}': {
    needs: ['checks:read'],
    answer(call) {
      const run = runIn(call)
      return run ? ok(checkBody(call, run)) : notFound()
    },
  },

  'GET /repos/{owner}/{repo}/commits/{ref}/check-runs': {
    needs: ['checks:read'],
    async answer(call) {
      const { repo, query } = call
      const sha = await repo.git.resolve(text(call, 'ref'))
      if (!sha) return notFound()
      const matching = repo.checkRuns
        .filter((run) => run.sha === sha)
        .filter((run) => !query.has('check_name') || run.name === query.get('check_name'))
        .filter((run) => !query.has('status') || run.status === query.get('status'))
      // Of several runs of one name only the newest, unless all are asked for.
      const shown = query.get('filter') === 'all' ? matching : [...new Map(matching.map((run) => [run.name, run])).values()]
      return page(
        call,
        shown,
        (run) => checkBody(call, run),
        (check_runs) => ({ total_count: shown.length, check_runs }),
      )
    },
  },
}

function change({ world }: RepositoryCall, run: CheckRun, given: z.infer<typeof changed>): void {
  const { output } = given
  Object.assign(run, {
    name: given.name ?? run.name,
    detailsUrl: given.details_url ?? run.detailsUrl,
    externalId: given.external_id ?? run.externalId,
    startedAt: given.started_at ?? run.startedAt,
    actions: given.actions ?? run.actions,
    // A conclusion completes a run, whatever status comes with it; a new status takes the conclusion back.
    status: given.conclusion ? 'completed' : (given.status ?? run.status),
    conclusion: given.conclusion ?? (given.status ? null : run.conclusion),
  })
  run.completedAt = run.conclusion === null ? null : (given.completed_at ?? run.completedAt ?? moment(world.now()))
  if (!output) return
  run.output = {
    title: output.title ?? run.output.title,
    summary: output.summary,
    text: output.text ?? null,
    annotations: [...run.output.annotations, ...output.annotations],
  }
}

const runIn = (call: RepositoryCall): CheckRun | undefined => call.repo.checkRuns.find((one) => one.id === numeric(call, 'check_run_id'))

function checkBody({ world, repo }: RepositoryCall, run: CheckRun) {
  const url = `${world.url}/repos/${repo.fullName}/check-runs/${run.id}`
  const html = `${world.url}/${repo.fullName}/runs/${run.id}`
  const { annotations, ...output } = run.output
  return {
    id: run.id,
    node_id: nodeId('CR', run.id),
    head_sha: run.sha,
    name: run.name,
    external_id: run.externalId,
    url,
    html_url: html,
    details_url: run.detailsUrl ?? html,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt,
    completed_at: run.completedAt,
    output: { ...output, annotations_count: annotations.length, annotations_url: `${url}/annotations` },
    check_suite: { id: run.suite },
    app: integration(world),
    pull_requests: [],
  }
}
