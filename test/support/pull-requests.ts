import type { PullRequestFacts } from '../../src/flow/ports.ts'
import type { Town } from './town.ts'

/** Somebody opens a pull request with these changes; GitHub tries the merge, and tells of it unless it is quiet. */
export async function openPull(
  town: Town,
  files: Record<string, string | null>,
  { number = 12, told = true, ...changes }: Partial<PullRequestFacts> & { told?: boolean } = {},
): Promise<PullRequestFacts> {
  const { github } = town
  const branch = `change-${number}`
  github.branches.set(branch, github.branches.get('main') ?? '')
  const head = github.commit(branch, files, { author: 'mona' })
  github.branches.set(`trial-${number}`, github.branches.get('main') ?? '')
  const trial = github.merge(branch, `trial-${number}`)
  const pull: PullRequestFacts = {
    ...{ number, title: 'A change', author: 'mona', bot: false, fork: false, state: 'open', draft: false, labels: [], trial },
    head: { branch, sha: head, repository: 'acme/shop' },
    base: { branch: 'main' },
    ...changes,
  }
  github.pulls.set(number, pull)
  github.updated.set(number, town.clock.now().toISOString())
  if (told) await town.tellOf({ kind: 'pull-request', action: 'opened', number, head, base: 'main', fork: pull.fork })
  await town.pass(15)
  return pull
}

/** Landfall's newest comment. */
export const newestComment = (town: Town) => town.github.comments.at(-1)?.body ?? ''

export const planCheck = (town: Town) => town.github.checkRuns.findLast(({ name }) => name === 'Landfall plan')
