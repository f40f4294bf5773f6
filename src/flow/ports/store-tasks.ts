import type { TimelineEntry } from '../../domain/deployment.ts'
import type { TaskEnd, TaskPlace, TaskRun } from '../../domain/one-off.ts'
import type { Lease } from './store-leases.ts'
import type { ReportKey } from './store-reports.ts'

/** Tasks that somebody wanted run; made by settling. */
export interface Tasks {
  read(id: string): Promise<TaskRun | undefined>
  /** Ids of those that have not ended. */
  due(): Promise<string[]>
  /** Fixes where it is run, under the lease. Throws LeaseLost where that is no longer the newest on its subject. */
  fix(id: string, lease: Lease, at: TaskPlace): Promise<void>
  /** Ends it, with a line for a deployment's record, and wants the reports, in one transaction under the lease; one that has ended stays as it is. */
  end(id: string, lease: Lease, end: TaskEnd, wanted: ReportKey[], note?: { deployment: string; entry: TimelineEntry }): Promise<void>
}
