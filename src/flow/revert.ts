import { z } from 'zod'
import { type Deployment, takenAway } from '../domain/deployment.ts'
import { fullName, type Repository, type Sha, shortSha } from '../domain/repository.ts'
import { type Reverted, revertRequest } from '../report/revert.ts'
import type { Ports, PullRequestOutcome } from './ports.ts'

const reverted: z.ZodType<Reverted> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('opened'), number: z.int().positive() }),
  z.strictObject({ kind: z.literal('not-needed') }),
  z.strictObject({ kind: z.literal('by-hand'), branch: z.string(), bad: z.string() }),
  z.strictObject({ kind: z.literal('refused'), why: z.string() }),
])

/** What is remembered of it; undefined where there is nothing yet. */
export const revertedIn = (memory: string | undefined): Reverted | undefined =>
  memory === undefined ? undefined : reverted.parse(JSON.parse(memory))

/** How many deployments back the one is looked for that brought what was taken away. */
const remembered = 500

/**
 * Opens the pull request that takes back in Git what a rollback took back on the hosts, so that both meet again. Where one pull request
 * brought it, GitHub reverts that one; otherwise a commit on top of the branch holds again what runs. Safe to repeat.
 */
export async function openRevert(rollback: Deployment, ports: Ports): Promise<Reverted> {
  const { repository, environment, revision } = rollback
  const [bad] = takenAway(rollback)
  if (revision === undefined || bad === undefined) return { kind: 'not-needed' }
  const history = await ports.store.deployments.ofEnvironment(fullName(repository), environment, remembered)
  const brought = history.find((one) => one.kind === 'deploy' && one.revision === bad)
  if (brought?.branch === undefined) return { kind: 'not-needed' }
  const { branch, pullRequest } = brought
  const [head, good, wrong] = await Promise.all([`heads/${branch}`, revision, bad].map((ref) => ports.github.commitAt(repository, ref)))
  if (!head || !good || !wrong || head.tree === good.tree) return { kind: 'not-needed' }
  const words = revertRequest({
    environment,
    bad,
    good: revision,
    person: rollback.actor,
    ...(brought.subject && { subject: brought.subject }),
  })

  if (pullRequest !== undefined && wrong.parents[0] === revision) {
    const outcome = await revertOnce(repository, pullRequest, branch, words, ports)
    if (outcome.kind === 'opened') return outcome
    ports.log.info('pull request could not be reverted', { repository: fullName(repository), pullRequest, why: outcome.why })
  }
  if (head.sha !== bad) return { kind: 'by-hand', branch, bad }
  return takeBack(
    { repository, branch, head: head.sha, tree: good.tree, name: `landfall/back-to-${shortSha(revision)}-from-${shortSha(bad)}` },
    words,
    ports,
  )
}

/** Of a pull request GitHub makes one revert after another, each on a branch of its own: the one that is there counts. */
async function revertOnce(
  repository: Repository,
  number: number,
  base: string,
  words: { title: string; body: string },
  { github }: Ports,
): Promise<PullRequestOutcome> {
  const bad = await github.pullRequest(repository, number)
  const head = bad && `revert-${number}-${bad.head.branch}`
  const there = head === undefined ? undefined : await github.findOpenPullRequest(repository, { head, base })
  return there === undefined ? github.revertPullRequest(repository, number, words) : { kind: 'opened', number: there }
}

async function takeBack(
  { repository, branch, head, tree, name }: { repository: Repository; branch: string; head: Sha; tree: Sha; name: string },
  words: { title: string; body: string },
  { github }: Ports,
): Promise<Reverted> {
  const branches = { head: name, base: branch }
  const there = await github.findOpenPullRequest(repository, branches)
  if (there !== undefined) return { kind: 'opened', number: there }
  const made = await github.commitTree(repository, { branch: name, parent: head, tree, message: `${words.title}\n\n${words.body}` })
  return made.kind === 'made' ? github.openPullRequest(repository, { ...branches, ...words }) : made
}
