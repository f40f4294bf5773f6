import { emailOf } from './bodies/commit.ts'
import type { Deliveries, Handling } from './deliveries.ts'
import type { Files, Person as Signature } from './git.ts'
import { moved } from './moves.ts'
import { type Event, nothing } from './payloads.ts'
import type { Validation, Violation } from './validation.ts'
import { type Delivery, type Person, person, type Repo, type World } from './world.ts'

/** Default author `mona`, default message names the files. */
export interface CommitOptions {
  author?: string
  message?: string
  /** When it says that it was made. Default now. */
  at?: Date
}

export interface Delivering {
  /** Default true. */
  deliver?: Handling
}

/** What became of a branch. */
export interface Moved {
  sha: string
  /** Forty zeros where the branch is new. */
  before: string
  /** Webhooks that were tried, answered. */
  deliveries: Delivery[]
}

/** What people do to branches. GitHub announces each by webhook, `commit` excepted. */
export interface Branches {
  /** Of the default branch, unless named. */
  head(branch?: string): Promise<string>
  /** Text of a file at the head of the default branch. */
  text(path: string): Promise<string>
  /** A commit on top of the branch (made from the default branch if new), without telling anybody. Null deletes a file. */
  commit(branch: string, files: Files, options?: CommitOptions): Promise<string>
  /** By the author, unless somebody else pushes it. */
  push(branch: string, files: Files, options?: CommitOptions & Delivering & { by?: string }): Promise<Moved>
  /**
   * So many empty commits on top of each branch (made from the default branch if new), without telling anybody: histories too
   * long to be made one by one. By branch, oldest first, the commit it grew on included.
   */
  grow(commits: ReadonlyMap<string, number>): Promise<Map<string, string[]>>
  /** Moves the branch to a commit of the past or of another branch. */
  forcePush(branch: string, to: string, options?: { by?: string } & Delivering): Promise<Moved>
  deleteBranch(branch: string, options?: { by?: string } & Delivering): Promise<Moved>
}

export interface RepositoryParts {
  world: World
  repo: Repo
  deliveries: Deliveries
  validation: Validation
  responseViolations: Violation[]
}

/** Checks events against GitHub's description and sends those the App subscribes to, all at once as GitHub does. */
export async function announce(parts: Omit<RepositoryParts, 'repo'>, happened: Event[], deliver: Handling = true): Promise<Delivery[]> {
  const events = happened.filter(({ header }) => parts.world.app.events.includes(header))
  for (const event of events) parts.responseViolations.push(...parts.validation.webhook(event.name, event.payload))
  return (await Promise.all(events.map((event) => parts.deliveries.send(event, deliver)))).flat()
}

export async function tip(repo: Repo, branch: string): Promise<string> {
  const sha = await repo.git.resolve(`heads/${branch}`)
  if (!sha) throw new Error(`${repo.fullName} has no branch ${branch}`)
  return sha
}

export const signatureOf = (someone: Person): Signature => ({ name: someone.login, email: emailOf(someone) })

export function branches(parts: RepositoryParts): Branches {
  const { world, repo } = parts
  const tell = async (branch: string, before: string, sha: string, by: string, deliver: Handling | undefined): Promise<Moved> => {
    const events = await moved(parts, branch, before, sha, person(world, by))
    return { sha, before, deliveries: await announce(parts, events, deliver) }
  }

  const commit: Branches['commit'] = async (branch, files, { author = 'mona', message, at = world.now() } = {}) => {
    const parent = (await repo.git.resolve(`heads/${branch}`)) ?? (await repo.git.resolve(`heads/${repo.defaultBranch}`))
    const signature = signatureOf(person(world, author))
    const said = message ?? `Change ${Object.keys(files).join(', ')}`
    return repo.git.commit({ branch, parent, files, author: signature, committer: signature, at, message: said })
  }

  return {
    head: (branch = repo.defaultBranch) => tip(repo, branch),
    text: async (path) => (await repo.git.bytes(['show', `refs/heads/${repo.defaultBranch}:${path}`])).toString('utf8'),
    commit,

    async grow(wanted) {
      const start = await tip(repo, repo.defaultBranch)
      const bases = await Promise.all([...wanted.keys()].map((branch) => repo.git.resolve(`heads/${branch}`)))
      const branches = [...wanted].map(([branch, count], index) => ({ branch, count, base: bases[index] ?? start }))
      const signature = signatureOf(person(world, 'mona'))
      await repo.git.grow(branches, signature, world.now())
      const histories = branches.map(async ({ branch, base }) => {
        const grown = await repo.git.run(['rev-list', '--reverse', `${base}..refs/heads/${branch}`])
        return [branch, [base, ...grown.split('\n')]] satisfies [string, string[]]
      })
      return new Map(await Promise.all(histories))
    },

    async push(branch, files, { deliver, by, ...options } = {}) {
      const before = (await repo.git.resolve(`heads/${branch}`)) ?? nothing
      const sha = await commit(branch, files, options)
      return tell(branch, before, sha, by ?? options.author ?? 'mona', deliver)
    },

    async forcePush(branch, to, { by = 'mona', deliver } = {}) {
      const before = await tip(repo, branch)
      const sha = await repo.git.resolve(to)
      if (!sha) throw new Error(`${repo.fullName} has no commit ${to}`)
      await repo.git.run(['update-ref', `refs/heads/${branch}`, sha])
      return tell(branch, before, sha, by, deliver)
    },

    async deleteBranch(branch, { by = 'mona', deliver } = {}) {
      const before = await tip(repo, branch)
      await repo.git.run(['update-ref', '-d', `refs/heads/${branch}`])
      return tell(branch, before, nothing, by, deliver)
    },
  }
}
