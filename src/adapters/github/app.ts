import type { Logger } from 'pino'
import { Probot, ProbotOctokit } from 'probot'
import type { Secret } from '../../domain/secret.ts'

/** What makes Landfall this GitHub App. */
export interface AppCredentials {
  appId: number
  privateKey: Secret
  webhookSecret: Secret
  /** REST root: `https://api.github.com`, or `https://HOST/api/v3` for GitHub Enterprise Server. */
  apiUrl: string
}

/** Path on which GitHub delivers. Probot's default; app.yml and the set-up page name it. */
export const webhookPath = '/api/github/webhooks'

/** The App on Probot, which checks and parses its webhooks. What Landfall asks of GitHub goes through its own clients. */
export function createApp(credentials: AppCredentials, log: Logger): Probot {
  return new Probot({
    appId: credentials.appId,
    privateKey: credentials.privateKey.reveal(),
    secret: credentials.webhookSecret.reveal(),
    baseUrl: credentials.apiUrl,
    // Probot logs what it could not take with all that it holds, several times over, also what anybody sent. Who receives it says so.
    log: log.child({}, { level: 'fatal' }),
    Octokit: ProbotOctokit.defaults({ authStrategy: sameForAll }),
  })
}

/**
 * Probot makes a client for each webhook and each subscriber, which costs more than all else it does with it. Nobody asks GitHub
 * through these, so one that may ask nothing stands for all.
 */
const sameForAll = ({ octokit }: { octokit: ProbotOctokit }) =>
  Object.assign(async () => octokit, { hook: () => Promise.reject(new Error('Landfall asks GitHub through clients of its own')) })
