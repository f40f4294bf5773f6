import type { Deployment, State } from '../domain/deployment.ts'
import type { Plan } from '../domain/plan.ts'
import { type Reason, reason } from '../domain/reason.ts'
import type { Receipt } from '../domain/receipt.ts'

/** A release that hosts keep and whose plan is proved to be Landfall's own. */
export interface KeptRelease {
  plan: Plan
  /** Present where a host has it: then the release was verified, and everybody knew its end. */
  receipt?: Receipt
  hosts: KeptOn[]
}

/** A host that keeps it. */
export interface KeptOn {
  host: string
  confirmed: boolean
  /** Whether a switch to it was ever begun there. */
  switched: boolean
  /** Whether it runs there, or was begun last. */
  current: boolean
}

/** What the hosts together remember of an environment. */
export interface Remembered {
  /** The highest generation that any of them accepted, and the latest turn in it. */
  generation: number
  turn: number
  /** Oldest first. */
  releases: KeptRelease[]
}

/** What the database knows of it. */
export interface Recorded {
  /** The highest generation it ever handed out. */
  generation: number
  /** The newest number of the environment's lease; 0 where nobody ever held it. */
  turn: number
  /** Deployments by the generation of their plan. */
  planned: ReadonlyMap<number, string>
  /** Those that have not ended, oldest first. */
  open: Deployment[]
}

/** How a deployment ended, as far as hosts show it. */
export interface Fate {
  state: Extract<State, 'succeeded' | 'failed' | 'rolled-back' | 'halted' | 'superseded'>
  /** Absent for those that succeeded. */
  reason?: Reason
  /** What hosts keep of it; absent where they keep nothing. */
  release?: KeptRelease
}

/** What has to change in the database for it to know what the hosts know. */
export interface Recovery {
  /** To be the highest one handed out from now on; absent where it is not lower. */
  generation?: number
  /** To be the newest number of the lease: hosts have heard it for a deployment that goes on. */
  turn?: number
  /** Open deployments that hosts have gone past. */
  ended: { deployment: Deployment; fate: Fate }[]
  /** Releases of which it knows no deployment, oldest first. */
  added: (Fate & { release: KeptRelease })[]
  /** Generations under which it knows another deployment than the hosts. */
  conflicts: number[]
}

/**
 * Compares a database with what hosts remember. One that lost nothing needs nothing, also while it is being worked with,
 * provided that the hosts were asked first.
 */
export function recoveryOf(remembered: Remembered, recorded: Recorded): Recovery {
  const { generation, turn, releases } = remembered
  const behind = generation > recorded.generation
  const passed = recorded.open.filter(({ plan }) => (plan ? generation > plan.generation : behind))
  const ended = passed.map((deployment) => ({
    deployment,
    fate: fateOf(
      releases.find((release) => isOf(release, deployment)),
      generation,
    ),
  }))
  const found = new Set(ended.map(({ fate }) => fate.release))
  const newest = Math.max(0, ...recorded.planned.keys())
  // Older ones would come to stand behind newer ones: deployments follow one another in the order in which they are stored.
  const added = releases.filter((release) => release.plan.generation > newest && !found.has(release))
  const goesOn = recorded.open.some(({ plan }) => plan?.generation === generation)
  return {
    ...(behind && { generation }),
    ...(goesOn && turn > recorded.turn && { turn }),
    ended,
    added: added.map((release) => ({ ...fateOf(release, generation), release })),
    conflicts: releases.filter((release) => isAnother(release, recorded)).map(({ plan }) => plan.generation),
  }
}

/** Whether there is nothing to change. */
export const isEmpty = ({ generation, turn, ended, added }: Recovery): boolean =>
  generation === undefined && turn === undefined && ended.length === 0 && added.length === 0

/** A release all of whose hosts confirmed it was proved on them; one that none of them runs was returned from. */
function fateOf(release: KeptRelease | undefined, generation: number): Fate {
  const restored = reason('database-restored', { generation: String(generation) })
  if (!release) return { state: 'superseded', reason: restored }
  const { receipt, hosts } = release
  if (receipt && hosts.every(({ confirmed }) => confirmed)) return { state: 'succeeded', release }
  if (receipt || hosts.some(({ current }) => current)) return { state: 'halted', reason: restored, release }
  return { state: hosts.some(({ switched }) => switched) ? 'rolled-back' : 'failed', reason: restored, release }
}

/** Receipts name their deployment; before there is one, plans tell it: of a rollback by their generation alone. */
function isOf({ plan, receipt }: KeptRelease, { id, plan: planned }: Deployment): boolean {
  if (receipt) return receipt.deployment === id
  return planned ? planned.generation === plan.generation : plan.kind === 'deploy' && plan.release === id
}

function isAnother({ plan, receipt }: KeptRelease, { planned }: Recorded): boolean {
  const known = planned.get(plan.generation)
  const named = receipt?.deployment ?? (plan.kind === 'deploy' ? plan.release : undefined)
  return known !== undefined && named !== undefined && known !== named
}
