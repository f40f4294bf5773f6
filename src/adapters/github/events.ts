import type { Probot } from 'probot'
import type { Repository } from '../../domain/repository.ts'
import type { Incoming } from '../../flow/intake.ts'

/**
 * Tells `receive` of the events Landfall lives on, reduced to what counts. Probot has checked the signature and
 * parsed the payload; a rejection of `receive` becomes a failed delivery.
 */
export function subscribe(app: Probot, receive: (incoming: Incoming) => Promise<void>): void {
  app.on('push', async ({ id, payload }) => {
    const repository = repositoryOf(payload)
    if (!repository) return
    await receive({
      kind: 'push',
      delivery: id,
      repository,
      ref: payload.ref,
      before: payload.before,
      // An annotated tag is an object of its own; beside it stands the commit it is for.
      after: (payload.ref.startsWith('refs/tags/') && payload.head_commit?.id) || payload.after,
      ...(payload.forced && { forced: true }),
      actor: payload.sender?.login ?? payload.pusher.name,
    })
  })

  app.on('pull_request.closed', async ({ id, payload }) => {
    const repository = repositoryOf(payload)
    const { merged, merge_commit_sha: after, base } = payload.pull_request
    if (!repository || !merged || !after) return
    await receive({ kind: 'push', delivery: id, repository, ref: `refs/heads/${base.ref}`, after, actor: payload.sender.login })
  })

  app.on('issue_comment.created', async ({ id, payload }) => {
    const repository = repositoryOf(payload)
    if (!repository) return
    await receive({
      kind: 'comment',
      delivery: id,
      repository,
      comment: { id: payload.comment.id, issue: payload.issue.number },
      body: payload.comment.body,
      at: new Date(payload.comment.created_at).toISOString(),
      actor: payload.sender.login,
      bot: payload.sender.type === 'Bot',
    })
  })
}

/** What every payload says of where it comes from. */
export interface FromInstallation {
  installation?: { id: number } | null | undefined
  repository: { name: string; owner: { login: string } | null }
}

/** Absent for payloads that came by another way than an App's installation: nothing could be done for them. */
export function repositoryOf({ installation, repository }: FromInstallation): Repository | undefined {
  if (!installation || !repository.owner) return undefined
  return { owner: repository.owner.login, name: repository.name, installation: installation.id }
}
