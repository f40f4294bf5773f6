import type { Sha } from '../domain/repository.ts'

/** The shapes in which GitHub and chat are told something: what this room renders and the ports send. */

/** A commit status: the dot beside a commit. */
export interface CommitStatus {
  revision: Sha
  context: string
  state: 'error' | 'failure' | 'pending' | 'success'
  /** At most 140 characters. */
  description: string
  url?: string
}

/** A deployment as GitHub's Environments page lists it. */
export interface NewDeployment {
  revision: Sha
  environment: string
  description: string
  production: boolean
  transient: boolean
  /** Id of the deployment of Landfall's that it shows: GitHub keeps it, so that it can be found again. */
  made: string
}

/** How far such a deployment is. */
export interface DeploymentStatus {
  state: 'error' | 'failure' | 'inactive' | 'in_progress' | 'queued' | 'pending' | 'success'
  /** At most 140 characters. */
  description: string
  logUrl?: string
  environmentUrl?: string
}

/** One message, rendered for each medium. */
export interface ChatMessage {
  /** Body of a Slack incoming webhook: Block Kit. */
  slack: unknown
  /** Telegram's HTML, at most 4096 characters. */
  telegram: string
  /** The same in one plain line, for logs and media without formatting. */
  fallback: string
  /** Said anew, also where what was said before could be edited: an edit rings nobody's bell. */
  anew?: true
}

/** A check run: what stands under "Checks" of a commit or pull request, with its page and its buttons. */
export interface CheckReport {
  name: string
  revision: Sha
  /** What it stands for with Landfall: GitHub keeps it, tells it when a button is pressed, and it is found again by it. */
  externalId: string
  /** `completed` in GitHub's words is one of the conclusions. */
  state: 'queued' | 'in_progress' | CheckConclusion
  title: string
  /** Markdown, at most 65,535 characters, as `text` below it. */
  summary: string
  text?: string
  detailsUrl?: string
  /** At most three. They replace those it had. */
  buttons: CheckButton[]
  /** At most fifty. They are added to those it had. */
  annotations: CheckAnnotation[]
}

export type CheckConclusion = 'success' | 'failure' | 'neutral' | 'cancelled' | 'skipped' | 'timed_out' | 'action_required'

/** A button at the head of a check run's page. GitHub sends whoever made it its `identifier`. */
export interface CheckButton {
  /** At most 20 characters. */
  label: string
  /** At most 40 characters. */
  description: string
  /** At most 20 characters. */
  identifier: string
}

/** A remark at lines of a file. */
export interface CheckAnnotation {
  path: string
  startLine: number
  endLine: number
  level: 'notice' | 'warning' | 'failure'
  title?: string
  message: string
}
