import { z } from 'zod'
import { type Deployment, takenAway } from '../domain/deployment.ts'
import { fullName, type Repository, type Sha, shortSha } from '../domain/repository.ts'
import { quarantinedIn } from '../policy/quarantined.ts'
import { type Reverted, revertRequest } from '../report/revert.ts'
import type { Ports, PullRequestFacts, PullRequestOutcome } from './ports.ts'

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
 * brought it, GitHub reverts that one; otherwise a commit on top of the branch holds again what runs, also where more was rolled back
 * before. Safe to repeat: one that is open already is the one.
 */
export async function openRevert(rollback: Deployment, ports: Ports): Promise<Reverted> {
  const { repository, environment, revision } = rollback
  const [bad] = takenAway(rollback)
  if (revision === undefined || bad === undefined) return { kind: 'not-needed' }
  const history = await ports.store.deployments.ofEnvironment(fullName(repository), environment, remembered)
  const brought = history.find((one) => one.kind === 'deploy' && one.revision === bad)
  if (brought?.branch === undefined) return { kind: 'not-needed' }
  const { branch, pullRequest } = brought
  const commitAt = (ref: string) => ports.github.commitAt(repository, ref)
  const [head, good, wrong, pull] = await Promise.all([
    ...([commitAt(`heads/${branch}`), commitAt(revision), commitAt(bad)] as const),
    pullRequest === undefined ? undefined : ports.github.pullRequest(repository, pullRequest),
  ])
  if (!head || !good || !wrong || head.tree === good.tree) return { kind: 'not-needed' }
  // Whatever else is on the branch: it was all rolled back, and goes with it.
  const allBad = head.sha === bad || quarantinedIn(history).some((one) => one.revision === head.sha)
  const alone = wrong.parents[0] === revision && (head.sha === bad || !allBad)
  const subject = pull?.title ?? brought.subject
  const told = { environment, bad, good: revision, person: rollback.actor, ...(subject && { subject }) }

  if (pull && alone) {
    const outcome = await revertOnce(repository, pull, branch, revertRequest({ ...told, several: false }), ports)
    if (outcome.kind === 'opened') return outcome
    ports.log.info('pull request could not be reverted', { repository: fullName(repository), pullRequest, why: outcome.why })
  }
  if (!allBad) return { kind: 'by-hand', branch, bad }
  return takeBack(
    { repository, branch, head: head.sha, tree: good.tree, name: `landfall/back-to-${shortSha(revision)}-from-${shortSha(head.sha)}` },
    revertRequest({ ...told, several: !alone }),
    ports,
  )
}

/** Of a pull request GitHub makes one revert after another, each on a branch of its own: the one that is there counts. */
async function revertOnce(
  repository: Repository,
  { number, head }: PullRequestFacts,
  base: string,
  words: { title: string; body: string },
  { github }: Ports,
): Promise<PullRequestOutcome> {
  const there = await github.findOpenPullRequest(repository, { head: `revert-${number}-${head.branch}`, base })
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
