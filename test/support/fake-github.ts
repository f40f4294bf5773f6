import { createHash } from 'node:crypto'
import type { CommentRef } from '../../src/domain/intent.ts'
import type { Instant, Repository, Sha } from '../../src/domain/repository.ts'
import type {
  BranchOutcome,
  Changes,
  CheckChange,
  CheckOutcome,
  CheckReport,
  CommentFacts,
  CommitChecks,
  CommitDetails,
  CommitStatus,
  DeploymentStatus,
  FolderEntry,
  FoundCheck,
  GitHub,
  InstalledRepository,
  LabelledPulls,
  MergedPull,
  MissedDelivery,
  NewBranch,
  NewDeployment,
  NewFiles,
  NewPullRequest,
  OpenPullRequest,
  PullCommits,
  PullRequestFacts,
  PullRequestOutcome,
  Reaction,
  RefMove,
  RefMoves,
  Role,
  Snapshot,
  Tag,
} from '../../src/flow/ports.ts'
import { repository } from './builders.ts'

interface Commit {
  files: Record<string, string>
  subject: string
  author: string
  parents: Sha[]
}

/** One repository on GitHub: branches of commits, people with roles, and everything Landfall ever published there. */
export class FakeGitHub implements GitHub {
  readonly commits = new Map<Sha, Commit>()
  readonly branches = new Map<string, Sha>()
  /** Merged pull requests, by merge commit. */
  readonly merged = new Map<Sha, number>()
  readonly roles: Record<string, Role> = { mona: 'write' }
  readonly statuses: CommitStatus[] = []
  /** Landfall's own comments. */
  readonly comments: { id: number; issue: number; body: string }[] = []
  /** People's comments. */
  readonly said: CommentFacts[] = []
  readonly reactions: { comment: number; reaction: Reaction }[] = []
  readonly deployments: (NewDeployment & { id: number; statuses: DeploymentStatus[] })[] = []
  /** What others say of commits; of all that are not named, nothing. */
  readonly checked = new Map<Sha, CommitChecks>()
  /** Whether the App was registered with `checks: write`. */
  mayWriteChecks = true
  readonly checkRuns: (CheckReport & { id: number })[] = []
  readonly pulls = new Map<number, PullRequestFacts>()
  /** When a pull request changed last; those not named never did. */
  readonly updated = new Map<number, Instant>()
  /** Pull requests that Landfall opened; `reverts` is the one taken back. */
  readonly opened: (NewPullRequest & { number: number; reverts?: number })[] = []
  /** What opening a pull request is answered instead. */
  refusesPulls: string | undefined
  /** How many labelled pull requests GitHub is asked for at most. */
  mostLabelled = 500
  /** By `base...head`. */
  readonly compared = new Map<string, Changes>()
  /** Moves of branches that GitHub tells of, newest first; each begins where the one before ended, unless it says otherwise. */
  readonly moved: (RefMove & { branch: string })[] = []
  /** Members of teams, as `team person`. */
  readonly members = new Set<string>()
  /** `commit` where the object is another: of annotated ones. */
  tagged: (Tag & { commit?: Sha })[] = []
  /** What the App is installed on. */
  installed: InstalledRepository[] = [{ repository, defaultBranch: 'main' }]
  /** Webhooks that did not come through, and the ids of those that were asked for again. */
  missed: MissedDelivery[] = []
  readonly redelivered: string[] = []
  /** Called before each request; what it returns is thrown. */
  fails: (call: keyof GitHub) => Error | undefined = () => undefined
  /** Called after each request was carried out; what it returns is thrown: the answer got lost. */
  loses: (call: keyof GitHub) => Error | undefined = () => undefined
  readonly calls: (keyof GitHub)[] = []
  #made = 0
  #commented = 0

