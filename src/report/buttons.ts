import { type Deployment, isTerminal, mayFollow } from '../domain/deployment.ts'
import { waitsForApproval } from './held-by.ts'
import type { CheckButton } from './published.ts'

/** What the buttons of a deployment's check run say; their identifiers are the names of the commands they stand for. */
const wordings = {
  approve: { label: 'Approve', description: 'Let exactly what is shown here go' },
  reject: { label: 'Reject', description: 'Refuse exactly what is shown here' },
  cancel: { label: 'Cancel', description: 'Stop it before any host is changed' },
  rollback: { label: 'Rollback', description: 'Go back to the release before' },
  retry: { label: 'Retry', description: 'Try it once more' },
} satisfies Record<string, Omit<CheckButton, 'identifier'>>

export type ButtonKind = keyof typeof wordings

export const buttonKinds = Object.keys(wordings) as ButtonKind[]

/** The button that GitHub says was pressed; undefined for one that this version does not make. */
export const buttonOf = (identifier: string): ButtonKind | undefined => buttonKinds.find((kind) => kind === identifier)

/**
 * The buttons that make sense as things are, three at most. Who may press them is asked when they are pressed: GitHub shows them to
 * everybody who may write.
 */
export const buttonsFor = (deployment: Deployment): CheckButton[] =>
  kindsFor(deployment).map((identifier) => ({ ...wordings[identifier], identifier }))

/** Names of the commands that make sense as things are, what people look for first before the others. */
export function kindsFor(deployment: Deployment): ButtonKind[] {
  const { state } = deployment
  if (waitsForApproval(deployment)) return ['approve', 'reject', 'cancel']
  if (!isTerminal(state)) return mayFollow(state, 'cancelled') ? ['cancel'] : []
  if (state === 'succeeded') return ['rollback']
  if (state === 'halted') return ['rollback', 'retry']
  // What was overtaken is brought by the newer one.
  return state === 'superseded' ? [] : ['retry']
}
