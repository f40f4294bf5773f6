import type { Deployment, State } from '../../domain/deployment.ts'
import type { RecoveryIntent } from '../../domain/intent.ts'
import type { Plan } from '../../domain/plan.ts'
import type { Receipt } from '../../domain/receipt.ts'
import type { DeploymentPatch } from './store-deployments.ts'
import type { ReportKey } from './store-reports.ts'

/** For a database that was lost, or restored from an older copy, while hosts went on. */
export interface Recovery {
  /** An environment's deployments that have a plan, by its generation. */
  planned(repository: string, environment: string): Promise<Map<number, string>>
  /** The newest number of a lease; 0 where nobody ever claimed it. */
  turn(lease: string): Promise<number>
  /** A plan as hosts keep it; undefined where this version cannot read it. */
  readPlan(text: string): Plan | undefined
  /** A receipt as hosts keep it; undefined where this version cannot read it. */
  readReceipt(text: string): Receipt | undefined
  /** Effects everything in one transaction. What has ended or is there meanwhile stays as it is. */
  apply(change: RecoveryChange): Promise<void>
}

/** What a recovery changes in one environment. */
export interface RecoveryChange {
  /** `owner/name` */
  repository: string
  environment: string
  /** Subject of the environment's lease; whoever holds it loses it where an open deployment is ended or goes on elsewhere. */
  lease: string
  /** The next generation is higher than this. */
  generation?: number
  /** The lease's next number is higher than this. */
  turn?: number
  ended: { id: string; state: State; patch: DeploymentPatch }[]
  /** Ended deployments that were not known, in their order, and the intent that stands for theirs. */
  added: Deployment[]
  intent?: RecoveryIntent
  receipts: Receipt[]
  /** Surfaces that have to show it; what they showed before is not known. */
  reports: ReportKey[]
}
