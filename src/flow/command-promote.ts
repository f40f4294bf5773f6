import type { Aimed } from '../domain/command.ts'
import type { EnvironmentRule } from '../domain/configuration.ts'
import { type Deployment, isTerminal, isVerified } from '../domain/deployment.ts'
import { reason } from '../domain/reason.ts'
import { fullName } from '../domain/repository.ts'
import { quarantinedIn } from '../policy/quarantined.ts'
import { type PromotionOutcome, promotionAnswer, promotionRequest } from '../report/answers/promotion.ts'
import { approveDeployment } from './command-approval.ts'
import { bringing } from './command-deploy.ts'
import type { Commanded, CommandedThere } from './commanded.ts'
import { linksOf } from './links-of.ts'
import { movedAway } from './part-of.ts'
import { lastSuccess } from './running.ts'
import { answer, answerAbout, refuseCommand, settle } from './settle.ts'

/** How many deployments back a verified release is looked for. */
const remembered = 50

/**
 * `/promote`: brings what the environment before verified. Where the two follow different branches that takes a pull request, which
 * Landfall opens; on one trunk it agrees to what waits, or deploys the newest that was verified. Nothing is built again.
 */
export async function promoteRelease({ environment }: Aimed<'promote'>, commanded: CommandedThere): Promise<void> {
  const { intent, file, ports } = commanded
  const rule = file.environments[environment]
  const before = rule?.gates.after === undefined ? undefined : file.environments[rule.gates.after]
  if (!rule || !before) return refuseCommand(intent, reason('nothing-before', { environment }), ports)
  if (rule.source.kind === 'branch' && before.source.kind === 'branch' && rule.source.branch !== before.source.branch)
    return openPullRequest(rule, before, commanded)

  const [open] = (await ports.store.deployments.open(fullName(intent.repository), environment)).slice(-1)
  if (open?.closed?.some(({ code }) => code === 'approval-missing')) return approveDeployment({ kind: 'approve', environment }, commanded)
  const release = await newestVerified(before.name, commanded)
  if (!release?.revision) return refuseCommand(intent, reason('nothing-verified-before', { environment, after: before.name }), ports)
  const say = (outcome: PromotionOutcome) => answer(intent, promotionAnswer(intent.id, outcome), {}, ports)
  if (open && !isTerminal(open.state) && open.revision === release.revision)
    return answerAbout(
      open,
      intent,
      promotionAnswer(intent.id, { kind: 'under-way', deployment: open, links: linksOf(open, ports) }),
      ports,
    )
  const running = await lastSuccess(intent.repository, environment, ports)
  if (running?.revision === release.revision)
    return say({ kind: 'runs-already', after: before.name, deployment: running, links: linksOf(running, ports) })
  const commit = await ports.github.commitAt(intent.repository, release.revision)
  if (!commit) return refuseCommand(intent, reason('commit-unknown', { revision: release.revision }), ports)
  // The environment before may follow something else: what it verified is not for that reason part of what this one follows.
  const away = await movedAway({ repository: intent.repository, environment, revision: commit.sha }, rule.source, ports)
  if (away) return refuseCommand(intent, away, ports)
  await settle(intent, [await bringing(commit, rule, 'person', commanded)], ports)
}

async function newestVerified(environment: string, { intent, ports }: Commanded): Promise<Deployment | undefined> {
  const history = await ports.store.deployments.ofEnvironment(fullName(intent.repository), environment, remembered)
  const bad = new Set(quarantinedIn(history).map(({ revision }) => revision))
  return history.find((one) => one.kind === 'deploy' && isVerified(one) && !bad.has(one.revision ?? ''))
}

async function openPullRequest(rule: EnvironmentRule, before: EnvironmentRule, { intent, ports }: Commanded): Promise<void> {
  if (rule.source.kind !== 'branch' || before.source.kind !== 'branch') return
  const { repository, actor } = intent
  const branches = { head: before.source.branch, base: rule.source.branch }
  const there = await ports.github.findOpenPullRequest(repository, branches)
  const told = { environment: rule.name, after: before.name, ...branches, github: ports.addresses.github, repository }
  const say = (number: number, opened: boolean) =>
    answer(intent, promotionAnswer(intent.id, { kind: opened ? 'opened' : 'open-already', number, ...told }), {}, ports)
  if (there !== undefined) return say(there, false)
  const verified = await lastSuccess(repository, before.name, ports)
  const request = promotionRequest({ ...told, person: actor, ...(verified?.revision !== undefined && { verified: verified.revision }) })
  const outcome = await ports.github.openPullRequest(repository, { ...branches, ...request })
  if (outcome.kind === 'opened') return say(outcome.number, true)
  await refuseCommand(intent, reason('promotion-not-opened', { ...branches, why: outcome.why }), ports)
}
