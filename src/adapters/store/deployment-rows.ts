import type { Deployment } from '../../domain/deployment.ts'
import { fullName } from '../../domain/repository.ts'
import type { DeploymentPatch } from '../../flow/ports.ts'
import { storedDeployment, storedFetched, storedNames, storedTakenBack } from './stored/deployment.ts'
import { storedComment, storedComments } from './stored/intent.ts'
import { encode, parsed, present, read } from './stored/json.ts'
import { storedPlan, storedProgress, storedProposal } from './stored/plan.ts'
import { storedReason, storedReasons } from './stored/reason.ts'
import { repositoryIn } from './stored/repository.ts'
import type { DeploymentRow } from './tables.ts'

/** A deployment as a row; throws where it breaks the domain's own rules. */
export function deploymentRow(deployment: Deployment, sequence: number): DeploymentRow {
  const valid = storedDeployment.parse(deployment)
  return {
    id: valid.id,
    sequence,
    intent: valid.intent,
    kind: valid.kind,
    repository: fullName(valid.repository),
    installation: valid.repository.installation,
    project: valid.project,
    environment: valid.environment,
    branch: valid.branch ?? null,
    tag: valid.tag ?? null,
    actor: valid.actor,
    comment: valid.comment ? encode(storedComment, valid.comment) : null,
    told_in: valid.toldIn ? encode(storedComments, valid.toldIn) : null,
    asked: valid.asked ?? null,
    retried: valid.retried ? 1 : null,
    state: valid.state,
    created_at: valid.createdAt,
    ended_after: null,
    fetched: valid.fetched ? encode(storedFetched, valid.fetched) : null,
    ...emptyPatch,
    ...patchColumns(valid),
  }
}

export function deploymentIn(row: DeploymentRow): Deployment {
  const fields = {
    id: row.id,
    intent: row.intent,
    kind: row.kind,
    repository: repositoryIn(row),
    project: row.project,
    environment: row.environment,
    revision: row.revision,
    subject: row.subject,
    author: row.author,
    branch: row.branch,
    tag: row.tag,
    actor: row.actor,
    pullRequest: row.pull_request,
    comment: parsed(row.comment),
    toldIn: parsed(row.told_in),
    asked: row.asked,
    retried: row.retried === null ? null : row.retried === 1,
    over: parsed(row.taken_back),
    state: row.state,
    reason: parsed(row.reason),
    closed: parsed(row.closed),
    proposal: parsed(row.proposal),
    fetched: parsed(row.fetched),
    plan: parsed(row.plan),
    rollout: parsed(row.rollout),
    awaits: parsed(row.awaits),
    soak: row.soak === null ? null : present({ state: row.soak, reason: parsed(row.soak_reason) }),
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  } satisfies Record<keyof Deployment, unknown>
  return read(storedDeployment, present(fields), `deployment ${row.id}`)
}

type PatchColumns = Pick<
  DeploymentRow,
  | 'reason'
  | 'closed'
  | 'proposal'
  | 'plan'
  | 'generation'
  | 'rollout'
  | 'revision'
  | 'subject'
  | 'author'
  | 'started_at'
  | 'finished_at'
  | 'pull_request'
  | 'taken_back'
  | 'awaits'
  | 'soak'
  | 'soak_reason'
>

const emptyPatch: PatchColumns = {
  reason: null,
  closed: null,
  proposal: null,
  plan: null,
  generation: null,
  rollout: null,
  revision: null,
  subject: null,
  author: null,
  started_at: null,
  finished_at: null,
  pull_request: null,
  taken_back: null,
  awaits: null,
  soak: null,
  soak_reason: null,
}

/** The columns a patch sets; a field that is absent leaves its column alone. */
export function patchColumns(patch: DeploymentPatch): Partial<PatchColumns> {
  return {
    ...(patch.reason && { reason: encode(storedReason, patch.reason) }),
    ...(patch.closed && { closed: encode(storedReasons, patch.closed) }),
    ...(patch.proposal && { proposal: encode(storedProposal, patch.proposal) }),
    ...(patch.plan && { plan: encode(storedPlan, patch.plan), generation: patch.plan.generation }),
    ...(patch.rollout && { rollout: encode(storedProgress, patch.rollout) }),
    ...(patch.revision !== undefined && { revision: patch.revision }),
    ...(patch.subject !== undefined && { subject: patch.subject }),
    ...(patch.author !== undefined && { author: patch.author }),
    ...(patch.startedAt !== undefined && { started_at: patch.startedAt }),
    ...(patch.finishedAt !== undefined && { finished_at: patch.finishedAt }),
    ...(patch.pullRequest !== undefined && { pull_request: patch.pullRequest }),
    ...(patch.over && { taken_back: encode(storedTakenBack, patch.over) }),
    ...(patch.awaits && { awaits: patch.awaits.length > 0 ? encode(storedNames, patch.awaits) : null }),
    ...(patch.soak && {
      soak: patch.soak.state,
      soak_reason: 'reason' in patch.soak && patch.soak.reason ? encode(storedReason, patch.soak.reason) : null,
    }),
  }
}
