import type { RepositoryRule } from '../domain/configuration.ts'
import type { Deployment } from '../domain/deployment.ts'
import type { GateRules } from '../domain/gate.ts'
import type { Proposal } from '../domain/plan.ts'
import { fullName } from '../domain/repository.ts'
import type { Origins } from '../plan/images.ts'
import { floorOf } from '../policy/floor.ts'
import { type Evaluation, evaluate } from '../policy/gates/evaluate.ts'
import { type GateDemands, strictest } from '../policy/gates/strictest.ts'
import { quarantinedIn } from '../policy/quarantined.ts'
import { approvalFacts } from './approval-facts.ts'
import type { Ports } from './ports.ts'
import { promotionFacts } from './promotion-facts.ts'
import type { Run } from './run.ts'
import { lastSuccess } from './running.ts'
import type { Target } from './target.ts'

/** What the gates say, and what is promoted through them; undefined while that is not known. */
export type GatesSeen = Evaluation & {
  promoted: Origins | undefined
  /** Environments that come before. */
  after: readonly string[]
}

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
  const images = evaluation.kind === 'refused' ? undefined : evaluation.images
  return { ...evaluation, promoted: images && promotion.origins(images), after: demands.after }
}

/** Everything that has to be met. */
export const demandsOn = ({ deployment, ports }: Passing, { rule, granted }: Target): Promise<GateDemands> =>
  demandsBeside(deployment, rule.gates, granted, ports)

/** What these rules ask for, and beside them those of what runs there and the operator's floor. */
export async function demandsBeside(
  { repository, environment }: Pick<Deployment, 'repository' | 'environment'>,
  gates: GateRules | undefined,
  granted: RepositoryRule | undefined,
  ports: Ports,
): Promise<GateDemands> {
  const running = (await lastSuccess(repository, environment, ports))?.plan
  return strictest([...[gates, running?.gates].flatMap((rules) => rules ?? []), ...(granted ? floorOf(granted, environment) : [])])
}

/**
 * The gates that hold once a deployment is through, beside those of the branch's head. A push brings those of its own commit, which passed
 * the ones before. A commit that somebody named may be an older one, and a tag may point at any: neither brings what was never asked about.
 */
export function gatesAfter(
  { asked, branch }: Pick<Deployment, 'asked' | 'branch'>,
  head: GateRules,
  own: GateRules,
  running: Deployment | undefined,
): GateRules {
  if (asked !== undefined && running?.plan?.gates) return running.plan.gates
  return branch === undefined ? head : own
}

/** How many deployments back a newer commit is looked for. */
const remembered = 50

async function quarantinedNow({ deployment, ports }: Passing) {
  const { repository, environment, revision = '' } = deployment
  const concerned = await ports.store.deployments.concerning(fullName(repository), environment, revision)
  if (quarantinedIn(concerned).every((one) => one.revision !== revision)) return []
  return quarantinedIn(await ports.store.deployments.ofEnvironment(fullName(repository), environment, remembered))
}
