import { createHash } from 'node:crypto'
import type { Probot } from 'probot'
import { z } from 'zod'
import { contractLabel } from '../../domain/one-off.ts'
import type { Repository } from '../../domain/repository.ts'
import type { Happening, PullRequestChanged } from '../../flow/ports.ts'
import { type FromInstallation, repositoryOf } from './events.ts'

/**
 * Tells `tell` of what else happens on GitHub. Of the App's own checks and statuses, which come back to it, nothing is told: it
 * would wake itself for ever. Rejections become failed deliveries.
 */
export function subscribeHappenings(app: Probot, { appId }: { appId: number }, tell: (happening: Happening) => Promise<void>): void {
  app.on('check_run.requested_action', async ({ id, payload }) => {
    const from = toldBy(id, payload)
    const { check_run: run, requested_action: button } = payload
    const identifier = button?.identifier
    // GitHub tells nobody of buttons but the App that made them. It need not stay so.
    if (!from || identifier === undefined || run.app?.id !== appId) return
    const check = { id: run.id, name: run.name, revision: run.head_sha, externalId: run.external_id ?? '', shown: fingerprint(run) }
    await tell({ kind: 'button', ...from, bot: payload.sender.type === 'Bot', identifier, check })
  })

  app.on('check_suite.completed', async ({ id, payload }) => {
    const from = toldBy(id, payload)
    const { app: reporter, head_sha: revision } = payload.check_suite
    if (from && reporter?.id !== appId) await tell({ kind: 'checks', ...from, revision })
  })

  app.on('workflow_run.completed', async ({ id, payload }) => {
    const from = toldBy(id, payload)
    if (from) await tell({ kind: 'checks', ...from, revision: payload.workflow_run.head_sha })
  })

  app.on('status', async ({ id, payload }) => {
    const from = toldBy(id, payload)
    if (from && payload.state !== 'pending' && !own.test(payload.context)) await tell({ kind: 'checks', ...from, revision: payload.sha })
  })

  app.on('registry_package.published', async ({ id, payload }) => {
    const from = payload.repository && toldBy(id, { ...payload, repository: payload.repository })
    const image = containerImage.safeParse(payload.registry_package).data
    if (!from || !image) return
    const tag = image.package_version.container_metadata?.tag?.name
    const name = `${image.namespace}/${image.name}`.toLowerCase()
    await tell({ kind: 'image', ...from, name, ...(tag && { tag }) })
  })

  app.on(
    [
      ...(['pull_request.opened', 'pull_request.reopened', 'pull_request.synchronize', 'pull_request.edited'] as const),
      ...(['pull_request.labeled', 'pull_request.unlabeled', 'pull_request.closed'] as const),
    ],
    async ({ id, payload }) => {
      const from = toldBy(id, payload)
      const pull = payload.pull_request
      const action = actionOf(payload.action, payload)
      if (!from || !action) return
      const fork = pull.head.repo?.id !== payload.repository.id
      await tell({ kind: 'pull-request', ...from, action, number: pull.number, head: pull.head.sha, base: pull.base.ref, fork })
    },
  )

  app.on('delete', async ({ id, payload }) => {
    const from = toldBy(id, payload)
    if (from && payload.ref_type === 'branch') await tell({ kind: 'branch-deleted', ...from, branch: payload.ref })
  })
}

interface Shown {
  status: string
  conclusion: string | null
  output: { title?: string | null; summary: string | null; text: string | null }
}

const fingerprint = ({ status, conclusion, output: { title, summary, text } }: Shown): string =>
  createHash('sha256')
    .update(JSON.stringify([status, conclusion, title, summary, text]))
    .digest('hex')

/** Contexts of Landfall's own statuses: a status does not tell which App set it. */
const own = /^landfall\//

const containerImage = z.object({
  package_type: z.string().regex(/^container$/i),
  namespace: z.string().min(1),
  name: z.string(),
  package_version: z.object({ container_metadata: z.object({ tag: z.object({ name: z.string() }).nullish() }).nullish() }),
})

const edited = z.object({ changes: z.object({ base: z.looseObject({}) }) })
const marked = z.object({ label: z.object({ name: z.literal(contractLabel) }) })
const merged = z.object({ pull_request: z.object({ merged: z.literal(true) }) })

/** Undefined for an edit of words alone, and for any other label. */
function actionOf(action: string, payload: unknown): PullRequestChanged['action'] | undefined {
  switch (action) {
    case 'opened':
    case 'reopened':
      return action
    case 'synchronize':
      return 'moved'
    case 'labeled':
    case 'unlabeled':
      return marked.safeParse(payload).success ? 'marked' : undefined
    case 'closed':
      return merged.safeParse(payload).success ? 'merged' : 'closed'
    default:
      return edited.safeParse(payload).success ? 'edited' : undefined
  }
}

function toldBy(
  delivery: string,
  payload: FromInstallation & { sender?: { login: string } | undefined },
): { repository: Repository; delivery: string; actor: string } | undefined {
  const repository = repositoryOf(payload)
  return repository && { repository, delivery, actor: payload.sender?.login ?? 'ghost' }
}
