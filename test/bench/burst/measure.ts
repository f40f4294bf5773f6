import { setTimeout as pause } from 'node:timers/promises'
import type { Figures } from '../figures.ts'
import { processorSeconds, residentMiB, watchResident } from '../process.ts'
import type { Answers } from './job.ts'
import { openWork } from './open-work.ts'
import { type BurstScene, openBurstScene } from './scene.ts'

/** A thousand webhooks a second for a minute: more than GitHub sends for an organisation of thousands. */
const perSecond = 1000
const burstSeconds = 60
/** Each is a connection of its own at its busiest; a proxy in front keeps as many. */
const connections = 256
const idleSeconds = 10
const redisAwaySeconds = 2
/** What was taken up must be done this soon after the burst, or the run fails. */
const settleSeconds = 600
/** Memory counts as flat when it is back within so much of what it was, within so many seconds of rest. */
const flatMiB = 64
const restSeconds = 180

/** Lets a burst break over one Landfall on PostgreSQL and Redis, restarts Redis in its middle, and sees what became of each webhook. */
export async function measureBurst(say: (line: string) => void): Promise<Figures> {
  const scene = await openBurstScene({ total: perSecond * burstSeconds, perSecond, connections, seed: 1 }, say)
  try {
    return await measure(scene, say)
  } finally {
    await scene.close()
  }
}

async function measure(scene: BurstScene, say: (line: string) => void): Promise<Figures> {
  const { landfall, github } = scene.scenario
  say(`leaving Landfall alone for ${idleSeconds} s`)
  await pause(idleSeconds * 1000)
  const before = await residentMiB(landfall.pid)
  const memory = watchResident(landfall.pid)
  const asked = github.requests.length
  const usedBefore = await processorSeconds(landfall.pid)

  say(`sending ${scene.told.length} webhooks, ${perSecond} a second`)
  const [{ seconds, answers }] = await Promise.all([scene.sender.send(), strikeRedis(scene, say)])
  const ended = performance.now()
  const used = (await processorSeconds(landfall.pid)) - usedBefore
  const refused = answers.filter(([status]) => status < 200 || status > 299)
  say(`answered after ${seconds.toFixed(1)} s, ${refused.length} of them not with 2xx`)
  await settled(scene, say)
  const settledAfter = (performance.now() - ended) / 1000
  const peak = memory.peak()
  const after = await rested(landfall.pid, before + flatMiB)
  memory.stop()

  const ledger = await scene.ledger(answers)
  for (const [what, wishes] of [
    ['lost', ledger.lost],
    ['doubled', ledger.doubled],
    ['strange', ledger.strange],
  ] as const)
    if (wishes.length > 0) say(`${what}: ${wishes.slice(0, 5).join(', ')}${wishes.length > 5 ? ' and more' : ''}`)
  github.assertFaithful()
  return {
    burst_lost: ledger.lost.length,
    burst_doubled: ledger.doubled.length + ledger.strange.length,
    burst_unanswered: refused.length,
    burst_ack_p99_ms: Math.round(percentile(answers, 0.99)),
    burst_ack_p50_ms: Math.round(percentile(answers, 0.5)),
    burst_per_second: Math.round((answers.length - refused.length) / seconds),
    burst_cores: Math.round((used / seconds) * 100) / 100,
    burst_settled_seconds: Math.round(settledAfter),
    burst_github_requests: github.requests.slice(asked).filter(({ status }) => status !== 304).length,
    burst_rss_before_mib: Math.round(before),
    burst_rss_peak_mib: Math.round(peak),
    burst_rss_after_mib: Math.round(after),
  }
}

/** Kills Redis in the middle of the burst; it comes back empty. */
async function strikeRedis({ servers }: BurstScene, say: (line: string) => void): Promise<void> {
  await pause((burstSeconds / 2) * 1000)
  await servers.redis.kill()
  say('Redis is gone')
  await pause(redisAwaySeconds * 1000)
  await servers.redis.start()
  say('Redis is back, and empty')
}

/** Waits until all that was taken up has ended and was told. */
async function settled({ databaseUrl }: BurstScene, say: (line: string) => void): Promise<void> {
  const deadline = performance.now() + settleSeconds * 1000
  for (;;) {
    const open = await openWork(databaseUrl)
    const left = Object.values(open).reduce((sum, count) => sum + count, 0)
    if (left === 0) return
    say(`still open: ${open.intents} intents, ${open.deployments} deployments, ${open.reports} reports`)
    if (performance.now() > deadline) throw new Error(`Landfall was not done with the burst ${settleSeconds} s after it`)
    await pause(5000)
  }
}

/** Memory once it is no more than `enough`, or after the time it has for that. */
async function rested(pid: number, enough: number): Promise<number> {
  const deadline = performance.now() + restSeconds * 1000
  for (;;) {
    const now = await residentMiB(pid)
    if (now <= enough || performance.now() > deadline) return now
    await pause(1000)
  }
}

/** Of the time from when a webhook was due to its answer; one without an answer counts until it was known to get none. */
function percentile(answers: Answers, share: number): number {
  const sorted = answers.map(([, milliseconds]) => milliseconds).sort((one, other) => one - other)
  return sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN
}
