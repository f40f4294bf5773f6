import { setTimeout as pause } from 'node:timers/promises'
import { signalPid } from '../../lab/program.ts'
import type { Service } from '../../lab/service.ts'
import { type Blow, hit, missed } from './blow.ts'
import type { Member } from './landfalls.ts'
import { lateOrder } from './late-order.ts'
import { processesOn } from './processes.ts'
import type { Strike, StrikeKind } from './script.ts'
import { type RunTown, spotOf } from './town.ts'

/** Waits for the strike's moment, strikes, waits, and puts right again what it struck. */
export async function strike(town: RunTown, plan: Strike, over: AbortSignal): Promise<Blow> {
  if (plan.kind === 'order late, its Landfall killed') return lateOrder(town, plan, over)
  const moment = await town.steps.next(plan.at, plan.nth, over)
  if (!moment) return missed(`"${plan.at}" did not come`)
  if (plan.delay > 0) await pause(plan.delay)
  return blows[plan.kind](town, plan, moment.by)
}

type Strikes = (town: RunTown, plan: Strike, by: string | undefined) => Promise<Blow>

const blows: Record<Exclude<StrikeKind, 'order late, its Landfall killed'>, Strikes> = {
  'Landfall killed': onLandfall(async (member, { lasts }) => {
    await member.kill()
    await pause(lasts)
    await member.start()
  }),
  'Landfall restarted': onLandfall(async (member, { lasts }) => {
    const { kills } = member
    const code = await member.stop()
    // Another strike may have killed it while it was stopping.
    if (code !== 0 && member.kills === kills) throw new Error(`Landfall ${member.name} ended with ${code} after SIGTERM`)
    await pause(lasts)
    await member.start()
  }),
  'Landfall stalled': onLandfall(async (member, { lasts }) => {
    member.stall()
    await pause(lasts)
    member.resume()
  }),
  'Redis killed': onService(({ ground }) => ground.lab.redis, 'kill'),
  'PostgreSQL killed': onService(({ ground }) => ground.lab.postgres, 'kill'),
  'PostgreSQL restarted': onService(({ ground }) => ground.lab.postgres, 'stop'),
  'sshd killed': onService((town, plan) => spotOf(town, plan).host.sshd, 'kill'),
  'dockerd killed': onService((town, plan) => spotOf(town, plan).host.engine, 'kill'),
  'landfall-shell killed': onHost(/\/landfall-shell.* --work (put|pull|switch|confirm|restore|prune|probe) /),
  'Compose killed': onHost(/docker-compose .* (up|pull) /),
  async 'cable out'(town, plan) {
    const { host } = spotOf(town, plan)
    await host.unplug()
    await pause(plan.lasts)
    await host.plugIn()
    return hit
  },
  async 'GitHub failing'({ github }, { lasts }) {
    const before = github.requests.length
    github.faults.outage(true)
    await pause(lasts)
    github.faults.outage(false)
    return github.requests.length > before ? hit : missed('nobody asked GitHub')
  },
  async 'GitHub answers lost'({ github }, { lasts, nth }) {
    const lost = github.faults.disturb(/^(POST|PATCH) \/repos\//, 'answer-lost', nth + 1)
    await pause(lasts)
    lost.end()
    return lost.hits > 0 ? hit : missed('nobody asked GitHub for anything')
  },
  async 'webhooks failing'({ github }, { lasts }) {
    const before = github.deliveries.length
    github.faults.webhooks(true)
    await pause(lasts)
    github.faults.webhooks(false)
    return github.deliveries.length > before ? hit : missed('there was no webhook')
  },
}

/** On the Landfall that took the step, the other one, or both. */
function onLandfall(act: (member: Member, plan: Strike) => Promise<void>): Strikes {
  return async ({ landfalls: { members } }, plan, by) => {
    const taker = members.find(({ name }) => name === by) ?? members[0]
    const others = members.filter((member) => member !== taker)
    const meant =
      plan.whom === 'everybody' || others.length === 0 ? members : members.filter((one) => (one === taker) === (plan.whom !== 'the other'))
    const living = meant.filter(({ state }) => state === 'up')
    await Promise.all(living.map((member) => act(member, plan)))
    return living.length > 0 ? hit : missed(`Landfall ${meant.map(({ name, state }) => `${name} was ${state}`).join(', ')}`)
  }
}

function onService(find: (town: RunTown, plan: Strike) => Service, how: 'kill' | 'stop'): Strikes {
  return async (town, plan) => {
    const service = find(town, plan)
    if (service.pid === 0) return missed('it was down')
    await service[how]()
    await pause(plan.lasts)
    await service.start()
    return hit
  }
}

/** On what runs on the host at that moment. What is killed there nobody starts again. */
function onHost(words: RegExp): Strikes {
  return async (town, plan) => {
    const found = processesOn(spotOf(town, plan).host).filter((process) => words.test(`${process.words} `))
    for (const { pid } of found) signalPid(pid, 'SIGKILL')
    return found.length > 0 ? hit : missed('nothing of the kind ran')
  }
}
