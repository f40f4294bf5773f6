import { z } from 'zod'
import { checkBody, suiteBody } from '../bodies/check.ts'
import {
  type Answer,
  created,
  invalid,
  notFound,
  numeric,
  ok,
  page,
  type RepositoryCall,
  type RepositoryRoutes,
  text,
  tooLong,
} from '../call.ts'
import { newestRuns, suiteOf, suitesOf } from '../suites.ts'
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
  actions: z.array(z.object({ label: z.string(), description: z.string(), identifier: z.string() })).optional(),
})
const fresh = changed.extend({ name: z.string(), head_sha: z.string() })

/** Of summary and text, in bytes: the description says characters. */
const longest = 65_535

/** Check runs and suites; those of others can only be read. */
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
        suite: suiteOf(world, repo, sha, world.app).id,
        app: world.app,
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
      const wrong = change(call, run, given)
      if (wrong) return wrong
      repo.checkRuns.push(run)
      return created(checkBody(world, repo, run))
    },
  },

  'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}': {
    needs: ['checks:write'],
    answer(call) {
      const run = runIn(call)
      // An App changes its own alone.
      if (run?.app !== call.world.app) return notFound()
      return change(call, run, changed.parse(call.body)) ?? ok(checkBody(call.world, call.repo, run))
    },
  },

  'GET /repos/{owner}/{repo}/check-runs/{check_run_id}': {
    needs: ['checks:read'],
    answer(call) {
      const run = runIn(call)
      return run ? ok(checkBody(call.world, call.repo, run)) : notFound()
    },
  },

  'GET /repos/{owner}/{repo}/commits/{ref}/check-runs': {
    needs: ['checks:read'],
    async answer(call) {
      const { world, repo, query } = call
      const sha = await repo.git.resolve(text(call, 'ref'))
      if (!sha) return notFound()
      const matching = repo.checkRuns
        .filter((run) => run.sha === sha)
        .filter((run) => !query.has('check_name') || run.name === query.get('check_name'))
        .filter((run) => !query.has('status') || run.status === query.get('status'))
      const shown = query.get('filter') === 'all' ? matching : newestRuns(matching)
      return page(
        call,
        shown,
        (run) => checkBody(world, repo, run),
        (check_runs) => ({ total_count: shown.length, check_runs }),
      )
    },
  },

  'GET /repos/{owner}/{repo}/commits/{ref}/check-suites': {
    needs: ['checks:read'],
    async answer(call) {
      const { world, repo } = call
      const sha = await repo.git.resolve(text(call, 'ref'))
      if (!sha) return notFound()
      const bodies = await Promise.all(suitesOf(world, repo, sha).map((suite) => suiteBody(world, repo, suite)))
      return page(
        call,
        bodies,
        (body) => body,
        (check_suites) => ({ total_count: bodies.length, check_suites }),
      )
    },
  },
}

/** Changes a run; or says what GitHub does not take, of what its description does not tell. */
function change({ world }: RepositoryCall, run: CheckRun, given: z.infer<typeof changed>): Answer | undefined {
  const { output } = given
  for (const field of ['summary', 'text'] as const) {
    if (Buffer.byteLength(output?.[field] ?? '') > longest) return tooLong('CheckRun', field, longest)
  }
  Object.assign(run, {
    name: given.name ?? run.name,
    detailsUrl: given.details_url ?? run.detailsUrl,
    externalId: given.external_id ?? run.externalId,
    startedAt: given.started_at ?? run.startedAt,
    actions: given.actions ?? run.actions,
    // A conclusion completes a run, whatever status comes with it; what is completed stays so, and no word is said of it.
    ...(run.conclusion === null && {
      status: given.conclusion ? 'completed' : (given.status ?? run.status),
      conclusion: given.conclusion ?? null,
    }),
  })
  run.completedAt = run.conclusion === null ? null : (given.completed_at ?? run.completedAt ?? moment(world.now()))
  if (!output) return undefined
  run.output = {
    title: output.title ?? run.output.title,
    summary: output.summary,
    text: output.text ?? null,
    annotations: [...run.output.annotations, ...output.annotations],
  }
  return undefined
}

const runIn = (call: RepositoryCall): CheckRun | undefined => call.repo.checkRuns.find((one) => one.id === numeric(call, 'check_run_id'))
