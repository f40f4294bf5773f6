import type { Host } from '../lab/host.ts'
import type { Scenario } from '../lab/landfall/scenario.ts'
import type { Merged, Shop } from '../lab/landfall/shop.ts'
import { addRow, type HostView, lookAtHost } from './host-view.ts'
import type { Screen } from './screen.ts'

/** One act as it really went, seen on the host and on GitHub. */
export interface ActResult {
  act: string
  /** The commit that was asked for. */
  asked: string
  /** The digest of the commit asked for: what runs in the end, unless the outcome is `rolled-back`. */
  planned: string
  running: string
  answered: string
  outcome: string
  seconds: number
}

/** How long anything in the demo may take, in seconds. */
const patience = 90
const environment = 'landfall/production'

export interface Stage {
  scenario: Scenario
  shop: Shop
  host: Host
  screen: Screen
}

/** Plays all four acts. Throws as soon as one did not end as it should. */
export async function playActs(stage: Stage): Promise<ActResult[]> {
  const { screen } = stage
  screen.title('Act 1. Merge A: a good change')
  const a = await goodMerge(stage, 'A', 'Say hello')
  await addRow(stage.host, 'shop', 'before-b')
  const database = (await lookAtHost(stage.host, 'shop')).database

  screen.title('Act 2. Merge B: another good change')
  const b = await goodMerge(stage, 'B', 'Say hello more warmly')
  screen.title('Act 3. Merge C: its health never comes up')
  const c = await badMerge(stage, b.merged)
  screen.title('Act 4. Somebody comments /rollback on the pull request')
  const back = await rollback(stage, b.merged, a.merged)

  const now = (await lookAtHost(stage.host, 'shop')).database
  must(now.container === database.container && now.born === database.born && now.boots === database.boots, 'the database was restarted')
  must(now.rows === database.rows, 'the database lost rows')
  screen.line('host', `the database is still container ${now.container.slice(0, 12)}, started once, with its ${now.rows} row`)
  return [a.result, b.result, c, back]
}

async function goodMerge(stage: Stage, letter: string, title: string): Promise<{ merged: Merged; result: ActResult }> {
  const { shop, screen } = stage
  screen.begin()
  const merged = await shop.merge({ title: `${letter}: ${title}` })
  await shop.repository.waitForStatus(merged.sha, environment, 'success', patience)
  const seconds = secondsSince(merged.toldAt)
  await shop.repository.waitForDeployment(merged.sha, 'production', 'success', patience)
  await told(stage, new RegExp(`${merged.sha.slice(0, 7)} went live`))
  const view = await lookAtHost(stage.host, 'shop')
  const result = resultOf(`merge ${letter}`, merged.sha, merged, view, 'succeeded', seconds)
  mustRun(result, merged)
  return { merged, result }
}

async function badMerge(stage: Stage, before: Merged): Promise<ActResult> {
  const { shop, screen, scenario } = stage
  screen.begin()
  const merged = await shop.merge({ title: 'C: Break the health page', behaviour: 'unhealthy' })
  const status = await shop.repository.waitForStatus(merged.sha, environment, 'failure', patience)
  const seconds = secondsSince(merged.toldAt)
  await shop.repository.waitForDeployment(merged.sha, 'production', 'failure', patience)
  await told(stage, new RegExp(`returned to ${before.sha.slice(0, 7)}`))
  const page = await (await fetch(status.targetUrl ?? scenario.landfall.url)).text()
  const log = [...page.matchAll(/<pre[^>]*>([\s\S]*?)<\/pre>/g)]
    .map(([, text = '']) => text)
    .find((text) => text.includes(`app ${merged.sha}`))
  must(log !== undefined, "the log page does not show the container's last lines")
  screen.line('landfall', `its last lines are kept at ${status.targetUrl}\n${log.trim()}`)
  const view = await lookAtHost(stage.host, 'shop')
  const result = resultOf('merge C', merged.sha, merged, view, 'rolled-back', seconds)
  mustRun(result, before)
  return result
}

async function rollback(stage: Stage, from: Merged, to: Merged): Promise<ActResult> {
  const { shop, screen } = stage
  screen.begin()
  const asked = performance.now()
  const { id } = await shop.repository.commentOn(from.pullRequest, '/rollback', 'mona')
  // The commit taken away turns red once the one gone back to is proved.
  await shop.repository.waitForStatus(from.sha, environment, 'failure', patience)
  const seconds = secondsSince(asked)
  const answer = await shop.repository.waitForComment(from.pullRequest, /went back to/, patience)
  await shop.repository.waitForReaction(id, 'eyes', patience)
  await told(stage, new RegExp(`went back to ${to.sha.slice(0, 7)}`))
  screen.line('github', `answer: ${answer.body.split('\n').find((line) => line.includes('**')) ?? ''}`)
  const view = await lookAtHost(stage.host, 'shop')
  const result = resultOf('/rollback', to.sha, to, view, 'succeeded', seconds)
  mustRun(result, to)
  return result
}

function resultOf(act: string, asked: string, planned: Merged, view: HostView, outcome: string, seconds: number): ActResult {
  return { act, asked, planned: planned.digest, running: view.running, answered: view.answered, outcome, seconds }
}

function mustRun(result: ActResult, expected: Merged): void {
  must(result.running === expected.digest, `${result.act}: the host runs ${result.running} instead of ${expected.digest}`)
  must(result.answered === expected.sha, `${result.act}: the app answers version ${result.answered} instead of ${expected.sha}`)
}

/** Both channels say it. */
async function told({ scenario: { chat } }: Stage, text: RegExp): Promise<void> {
  await chat.until(
    `chat tells ${text}`,
    () => {
      const channels = new Set(chat.received.filter((message) => text.test(message.text)).map(({ channel }) => channel))
      return channels.size === 2 ? true : undefined
    },
    patience,
  )
}

const secondsSince = (moment: number): number => Math.round((performance.now() - moment) / 10) / 100

function must(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise)
}
