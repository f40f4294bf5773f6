import { z } from 'zod'
import type { Command } from '../domain/command.ts'
import { askedAbout, type Deployment } from '../domain/deployment.ts'
import type { Ports } from '../flow/ports.ts'
import type { Standing } from '../flow/standing.ts'
import { type ButtonKind, buttonKinds } from '../report/buttons.ts'
import { cut, oneLine } from '../report/text.ts'
import { type Sealer, sealer } from './sealed.ts'

const ask = z.strictObject({
  /** Random. However often it is pressed, one wish comes of it. */
  wish: z.string(),
  /** Id of the session it was made for. */
  session: z.string(),
  deployment: z.string(),
  kind: z.enum(buttonKinds),
  /** Of the release a rollback was said to go back to. */
  generation: z.number().optional(),
  /** Fingerprint of the proposal in sight. */
  shown: z.string().optional(),
  /** The newest deployment of the environment then. */
  newest: z.string(),
})

/**
 * One button on a page: what was in sight beside it, and for whom. It is what ties a form to the session it was made in (CSRF), and what
 * makes sure that nobody confirms something else than they saw.
 */
export type Ask = z.infer<typeof ask>

/** Asks as fields of forms. Only those made by a page of Landfall come back. */
export const askSealer = ({ signer, clock }: Pick<Ports, 'signer' | 'clock'>): Sealer<Ask> =>
  sealer(signer.keyFor('web asks'), ask, () => clock.now())

/** A page that lies open longer is looked at again before anything is pressed on it. */
export const askLifetime = 30 * 60

/** The ask of one button, as things stand. */
export const askFor = (kind: ButtonKind, deployment: Deployment, standing: Standing, mark: Pick<Ask, 'wish' | 'session'>): Ask => ({
  ...mark,
  deployment: deployment.id,
  kind,
  newest: standing.newest,
  ...(standing.target?.plan && { generation: standing.target.plan.generation }),
  shown: askedAbout(deployment)?.content,
})

/** Of a reason that people give on a page; who has more to say talks to them. */
export const longestReason = 300

/**
 * The command somebody gives by pressing it. A rollback names its release: it must not be another than the page said.
 *
 * @param reason in their words, for a rejection
 */
export function commandOf({ kind, generation }: Ask, reason: string): Command {
  if (kind === 'rollback') return { kind, ...(generation !== undefined && { to: { kind: 'generation', generation } }) }
  return kind === 'reject' ? { kind, text: cut(oneLine(reason), longestReason) || 'no reason given' } : { kind }
}
