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

/**
 * The App on Probot. Throttling keeps writes at GitHub's pace of about one a second; a report never holds up a
 * deployment, so that costs nobody time. `gentle: false` is for the stand-in, which has no such limit.
 */
export function createApp(credentials: AppCredentials, log: Logger, options: { gentle: boolean }): Probot {
  return new Probot({
    appId: credentials.appId,
    privateKey: credentials.privateKey.reveal(),
    secret: credentials.webhookSecret.reveal(),
    baseUrl: credentials.apiUrl,
    webhookPath,
    log,
    // Only the function form reaches the plugins' `enabled` switches.
    Octokit: options.gentle
      ? ProbotOctokit
      : ProbotOctokit.defaults((given: Record<string, unknown>) => ({ ...given, throttle: { enabled: false }, retry: { enabled: false } })),
  })
}
