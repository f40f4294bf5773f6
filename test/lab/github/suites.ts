import type { CheckRun, CheckSuite, Repo, Reporter, World } from './world.ts'

/** The suite in which an App reports on a commit; made where there is none yet. */
export function suiteOf(world: World, repo: Repo, sha: string, app: Reporter, branch: string | null = null): CheckSuite {
  return repo.suites.find((one) => one.sha === sha && one.app.id === app.id) ?? newSuite(world, repo, sha, app, branch)
}

/** One more of that App, as GitHub's CI makes for each run of a workflow. */
export function newSuite(world: World, repo: Repo, sha: string, app: Reporter, branch: string | null): CheckSuite {
  const made: CheckSuite = { id: world.id(), sha, app, branch, createdAt: world.now() }
  repo.suites.push(made)
  return made
}

/** All suites of a commit: GitHub makes one for every App that may write checks, whether it has anything to say or not. */
export function suitesOf(world: World, repo: Repo, sha: string): CheckSuite[] {
  if (world.app.permissions.checks === 'write') suiteOf(world, repo, sha, world.app)
  return repo.suites.filter((one) => one.sha === sha)
}

/** Of several runs of one name in a suite the newest counts. */
export const newestRuns = (runs: CheckRun[]): CheckRun[] => [...new Map(runs.map((run) => [`${run.suite} ${run.name}`, run])).values()]

/** A suite is as far as the slowest of its runs, and as good as the worst. */
export function suiteState(repo: Repo, suite: CheckSuite): { status: string; conclusion: string | null; runs: number } {
  const runs = newestRuns(repo.checkRuns.filter((run) => run.suite === suite.id))
  const told = { runs: runs.length, conclusion: null }
  if (runs.every(({ status }) => status === 'queued')) return { ...told, status: 'queued' }
  if (runs.some(({ status }) => status !== 'completed')) return { ...told, status: 'in_progress' }
  const worst = worstFirst.find((conclusion) => runs.some((run) => run.conclusion === conclusion))
  return { ...told, status: 'completed', conclusion: worst ?? null }
}

const worstFirst = ['action_required', 'failure', 'timed_out', 'startup_failure', 'cancelled', 'success', 'neutral', 'skipped', 'stale']
