import { type Deployment, takenAway } from '../domain/deployment.ts'
import { type Reason, reason } from '../domain/reason.ts'
import { fullName, shortSha } from '../domain/repository.ts'
import { quarantinedIn } from '../policy/quarantined.ts'
import type { Passing } from './gates.ts'
import { revertedIn } from './revert.ts'

/** How many deployments back what was rolled back is looked for, and of so many commits GitHub is asked. */
const remembered = 50
const most = 3

/**
 * Commits that people rolled back, that are part of what a merge would bring, and that nothing takes back in Git: with it they run again,
 * under a commit that no quarantine knows. Where nothing is quarantined GitHub is asked nothing.
 */
export async function bringsBack({ deployment, ports }: Passing): Promise<Reason[]> {
  const { repository, environment, revision = '', pullRequest } = deployment
  const history = await ports.store.deployments.ofEnvironment(fullName(repository), environment, remembered)
  const bad = quarantinedIn(history).filter(({ because, supersededBy }) => because === 'rolled-back' && supersededBy === undefined)
  const found = await Promise.all(
    bad.slice(0, most).map(async (one) => {
      const changes = await ports.github.changes(repository, one.revision, revision)
      if (changes?.status !== 'ahead') return undefined
      const revert = await revertOf(one.revision, history, { deployment, ports })
      if (revert === 'merged' || (revert !== undefined && revert === pullRequest)) return undefined
      const evidence = { commit: shortSha(one.revision), person: one.person ?? '', environment }
      return reason('brought-back', { ...evidence, revert: revert === undefined ? '' : `#${revert}` })
    }),
  )
  return found.filter((one) => one !== undefined)
}

/** The pull request that takes it back in Git, while it is open; `merged` once that is done. */
async function revertOf(commit: string, history: Deployment[], { deployment, ports }: Passing): Promise<number | 'merged' | undefined> {
  const rollback = history.find((one) => one.kind === 'rollback' && takenAway(one).includes(commit))
  const reverted = rollback && revertedIn(await ports.store.reports.memory({ subject: `deployment:${rollback.id}`, surface: 'revert' }))
  if (reverted?.kind === 'not-needed') return 'merged'
  if (reverted?.kind !== 'opened') return undefined
  const pull = await ports.github.pullRequest(deployment.repository, reverted.number)
  if (pull?.merged) return 'merged'
  return pull?.state === 'open' ? reverted.number : undefined
}
