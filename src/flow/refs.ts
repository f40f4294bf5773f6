import type { Projects } from '../config/project-files.ts'
import type { PushIntent } from '../domain/intent.ts'
import { isNoCommit, readRef } from '../domain/ref.ts'
import { fullName, type Repository, type Sha } from '../domain/repository.ts'
import type { Changes, CommitFacts, Ports } from './ports.ts'
import { readProjects } from './read-projects.ts'

/** What a push is about, as GitHub has it now. */
export interface RefFacts {
  /** The commit the branch or tag is at; absent where it is gone. */
  head: CommitFacts | undefined
  /** Of a branch as it has them itself, of a tag as the default branch has them. */
  projects: Projects
  /** The pull request the head came through. */
  pullRequest(): Promise<number | undefined>
}

/** Branches and tags of one repository, and what lies between commits; each asked for once however many pushes tell of it. */
export interface Refs {
  told(push: PushIntent): Promise<RefFacts>
  /** An environment follows it: where it is was seen, and sweeps need not find it again. */
  followed(push: PushIntent, head: CommitFacts): Promise<void>
  changes(repository: Repository, base: Sha, head: Sha): Promise<Changes | undefined>
  /** How many branches and tags were asked for. */
  asked(): number
}

/** How often, and after how many seconds, a head is asked for again that a push says is the one before its own. */
const stalePauses = [1, 2]

/**
 * What one look at a repository finds. Pushes that were stored before it began share it: a thousand pushes to a branch cost no more
 * questions than one.
 */
export function lookAtRefs({ github, clock, store }: Pick<Ports, 'github' | 'clock' | 'store'>, signal: AbortSignal): Refs {
  const known = new Map<string, Promise<RefFacts>>()
  const compared = new Map<string, Promise<Changes | undefined>>()
  const doubted = new Set<string>()
  let seen: Promise<Map<string, string>> | undefined
  return {
    async told(push) {
      const facts = await (known.get(push.ref) ?? remember(push.ref, ask(push)))
      if (!isStale(facts, push) || doubted.has(push.ref)) return facts
      doubted.add(push.ref)
      return remember(push.ref, askUntilFresh(push))
    },
    followed: ({ repository, ref }, head) => store.seen.record(fullName(repository), ref, head.sha),
    changes(repository, base, head) {
      const asked = compared.get(`${base} ${head}`) ?? github.changes(repository, base, head)
      compared.set(`${base} ${head}`, asked)
      return asked
    },
    asked: () => known.size,
  }

  function remember(ref: string, asked: Promise<RefFacts>): Promise<RefFacts> {
    known.set(ref, asked)
    return asked
  }

  /**
   * Most branches are followed by nobody, and then nobody asks for their pull requests. Where one was followed before it is asked for
   * beside the rest, so that a merge does not wait for one question after another.
   */
  async function ask({ repository, ref, after }: PushIntent): Promise<RefFacts> {
    seen ??= store.seen.of(fullName(repository))
    const { kind, name } = readRef(ref) ?? { kind: 'branch', name: ref }
    const isBranch = kind === 'branch'
    const pushed = (await seen).has(ref) ? github.pullRequestOf(repository, after) : undefined
    const [head, projects] = await Promise.all([
      isBranch ? github.head(repository, name) : commitOf(repository, name),
      readProjects(repository, isBranch ? name : undefined, { github }),
      pushed,
    ])
    let through = head?.sha === after ? pushed : undefined
    return {
      head,
      projects,
      async pullRequest() {
        through ??= head && github.pullRequestOf(repository, head.sha)
        return through
      },
    }
  }

  async function commitOf(repository: Repository, tag: string): Promise<CommitFacts | undefined> {
    const commit = await github.commitAt(repository, `tags/${tag}`)
    return commit && { sha: commit.sha, subject: commit.subject, author: commit.author ?? 'unknown' }
  }

  async function askUntilFresh(push: PushIntent): Promise<RefFacts> {
    for (const pause of stalePauses) {
      await clock.sleep(pause, signal)
      signal.throwIfAborted()
      const facts = await ask(push)
      if (!isStale(facts, push)) return facts
    }
    return ask(push)
  }
}

/**
 * GitHub answers from copies of itself, and one may not know of a push yet that a webhook told of: the branch is still where it was, or
 * what the push made is not there.
 */
function isStale({ head }: RefFacts, { before, after }: PushIntent): boolean {
  if (head === undefined) return before === undefined || isNoCommit(before)
  return head.sha === before && before !== after
}
