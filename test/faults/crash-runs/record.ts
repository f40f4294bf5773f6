import type { RunResult } from './run.ts'
import { tellScript, tellStrike } from './script.ts'
import type { StoredDeployment } from './stored.ts'

/** Everything that helps to understand a run, as text. */
export function recordOf({ script, struck, violations, evidence, logs }: RunResult): string {
  const part = (title: string, lines: readonly string[]) => `== ${title}\n${lines.join('\n')}\n`
  const { history, database, github, hosts, deliveries } = evidence
  return [
    part(
      'violations',
      violations.map(({ invariant, what }) => `${invariant}: ${what}`),
    ),
    part('script', tellScript(script)),
    part(
      'strikes',
      struck.map(({ strike, blow }) => `${tellStrike(strike)}: ${blow.kind === 'hit' ? 'hit' : `missed, ${blow.why}`}`),
    ),
    part(
      'main',
      history.heads.map(({ sha, at }) => `${new Date(at).toISOString()} ${sha} ${history.digests.get(sha) ?? ''}`),
    ),
    part(
      'commands',
      history.commands.map((command) => JSON.stringify(command)),
    ),
    part(
      'intents',
      database.intents.map((intent) => JSON.stringify(intent)),
    ),
    part(
      'deployments',
      database.deployments.map(({ plan, ...one }) => `${JSON.stringify(one)}${plan ? ` ${tellPlan(plan)}` : ''}`),
    ),
    part(
      'verdicts',
      database.verdicts.map((verdict) => JSON.stringify(verdict)),
    ),
    part(
      'webhooks',
      deliveries.map(({ guid, event, statusCode }) => `${event} ${guid} ${statusCode}`),
    ),
    part(
      'statuses',
      github.statuses.map(({ sha, state, description, createdAt }) => `${createdAt.toISOString()} ${sha} ${state} ${description}`),
    ),
    part(
      'deployments on GitHub',
      github.deployments.map(
        ({ sha, payload, statuses }) => `${sha} ${JSON.stringify(payload)} ${statuses.map(({ state }) => state).join(', ')}`,
      ),
    ),
    part(
      'check runs',
      github.checkRuns.map(({ sha, externalId, status, conclusion }) => `${sha} ${externalId} ${conclusion ?? status}`),
    ),
    part(
      'comments',
      github.comments.map(
        ({ id, author, body, reactions }) => `${id} ${author.login}: ${body} [${reactions.map(({ content }) => content).join(', ')}]`,
      ),
    ),
    ...hosts.flatMap((host) => [
      part(
        `what landfall-shell did on ${host.name}`,
        host.acts.map((act) => JSON.stringify(act)),
      ),
      part(
        `writers on ${host.name}`,
        host.writes.map((write) => `${new Date(write.at).toISOString()} ${JSON.stringify(write)}`),
      ),
      part(
        `containers on ${host.name}`,
        host.containers.map((one) => JSON.stringify(one)),
      ),
    ]),
    ...logs.map(({ name, text }) => part(`log of Landfall ${name}`, [text])),
  ].join('\n')
}

const tellPlan = ({ services }: NonNullable<StoredDeployment['plan']>): string =>
  services.map(({ name, change, because }) => `${name} ${change} (${because.join(', ')})`).join('; ')
