import type { Lease } from './store-leases.ts'

/** What is shown where, and how far that is behind. */
export interface Reports {
  /** Says that these surfaces of a subject should show its present state. */
  want(wanted: ReportKey[]): Promise<void>
  /** Surfaces whose published version is behind, and which are due. */
  due(limit: number): Promise<Report[]>
  /**
   * Notes, under the lease, that a surface is about to be published: should nobody hear how that ended, what is there has to be
   * looked at first. Throws LeaseLost when the lease is no longer the newest on its subject.
   */
  begin(report: Report, lease: Lease): Promise<void>
  /**
   * Something was sent for it by somebody who had lost the lease by then: it may have come after what the successor sent, so it is
   * wanted once more, and what is there has to be looked at first.
   */
  doubt(report: Report): Promise<void>
  /** Records what was published up to `version`, and GitHub's id of it. */
  published(report: Report, memory: string | undefined): Promise<void>
  /** What publishing a surface left to remember. */
  memory(key: ReportKey): Promise<string | undefined>
  /** What is being published is still behind, and due again only in so many seconds, unless it is wanted before. */
  rest(report: Report, seconds: number): Promise<void>
  /** Puts it off after a failure. */
  failed(report: Report, error: string, retryInSeconds: number): Promise<void>
}

/** What should be shown where. Surfaces: `status`, `deployment`, `check`, `answer`, `comment`, `slack:deploys`… */
export interface ReportKey {
  /**
   * `deployment:<id>`, `intent:<id>`, `comment:<owner>/<name>#<id>` `pull:<owner>/<name>#<number>` or
   * `secrets:<owner>/<name>#<environment>`
   */
  subject: string
  surface: string
}

/** A surface that lags behind its subject: it is rendered from what is true when it is published. */
export interface Report extends ReportKey {
  /** How many times it was wanted; `published` stores the number it was rendered at. */
  version: number
  attempts: number
  /** An earlier try to publish it was begun, and how that ended is not known. */
  begun: boolean
  /** What the last publishing left to remember, such as GitHub's id of the comment. */
  memory?: string
}
