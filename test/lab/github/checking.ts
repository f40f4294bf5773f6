import { announce, type Delivering, type RepositoryParts } from './branches.ts'
import { packagePublished, requestedAction, statusSet, suiteCompleted, workflowCompleted } from './ci-payloads.ts'
import { newSuite, suiteOf, suiteState } from './suites.ts'
import {
  type CheckRun,
  type CheckSuite,
  type Delivery,
  moment,
  person,
  type Reporter,
  type RequiredCheck,
  type Status,
  type WorkflowRun,
} from './world.ts'

/** GitHub's own CI. */
export const actions: Reporter = { id: 15_368, slug: 'github-actions', name: 'GitHub Actions' }

export interface CheckOutcome {
  name: string
  /** Default: GitHub Actions. */
  app?: Reporter
  /** Whatever that App means by it. */
  externalId?: string
  /** Absent: it has only begun. */
  conclusion?: string
}

export interface RanWorkflow extends Partial<Pick<WorkflowRun, 'name' | 'event' | 'branch' | 'conclusion'>> {
  /** Name of its one job, and so of its check. Default that of the workflow, in small letters. */
  job?: string
  /** Somebody ran the last one of this commit and event once more: it keeps its suite. Default false, another run. */
  again?: boolean
  /** Default `mona`. */
  by?: string
}

/** What CI, other Apps and those who press buttons do. GitHub announces it to Apps that subscribe to it. */
export interface Checking {
  /**
   * Another App's check of a commit: begun, or ended. One that is running is ended, otherwise a new run is made. The end of a
   * suite's last run is announced.
   */
  reportCheck(sha: string, outcome: CheckOutcome, options?: Delivering): Promise<{ id: number; deliveries: Delivery[] }>
  /** An App makes a suite and reports nothing in it. */
  emptySuite(sha: string, app: Reporter): void
  /** `by` somebody, or by an App that is no secret. */
  reportStatus(
    sha: string,
    status: Pick<Status, 'context' | 'state'> & { description?: string; by?: string; app?: Reporter },
    options?: Delivering,
  ): Promise<Delivery[]>
  /** A workflow of GitHub Actions has run: its check has ended, its suite and it are announced. */
  runWorkflow(sha: string, run: RanWorkflow, options?: Delivering): Promise<Delivery[]>
  publishImage(image: { name: string; tag: string; digest: string; by?: string }, options?: Delivering): Promise<Delivery[]>
  /** Somebody presses a button of the App's own check run. Throws where it has no such button. */
  pressButton(check: number, identifier: string, by: string, options?: Delivering): Promise<Delivery[]>
  /** From now on this has to be green before a merge into the branch. */
  requireCheck(required: Pick<RequiredCheck, 'branch' | 'context'> & Partial<Pick<RequiredCheck, 'app' | 'by'>>): void
}

export function checking(parts: RepositoryParts): Checking {
  const { world, repo } = parts
  const actor = person(world, 'mona')

  const report = (suite: CheckSuite, { name, externalId, conclusion }: Omit<CheckOutcome, 'app'>): CheckRun => {
    const now = moment(world.now())
    const running = repo.checkRuns.findLast((run) => run.suite === suite.id && run.name === name && run.status !== 'completed')
    const run = running ?? freshRun(world.id(), suite, name, now)
    if (run !== running) repo.checkRuns.push(run)
    if (externalId !== undefined) run.externalId = externalId
    Object.assign(run, conclusion === undefined ? { status: 'in_progress' } : { status: 'completed', conclusion, completedAt: now })
    return run
  }

  return {
    async reportCheck(sha, outcome, { deliver } = {}) {
      const suite = suiteOf(world, repo, sha, outcome.app ?? actions)
      const run = report(suite, outcome)
      const ended = suiteState(repo, suite).status === 'completed'
      const events = ended ? [await suiteCompleted(world, repo, suite, actor)] : []
      return { id: run.id, deliveries: await announce(parts, events, deliver) }
    },

    emptySuite(sha, app) {
      suiteOf(world, repo, sha, app)
    },

    async reportStatus(sha, { context, state, description, app, by = app ? `${app.slug}[bot]` : 'ci[bot]' }, { deliver } = {}) {
      if (app) world.apps.push(app)
      const creator = person(world, by)
      const given = { context, state, description: description ?? null, targetUrl: null }
      const status: Status = { id: world.id(), sha, ...given, creator, createdAt: world.now() }
      repo.statuses.push(status)
      return announce(parts, [await statusSet(world, repo, status)], deliver)
    },

    async runWorkflow(
      sha,
      { name = 'Build', event = 'push', job = name.toLowerCase(), again = false, by = 'mona', ...ran },
      { deliver } = {},
    ) {
      const { branch = repo.defaultBranch, conclusion = 'success' } = ran
      const before = again ? repo.workflowRuns.findLast((one) => one.sha === sha && one.name === name && one.event === event) : undefined
      const suite = repo.suites.find(({ id }) => id === before?.suite) ?? newSuite(world, repo, sha, actions, branch)
      report(suite, { name: job, conclusion })
      const workflow = repo.workflowRuns.find((one) => one.name === name)?.workflow ?? world.id()
      const told = { sha, name, event, branch, conclusion, workflow, suite: suite.id, by: person(world, by), at: world.now() }
      const run: WorkflowRun = before ? Object.assign(before, told) : { ...told, id: world.id() }
      if (!before) repo.workflowRuns.push(run)
      return announce(parts, [await suiteCompleted(world, repo, suite, run.by), await workflowCompleted(world, repo, run)], deliver)
    },

    publishImage: ({ by = 'mona', ...image }, { deliver } = {}) =>
      announce(parts, [packagePublished(world, repo, { ...image, by: person(world, by) })], deliver),

    async pressButton(id, identifier, by, { deliver } = {}) {
      const run = repo.checkRuns.find((one) => one.id === id)
      if (run?.app !== world.app) throw new Error(`${repo.fullName} has no check run ${id} of the App`)
      const there = run.actions.some(({ identifier: known }) => known === identifier)
      if (!there) throw new Error(`check run ${run.name} has no button ${identifier}`)
      return announce(parts, [await requestedAction(world, repo, run, identifier, person(world, by))], deliver)
    },

    requireCheck({ branch, context, app, by = 'rules' }) {
      repo.requiredChecks.push({ branch, context, app, by })
    },
  }
}

const freshRun = (id: number, { id: suite, sha, app }: CheckSuite, name: string, now: string): CheckRun => ({
  id,
  suite,
  app,
  name,
  sha,
  status: 'in_progress',
  conclusion: null,
  detailsUrl: null,
  externalId: '',
  startedAt: now,
  completedAt: null,
  output: { title: null, summary: null, text: null, annotations: [] },
  actions: [],
})