  /** A commit on a branch: the files of its head with these changes (`null` removes one). */
  commit(branch: string, changes: Record<string, string | null>, { subject = 'A change', author = 'mona' } = {}): Sha {
    const parent = this.branches.get(branch)
    const before = this.commits.get(parent ?? '')?.files ?? {}
    const all = Object.entries({ ...before, ...changes })
    const files = Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== null))
    return this.#add(branch, { files, subject, author, parents: parent === undefined ? [] : [parent] })
  }

  /** Merges one branch into another with a commit of both, as GitHub's green button does. */
  merge(from: string, into: string): Sha {
    const [theirs = '', ours = ''] = [this.branches.get(from), this.branches.get(into)]
    const base = this.#ancestors(theirs).find((one) => this.#ancestors(ours).includes(one)) ?? ''
    const brought = this.#differing(base, theirs).map((path) => [path, this.#commitAt(theirs).files[path] ?? null])
    const sha = this.commit(into, Object.fromEntries(brought))
    this.#commitAt(sha).parents.push(theirs)
    return sha
  }

  /** Somebody comments. Nobody is told. */
  say(body: string, { issue = 12, author = 'mona', bot = false, edited = false, at = new Date(0) } = {}): CommentFacts {
    const comment = { id: 1000 + this.said.length, issue, body, author, bot, edited, createdAt: at.toISOString() }
    this.said.push(comment)
    return comment
  }

  /** The texts of one status context on a commit, in the order they were set. */
  statusesOf(sha: Sha, context = 'landfall/production'): [CommitStatus['state'], string][] {
    return this.statuses
      .filter((status) => status.revision === sha && status.context === context)
      .map(({ state, description }) => [state, description])
  }

  snapshot(_repository: Repository, revision: Sha): Promise<Snapshot> {
    return this.#answer('snapshot', () => {
      const { files } = this.#commitAt(revision)
      return {
        revision,
        paths: () => Object.keys(files),
        read: (path) => (files[path] === undefined ? undefined : new TextEncoder().encode(files[path])),
      }
    })
  }

  file(_repository: Repository, path: string, ref = 'main'): Promise<string | undefined> {
    return this.#answer('file', () => this.commits.get(this.branches.get(ref) ?? ref)?.files[path])
  }

  folder(_repository: Repository, path: string, ref = 'main'): Promise<FolderEntry[]> {
    return this.#answer('folder', () => {
      const paths = Object.keys(this.commits.get(this.branches.get(ref) ?? ref)?.files ?? {})
      const inside = paths.flatMap((one) => (one.startsWith(`${path}/`) ? [one.slice(path.length + 1).split('/')] : []))
      const names = new Map(inside.map(([name = '', ...below]) => [name, below.length === 0 ? ('file' as const) : ('folder' as const)]))
      return [...names].map(([name, kind]) => ({ kind, name }))
    })
  }

  head(_repository: Repository, branch: string) {
    return this.#answer('head', () => {
      const sha = this.branches.get(branch)
      if (sha === undefined) return undefined
      const { subject, author } = this.#commitAt(sha)
      return { sha, subject, author }
    })
  }

  pullRequestOf(_repository: Repository, revision: Sha): Promise<number | undefined> {
    return this.#answer('pullRequestOf', () => this.merged.get(revision))
  }

  role(_repository: Repository, person: string): Promise<Role> {
    return this.#answer('role', () => this.roles[person] ?? 'none')
  }

  isMember(_repository: Repository, team: string, person: string): Promise<boolean> {
    return this.#answer('isMember', () => this.members.has(`${team} ${person}`))
  }

  commitAt(_repository: Repository, ref: string): Promise<CommitDetails | undefined> {
    return this.#answer('commitAt', () => {
      const [kind, name = ''] = ref.split('/')
      const tag = this.tagged.find((one) => kind === 'tags' && one.name === name)
      const named = tag?.commit ?? tag?.object ?? this.branches.get(kind === 'heads' ? name : '') ?? ref
      const sha = [...this.commits.keys()].find((one) => named.length >= 7 && one.startsWith(named))
      if (sha === undefined) return undefined
      return this.#details(sha)
    })
  }

  changes(_repository: Repository, base: Sha, head: Sha): Promise<Changes | undefined> {
    return this.#answer('changes', () => this.compared.get(`${base}...${head}`) ?? this.#compare(base, head))
  }

  differences(_repository: Repository, one: Sha, other: Sha): Promise<string[] | undefined> {
    return this.#answer('differences', () => (this.commits.has(one) && this.commits.has(other) ? this.#differing(one, other) : undefined))
  }

  moves(_repository: Repository, branch: string): Promise<RefMoves> {
    return this.#answer('moves', () => {
      const told = this.moved.filter((one) => one.branch === branch)
      const moves = told.map(({ branch: _, ...move }, index): RefMove => {
        const [parent] = this.commits.get(move.after ?? '')?.parents ?? []
        const before = told[index + 1]?.after ?? parent
        return { ...(before !== undefined && move.kind !== 'made' && { before }), ...move }
      })
      return { moves: moves.slice(0, 100), all: moves.length < 100 }
    })
  }

  tags(_repository: Repository, prefix: string): Promise<Tag[]> {
    return this.#answer('tags', () =>
      this.tagged
        .filter(({ name }) => name.startsWith(prefix))
        .map(({ name, object, commit = object }) => ({ name, object, ...(commit !== object && { annotated: true as const }) })),
    )
  }

  commitOfTag(_repository: Repository, object: Sha): Promise<Sha | undefined> {
    return this.#answer('commitOfTag', () => this.tagged.find((one) => one.object === object)?.commit)
  }

  checksOf(_repository: Repository, revision: Sha): Promise<CommitChecks> {
    return this.#answer('checksOf', () => this.checked.get(revision) ?? { own: 'landfall', checks: [], emptySuites: [] })
  }

  createCheck(_repository: Repository, check: CheckReport): Promise<CheckOutcome> {
    return this.#answer('createCheck', () => {
      if (!this.mayWriteChecks) return { kind: 'forbidden' }
      return { kind: 'told', id: this.checkRuns.push({ ...check, id: this.checkRuns.length + 1 }) }
    })
  }

  updateCheck(_repository: Repository, id: number, check: CheckChange): Promise<CheckOutcome> {
    return this.#answer('updateCheck', () => {
      if (!this.mayWriteChecks) return { kind: 'forbidden' }
      const run = this.checkRuns.find((known) => known.id === id)
      if (!run) throw new Error(`there is no check run ${id}`)
      const annotations = [...run.annotations, ...check.annotations]
      // What was told as completed stays so.
      const state = run.state === 'queued' || run.state === 'in_progress' ? check.state : run.state
      Object.assign(run, { ...check, state, annotations })
      return { kind: 'told', id }
    })
  }

  findCheck(_repository: Repository, wanted: Pick<CheckReport, 'revision' | 'name' | 'externalId'>): Promise<FoundCheck | undefined> {
    const same = (one: CheckReport) => one.revision === wanted.revision && one.name === wanted.name && one.externalId === wanted.externalId
    return this.#answer('findCheck', () => {
      const found = this.checkRuns.findLast(same)
      return found && { id: found.id, state: found.state, annotations: found.annotations.length }
    })
  }

  pullRequest(_repository: Repository, number: number): Promise<PullRequestFacts | undefined> {
    return this.#answer('pullRequest', () => this.pulls.get(number))
  }

  mergedWith(_repository: Repository, commit: Sha): Promise<MergedPull[]> {
    return this.#answer('mergedWith', () => {
      const pull = this.pulls.get(this.merged.get(commit) ?? 0)
      return pull ? [{ number: pull.number, author: pull.author, head: pull.head, base: pull.base, fork: pull.fork, commit }] : []
    })
  }

  labelledPulls(_repository: Repository, label: string, head: Sha): Promise<LabelledPulls> {
    return this.#answer('labelledPulls', () => {
      const all = [...this.pulls.values()].filter(({ labels }) => labels.includes(label)).toReversed()
      const pulls = all.map(({ number, base }) => {
        const [merged] = [...this.merged].findLast(([, of]) => of === number) ?? []
        const commits = [merged, this.#cameBy(head, number) ? head : undefined].filter((commit) => commit !== undefined)
        return { number, base, commits, merged: merged !== undefined }
      })
      return { pulls: pulls.slice(0, this.mostLabelled), all: all.length <= this.mostLabelled }
    })
  }

  pullsBehind(_repository: Repository, commits: readonly Sha[]): Promise<{ pulls: PullCommits[]; all: boolean }> {
    return this.#answer('pullsBehind', () => {
      const pulls = [...this.pulls.keys()]
        .filter((number) => commits.slice(-250).some((commit) => this.#cameBy(commit, number)))
        .map((number) => ({ number, commits: this.#commitsOf(number).slice(-100), all: this.#commitsOf(number).length <= 100 }))
      return { pulls: pulls.map(({ all: _, ...pull }) => pull), all: commits.length <= 250 && pulls.every(({ all }) => all) }
    })
  }

  commitsOfPull(_repository: Repository, number: number): Promise<CommitDetails[] | undefined> {
    return this.#answer('commitsOfPull', () => {
      const own = this.#commitsOf(number)
      return own.length < 100 ? own.map((sha) => this.#details(sha)) : undefined
    })
  }

  openPullRequests(_repository: Repository, since: Instant): Promise<OpenPullRequest[]> {
    return this.#answer('openPullRequests', () =>
      [...this.pulls.values()]
        .filter(({ state }) => state === 'open')
        .map(({ number, head, base, fork, draft }) => {
          return { number, head, base, fork, draft, updatedAt: this.updated.get(number) ?? new Date(0).toISOString() }
        })
        .filter(({ updatedAt }) => Date.parse(updatedAt) >= Date.parse(since))
        .toSorted((a, b) => Date.parse(b.updatedAt) - Date.parse(a.updatedAt) || b.number - a.number)
        .slice(0, 100),
    )
  }

  commitTree(_repository: Repository, { branch, parent, tree, message }: NewBranch): Promise<BranchOutcome> {
    return this.#answer('commitTree', () => {
      const standing = this.branches.get(branch)
      if (standing !== undefined) {
        const { files, parents } = this.#commitAt(standing)
        const same = treeOf(files) === tree && parents.join() === parent
        return same ? { kind: 'made', revision: standing } : { kind: 'refused', why: `there is another branch ${branch}` }
      }
      const content = [...this.commits.values()].find(({ files }) => treeOf(files) === tree)
      if (!content || !this.commits.has(parent)) return { kind: 'refused', why: 'there is no such tree or parent' }
      const [subject = ''] = message.split('\n')
      return { kind: 'made', revision: this.#add(branch, { files: content.files, subject, author: 'landfall[bot]', parents: [parent] }) }
    })
  }

  commitFiles(_repository: Repository, { branch, parent, files, message }: NewFiles): Promise<BranchOutcome> {
    return this.#answer('commitFiles', () => {
      const standing = this.branches.get(branch)
      if (standing !== undefined && standing !== parent) return { kind: 'refused', why: `there is another branch ${branch}` }
      const [subject = ''] = message.split('\n')
      const all = { ...this.#commitAt(parent).files, ...Object.fromEntries(files.map(({ path, text }) => [path, text])) }
      return { kind: 'made', revision: this.#add(branch, { files: all, subject, author: 'landfall[bot]', parents: [parent] }) }
    })
  }

  openPullRequest(_repository: Repository, wanted: NewPullRequest): Promise<PullRequestOutcome> {
    return this.#answer('openPullRequest', () => this.#open(wanted))
  }

  findOpenPullRequest(_repository: Repository, { head, base }: Pick<NewPullRequest, 'head' | 'base'>): Promise<number | undefined> {
    return this.#answer('findOpenPullRequest', () => this.opened.find((one) => one.head === head && one.base === base)?.number)
  }

  revertPullRequest(_repository: Repository, number: number, words: Pick<NewPullRequest, 'title' | 'body'>): Promise<PullRequestOutcome> {
    return this.#answer('revertPullRequest', () => {
      const pull = this.pulls.get(number)
      if (!pull?.merged) return { kind: 'refused', why: `there is no merged pull request #${number}` }
      return this.#open({ ...words, head: `revert-${number}-${pull.head.branch}`, base: pull.base.branch, reverts: number })
    })
  }

  repositories(): Promise<InstalledRepository[]> {
    return this.#answer('repositories', () => this.installed)
  }

  newestComment(): Promise<string | undefined> {
    return this.#answer('newestComment', () => this.#saidInOrder().at(-1)?.createdAt)
  }

  commentsSince(_repository: Repository, since: string): Promise<CommentFacts[]> {
    return this.#answer('commentsSince', () => this.#saidInOrder().filter((one) => Date.parse(one.createdAt) >= Date.parse(since)))
  }

  findComments(_repository: Repository, issue: number, text: string): Promise<number[]> {
    const found = () => this.comments.filter((one) => one.issue === issue && one.body.includes(text)).map(({ id }) => id)
    return this.#answer('findComments', found)
  }

  findDeployments(_repository: Repository, wanted: Pick<NewDeployment, 'revision' | 'environment' | 'made'>): Promise<number[]> {
    const same = (one: NewDeployment) =>
      one.revision === wanted.revision && one.environment === wanted.environment && one.made === wanted.made
    return this.#answer('findDeployments', () => this.deployments.filter(same).map(({ id }) => id))
  }

  removeComment(_repository: Repository, comment: number): Promise<void> {
    return this.#answer('removeComment', () => remove(this.comments, comment))
  }

  removeDeployment(_repository: Repository, deployment: number): Promise<void> {
    return this.#answer('removeDeployment', () => remove(this.deployments, deployment))
  }

  missedDeliveries(): Promise<MissedDelivery[]> {
    return this.#answer('missedDeliveries', () => this.missed)
  }

  redeliver(delivery: string): Promise<void> {
    return this.#answer('redeliver', () => void this.redelivered.push(delivery))
  }

  react(_repository: Repository, comment: CommentRef, reaction: Reaction): Promise<void> {
    return this.#answer('react', () => void this.reactions.push({ comment: comment.id, reaction }))
  }

  comment(_repository: Repository, issue: number, body: string): Promise<number> {
    return this.#answer('comment', () => {
      this.#commented += 1
      this.comments.push({ id: this.#commented, issue, body })
      return this.#commented
    })
  }

  editComment(_repository: Repository, id: number, body: string): Promise<boolean> {
    return this.#answer('editComment', () => {
      const comment = this.comments.find((known) => known.id === id)
      if (comment) comment.body = body
      return comment !== undefined
    })
  }

  setStatus(_repository: Repository, status: CommitStatus): Promise<void> {
    return this.#answer('setStatus', () => void this.statuses.push(status))
  }

  lastStatus(_repository: Repository, revision: Sha, context: string): Promise<CommitStatus | undefined> {
    return this.#answer('lastStatus', () => this.statuses.findLast((one) => one.revision === revision && one.context === context))
  }

  createDeployment(_repository: Repository, deployment: NewDeployment): Promise<number> {
    return this.#answer('createDeployment', () => {
      const id = this.deployments.length + 1
      this.deployments.push({ ...deployment, id, statuses: [] })
      return id
    })
  }

  setDeploymentStatus(_repository: Repository, id: number, status: DeploymentStatus): Promise<void> {
    return this.#answer('setDeploymentStatus', () => void this.#deployment(id).statuses.push(status))
  }

  lastDeploymentStatus(_repository: Repository, id: number): Promise<DeploymentStatus | undefined> {
    return this.#answer('lastDeploymentStatus', () => this.#deployment(id).statuses.at(-1))
  }

  #add(branch: string, commit: Commit): Sha {
    this.#made += 1
    const sha = sha1(`${this.#made} ${JSON.stringify(commit.files)}`)
    this.commits.set(sha, commit)
    this.branches.set(branch, sha)
    return sha
  }

  /** The commit and all it is built on, the nearest first. */
  #ancestors(sha: Sha): Sha[] {
    const found = new Set<Sha>()
    for (
      let next = [sha];
      next.length > 0;
      next = next.flatMap((one) => this.commits.get(one)?.parents ?? []).filter((one) => !found.has(one))
    )
      for (const one of next) if (this.commits.has(one)) found.add(one)
    return [...found]
  }

  #differing(base: Sha, head: Sha): string[] {
    const [before, after] = [this.commits.get(base)?.files ?? {}, this.#commitAt(head).files]
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((path) => before[path] !== after[path])
  }

  #details(sha: Sha): CommitDetails {
    const { files, subject, author, parents } = this.#commitAt(sha)
    const tree = createHash('sha1')
      .update(JSON.stringify(Object.entries(files).toSorted()))
      .digest('hex')
    return { sha, tree, parents, subject, author, committer: author, coAuthors: [] }
  }

  #compare(base: Sha, head: Sha): Changes | undefined {
    if (!this.commits.has(base) || !this.commits.has(head)) return undefined
    const [theirs, ours] = [this.#ancestors(base), this.#ancestors(head)]
    const mergeBase = ours.find((one) => theirs.includes(one))
    if (mergeBase === undefined) return undefined
    const [fresh, gone] = [ours.filter((one) => !theirs.includes(one)), theirs.filter((one) => !ours.includes(one))]
    const status = gone.length > 0 ? (fresh.length > 0 ? 'diverged' : 'behind') : fresh.length > 0 ? 'ahead' : 'identical'
    const commits = fresh.toReversed().map((one) => this.#details(one))
    const files = this.#differing(mergeBase, head).map((path) => ({ path }))
    return { status, ahead: fresh.length, behind: gone.length, mergeBase, commits, files, truncated: false }
  }

  /** What a pull request has that its base had not when it was merged, or has not now. */
  #commitsOf(number: number): Sha[] {
    const pull = this.pulls.get(number)
    const [commit = ''] = [...this.merged].find(([, of]) => of === number) ?? []
    const base = this.commits.get(commit)?.parents[0] ?? this.branches.get(pull?.base.branch ?? '') ?? ''
    return this.#compare(base, pull?.head.sha ?? '')?.commits.map(({ sha }) => sha) ?? []
  }

  #cameBy(commit: Sha, number: number): boolean {
    return this.merged.get(commit) === number || this.#commitsOf(number).includes(commit)
  }

  #saidInOrder(): CommentFacts[] {
    return this.said.toSorted((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt))
  }

  #open(wanted: NewPullRequest & { reverts?: number }): PullRequestOutcome {
    if (this.refusesPulls !== undefined) return { kind: 'refused', why: this.refusesPulls }
    const number = 101 + this.opened.length
    this.opened.push({ ...wanted, number })
    return { kind: 'opened', number }
  }

  #deployment(id: number) {
    const deployment = this.deployments.find((known) => known.id === id)
    if (!deployment) throw new Error(`there is no deployment ${id}`)
    return deployment
  }

  #commitAt(sha: Sha): Commit {
    const commit = this.commits.get(sha)
    if (!commit) throw new Error(`there is no commit ${sha}`)
    return commit
  }

  /** One request: refused, carried out, or carried out with its answer lost. */
  async #answer<T>(call: keyof GitHub, carryOut: () => T): Promise<T> {
    this.calls.push(call)
    const refused = this.fails(call)
    if (refused) throw refused
    const answer = carryOut()
    const lost = this.loses(call)
    if (lost) throw lost
    return answer
  }
}

/** An answer as Octokit throws it. */
export const httpError = (status: number, headers: Record<string, string> = {}): Error =>
  Object.assign(new Error(`HTTP ${status}`), { name: 'HttpError', status, response: { headers } })

const sha1 = (text: string): Sha => createHash('sha1').update(text).digest('hex')
const treeOf = (files: Record<string, string>): Sha => sha1(JSON.stringify(Object.entries(files).toSorted()))

function remove(list: { id: number }[], id: number): void {
  const place = list.findIndex((one) => one.id === id)
  if (place !== -1) list.splice(place, 1)
}
