import type { Proposal } from '../domain/plan.ts'
import { fullName } from '../domain/repository.ts'
import type { Origins } from '../plan/images.ts'
import { floorOf } from '../policy/floor.ts'
import { type Evaluation, evaluate } from '../policy/gates/evaluate.ts'
import { type GateDemands, strictest } from '../policy/gates/strictest.ts'
import { quarantinedIn } from '../policy/quarantined.ts'
import { approvalFacts } from './approval-facts.ts'
import { promotionFacts } from './promotion-facts.ts'
import type { Run } from './run.ts'
import { lastSuccess } from './running.ts'
import type { Target } from './target.ts'

/** What the gates say, and what is promoted through them; undefined while that is not known. */
export type GatesSeen = Evaluation & { promoted: Origins | undefined }

/** A deployment that wants to pass. */
export type Passing = Pick<Run, 'deployment' | 'ports'>

/** How long checks are waited for, in seconds: longer than most builds take. */
const checksWithin = 2 * 3600

/**
 * Asks every gate that holds for the deployment: those of the branch's head, of what runs there (so that no change loosens what it has
 * to pass itself), and the operator's floor. GitHub is asked only for what some gate demands.
 *
 * @param proposal what was shown of it; without one no approval counts
 */
export async function evaluateGates(passing: Passing, target: Target, proposal: Proposal | undefined): Promise<GatesSeen> {
  const { deployment, ports } = passing
  const { repository, environment, actor, pullRequest, branch, revision = '', asked = 'machine' } = deployment
  const demands = await demandsOn(passing, target)
  const wantsChecks = demands.checks.all || demands.checks.names.length > 0
  const [locks, quarantined, checked, promotion, approval] = await Promise.all([
    ports.store.locks.of(fullName(repository)),
    quarantinedNow(passing),
    wantsChecks ? ports.github.checksOf(repository, revision, branch) : { own: '', checks: [], emptySuites: [] },
    promotionFacts(passing, target, demands.after),
    approvalFacts(passing, demands.approve),
  ])
  const evaluation = evaluate({
    kind: 'deploy',
    environment,
    revision,
    actor,
    demands,
    locks,
    ...(pullRequest !== undefined && { pullRequest }),
    quarantine: { quarantined, asked },
    checks: { ...checked, since: deployment.createdAt, within: checksWithin },
    promotion: promotion.facts,
    approval: { ...approval, content: proposal?.content ?? '' },
    now: ports.clock.now().toISOString(),
  })
  return { ...evaluation, promoted: evaluation.kind === 'refused' || !evaluation.images ? undefined : promotion.origins(evaluation.images) }
}

/** Everything that has to be met. */
export async function demandsOn({ deployment, ports }: Passing, { rule, granted }: Target): Promise<GateDemands> {
  const { repository, environment } = deployment
  const running = (await lastSuccess(repository, environment, ports))?.plan
  return strictest([rule.gates, ...(running?.gates ? [running.gates] : []), ...floorOf(granted, environment)])
}

/** How many deployments back a newer commit is looked for. */
const remembered = 50

async function quarantinedNow({ deployment, ports }: Passing) {
  const { repository, environment, revision = '' } = deployment
  const concerned = await ports.store.deployments.concerning(fullName(repository), environment, revision)
  if (quarantinedIn(concerned).every((one) => one.revision !== revision)) return []
  return quarantinedIn(await ports.store.deployments.ofEnvironment(fullName(repository), environment, remembered))
}
