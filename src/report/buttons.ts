import { askedAbout, type Deployment, isTerminal, mayBeCancelled } from '../domain/deployment.ts'
import { asksForApproval } from './held-by.ts'
import type { CheckButton } from './published.ts'

/** What the buttons of a deployment's check run say; their identifiers begin with the names of the commands they stand for. */
const wordings = {
  approve: { label: 'Approve', description: 'Let exactly what is shown here go' },
  reject: { label: 'Reject', description: 'Refuse exactly what is shown here' },
  cancel: { label: 'Cancel', description: 'Stop it before any host is changed' },
  rollback: { label: 'Rollback', description: 'Go back to the release before' },
  retry: { label: 'Retry', description: 'Try it once more' },
} satisfies Record<string, Omit<CheckButton, 'identifier'>>

export type ButtonKind = keyof typeof wordings

export const buttonKinds = Object.keys(wordings) as ButtonKind[]

/** The button that GitHub says was pressed; undefined for one that this version does not make. `shown`: see `identifierOf`. */
export function buttonOf(identifier: string): { kind: ButtonKind; shown?: string } | undefined {
  const [name, shown] = identifier.split(':', 2)
  const kind = buttonKinds.find((one) => one === name)
  return kind && { kind, ...(shown && { shown }) }
}

/** GitHub takes 20 characters: the longest name, a colon, and as many of the fingerprint as are surely not another's by chance. */
const fingerprintRoom = 12

/** What people agree to or refuse is in the button: one that was painted for something else does not count for what waits now. */
function identifierOf(kind: ButtonKind, deployment: Deployment): string {
  const shown = kind === 'approve' || kind === 'reject' ? askedAbout(deployment) : undefined
  return shown ? `${kind}:${shown.content.slice(0, fingerprintRoom)}` : kind
}

/**
 * The buttons that make sense as things are, three at most. Who may press them is asked when they are pressed: GitHub shows them to
 * everybody who may write.
 */
export const buttonsFor = (deployment: Deployment): CheckButton[] =>
  kindsFor(deployment).map((kind) => ({ ...wordingOf(kind, deployment), identifier: identifierOf(kind, deployment) }))

const wordingOf = (kind: ButtonKind, { state }: Deployment): Omit<CheckButton, 'identifier'> =>
  kind === 'cancel' && state === 'paused' ? { label: 'Cancel', description: 'Stop it, and take every host back' } : wordings[kind]

/** Names of the commands that make sense as things are, what people look for first before the others. */
export function kindsFor(deployment: Deployment): ButtonKind[] {
  const { state } = deployment
  if (asksForApproval(deployment)) return ['approve', 'reject', 'cancel']
  if (mayBeCancelled(deployment)) return ['cancel']
  if (state === 'rolling' || state === 'verifying') return deployment.kind === 'deploy' ? ['rollback'] : []
  if (!isTerminal(state)) return []
  if (state === 'succeeded') return ['rollback']
  if (state === 'halted') return ['rollback', 'retry']
  // What was overtaken is brought by the newer one.
  return state === 'superseded' ? [] : ['retry']
}
