import { projectFilePath } from '../domain/configuration.ts'
import type { PushIntent } from '../domain/intent.ts'
import { fullName, type Repository, type Sha } from '../domain/repository.ts'
import type { ChangedFiles } from '../policy/gates/paths.ts'
import { changedFiles } from './changed-files.ts'
import type { CommitFacts, Ports } from './ports.ts'

/** A branch as GitHub has it now. */
export interface BranchFacts {
  /** Absent where the branch is gone. */
  head: CommitFacts | undefined
  /** Text of landfall.yml there; absent where there is none. */
  found: string | undefined
  /** The pull request the head came through. */
  pullRequest(): Promise<number | undefined>
}

/** Branches of one repository, and what lies between their commits; each asked for once however many pushes tell of it. */
export interface Branches {
  told(push: PushIntent): Promise<BranchFacts>
  /** An environment follows this branch: its head was seen, and sweeps need not find it again. */
  followed(push: PushIntent, head: CommitFacts): Promise<void>
  /** Files that differ between two commits of the repository. */
  changed(repository: Repository, base: Sha, head: Sha): Promise<ChangedFiles>
  /** How many branches were asked for. */
  asked(): number
}

/** How often, and after how many seconds, a head is asked for again that a push says is the one before its own. */
const stalePauses = [1, 2]

/**
 * What one look at a repository's branches finds. Pushes that were stored before it began share it: a thousand pushes to a branch
 * cost no more questions than one.
 */
export function lookAtBranches({ github, clock, store }: Pick<Ports, 'github' | 'clock' | 'store'>, signal: AbortSignal): Branches {
  const known = new Map<string, Promise<BranchFacts>>()
  const compared = new Map<string, Promise<ChangedFiles>>()
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
    changed(repository, base, head) {
      const asked = compared.get(`${base} ${head}`) ?? github.changes(repository, base, head).then(changedFiles)
      compared.set(`${base} ${head}`, asked)
      return asked
    },
    asked: () => known.size,
  }

  function remember(ref: string, asked: Promise<BranchFacts>): Promise<BranchFacts> {
    known.set(ref, asked)
    return asked
  }

  /**
   * Most branches are followed by nobody, and then nobody asks for their pull requests. Where one was followed before it is asked for
   * beside the rest, so that a merge does not wait for one question after another.
   */
  async function ask({ repository, ref, after }: PushIntent): Promise<BranchFacts> {
    seen ??= store.seen.of(fullName(repository))
    const branch = ref.replace('refs/heads/', '')
    const pushed = (await seen).has(ref) ? github.pullRequestOf(repository, after) : undefined
    const [head, found] = await Promise.all([github.head(repository, branch), github.file(repository, projectFilePath, branch), pushed])
    let through = head?.sha === after ? pushed : undefined
    return {
      head,
      found,
      async pullRequest() {
        through ??= head && github.pullRequestOf(repository, head.sha)
        return through
      },
    }
  }

  async function askUntilFresh(push: PushIntent): Promise<BranchFacts> {
    for (const pause of stalePauses) {
      await clock.sleep(pause, signal)
      signal.throwIfAborted()
      const facts = await ask(push)
      if (!isStale(facts, push)) return facts
    }
    return ask(push)
  }
}

/** GitHub answers from copies of itself, and one may not know of a push yet that a webhook told of. */
const isStale = ({ head }: BranchFacts, { before, after }: PushIntent): boolean =>
  head !== undefined && head.sha === before && before !== after
