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
}
