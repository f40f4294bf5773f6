import { Probot, ProbotOctokit } from 'probot'
import type { App } from './app.ts'

/** A client as Landfall has one, for the stand-in's own tests: Probot without its pauses between writes. */
export function clientFor(url: string, app: Pick<App, 'id' | 'privateKey' | 'secret'>): Probot {
  return new Probot({
    appId: app.id,
    privateKey: app.privateKey,
    secret: app.secret,
    baseUrl: url,
    logLevel: 'fatal',
    // Only the function form reaches the plugins' `enabled` switches.
    Octokit: ProbotOctokit.defaults((given: Record<string, unknown>) => ({
      ...given,
      throttle: { enabled: false },
      retry: { enabled: false },
    })),
  })
}
