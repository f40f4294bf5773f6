import { z } from 'zod'
import type { Check, EmptySuite, RequiredCheck } from '../../domain/check.ts'
import type { Sha } from '../../domain/repository.ts'
import type { CommitChecks, GitHubChecks } from '../../flow/ports.ts'
import type { GitHubClients, RepositoryClient, RestClient } from './clients.ts'
import { type OwnLogin, slugOf } from './own-login.ts'
import { type Required, requiredChecks } from './required-checks.ts'
import { isApp, type Reporters, statusReporters } from './status-reporters.ts'
import { withWorkflows } from './workflows.ts'

const commitStates = z.enum(['error', 'failure', 'pending', 'success'])
/** GitHub's states before a run has begun are more: waiting, requested, pending. */
const begun = z.enum(['in_progress', 'completed'])

type Asking = Pick<GitHubChecks, 'checksOf'>

/** What CI and others found out about commits. */
export function checks(clients: GitHubClients, ownLogin: OwnLogin): Asking {
  return {
    async checksOf(repository, revision, branch): Promise<CommitChecks> {
      const at = clients.of(repository)
      const [own, reported, statuses, required] = await Promise.all([
        ownLogin(),
        reportedBy(at, revision).then(async (told) => ({ ...told, runs: await withWorkflows(at, revision, told.runs) })),
        statusesOf(at, revision),
        branch === undefined ? undefined : requiredChecks(at, branch),
      ])
      const found = { own: slugOf(own), emptySuites: reported.emptySuites }
      if (!required) return { ...found, checks: [...reported.runs, ...statuses] }

      const ofApps = new Set(required.filter(({ app }) => app !== undefined).map((one) => one.name))
      const contexts = new Set(statuses.map((one) => one.name).filter((context) => ofApps.has(context)))
      const reporters = await statusReporters(at, revision, contexts)
      return {
        ...found,
        checks: [...reported.runs, ...statuses.map((one) => ({ ...one, ...appOf(reporters.get(one.name)) }))],
        required: await Promise.all(required.map((one) => named(at, one, reported.apps, reporters))),
      }
    },
  }
}

const appOf = (slug: string | undefined) => (slug === undefined ? {} : { app: slug })

/** A requirement with the slug of its App, as far as that has to do with this commit. */
async function named(client: RestClient, { name, app }: Required, apps: Map<number, string>, reporters: Reporters): Promise<RequiredCheck> {
  if (app === undefined) return { name }
  const slug = apps.get(app)
  if (slug !== undefined) return { name, app: slug }
  const reporter = reporters.get(name)
  const same = reporter !== undefined && !reporter.startsWith('@') && (await isApp(client, reporter, app))
  return { name, app: same ? reporter : `#${app}` }
}

/** Check runs and suites without any; `apps` are the slugs of the Apps behind them, by id. */
async function reportedBy({ rest, paginate, place }: RepositoryClient, revision: Sha) {
  const asked = { ...place, ref: revision, per_page: 100 }
  const [runs, suites] = await Promise.all([
    paginate(rest.checks.listForRef, { ...asked, filter: 'latest' }),
    paginate(rest.checks.listSuitesForRef, asked),
  ])
  const apps = new Map<number, string>()
  for (const { app } of [...runs, ...suites]) if (app?.slug) apps.set(app.id, app.slug)
  return {
    apps,
    runs: runs.map(
      ({ id, name, app, status, conclusion, started_at, check_suite }): Check => ({
        kind: 'check',
        id,
        name,
        state: stateOf(status),
        ...(app?.slug && { app: app.slug }),
        ...(conclusion && { conclusion }),
        ...(started_at && { startedAt: started_at }),
        ...(check_suite && { suite: check_suite.id }),
      }),
    ),
    emptySuites: suites
      .filter(({ latest_check_runs_count }) => latest_check_runs_count === 0)
      .map(({ app, status }): EmptySuite => ({ app: app?.slug ?? 'unknown', state: stateOf(status) })),
  }
}

const stateOf = (status: string | null): Check['state'] => begun.safeParse(status).data ?? 'queued'

/** The newest status of each context. It is no list, whatever its type says: Octokit does not read it page by page. */
async function statusesOf({ rest, place }: RepositoryClient, revision: Sha): Promise<Check[]> {
  const found: Check[] = []
  for (let page = 1; ; page += 1) {
    const { data } = await rest.repos.getCombinedStatusForRef({ ...place, ref: revision, per_page: 100, page })
    for (const { id, context, state, created_at } of data.statuses) {
      const told = commitStates.parse(state)
      const outcome = told === 'pending' ? { state: 'in_progress' as const } : { state: 'completed' as const, conclusion: told }
      found.push({ kind: 'status', id, name: context, ...outcome, startedAt: created_at })
    }
    if (data.statuses.length === 0 || found.length >= data.total_count) return found
  }
}
