import { commandWithin, type VerifyRule } from '../domain/configuration.ts'
import type { CommandAnswer, ObservedContainer, ProbeAnswer } from '../domain/observed.ts'
import type { PlannedService } from '../domain/plan.ts'
import { probedPaths } from '../domain/probed-paths.ts'
import { dependenciesTold } from './dependencies.ts'
import { versionTold } from './version-answer.ts'

/** What the containers of one host answered. */
export interface Answers {
  answers: ProbeAnswer[]
  commands: CommandAnswer[]
}

export type Answered =
  | { kind: 'good'; version?: string }
  /** `run` names the one run of a command that says so: seen again in the next look it is no news. */
  | { kind: 'pending'; detail: string; run?: string }

/** Characters of what a command wrote that stand in a message. */
const shownOutput = 300

/** Whether every container of a service answers as its rule asks, and the version they tell. */
export function answersOf({ verify: rule, version }: PlannedService, containers: readonly ObservedContainer[], heard: Answers): Answered {
  if (!rule) return { kind: 'good' }
  let told: string | undefined
  for (const { id } of containers) {
    const ran = rule.command && commandOf(heard.commands.find(({ container }) => container === id))
    if (ran) return ran
    for (const path of probedPaths(rule)) {
      const answer = heard.answers.find((candidate) => candidate.container === id && candidate.path === path)
      const wrong = statusOf(rule, path, answer)
      if (wrong) return { kind: 'pending', detail: wrong }
      if (path !== rule.version?.path || !answer) continue
      const read = versionTold(rule.version, answer.body, version === undefined ? [] : [version])
      if (read.kind === 'wrong') return { kind: 'pending', detail: read.detail }
      told = read.version
    }
  }
  return { kind: 'good', ...(told !== undefined && { version: told }) }
}

/** Whether every command that is to be run in a running container was: it is not waited for in the round that begins it. */
export const allRan = (services: readonly PlannedService[], containers: readonly ObservedContainer[], { commands }: Answers): boolean =>
  containers.every(
    ({ id, service, status }) =>
      status !== 'running' ||
      services.find(({ name }) => name === service)?.verify?.command === undefined ||
      commands.some(({ container }) => container === id),
  )

/** What is wrong with the answer to a path; undefined where nothing is. */
function statusOf({ port, dependencies }: VerifyRule, path: string, answer: ProbeAnswer | undefined): string | undefined {
  if (!answer || answer.status === 0) return `nothing answers on port ${port}${path}`
  const told = path === dependencies?.path ? dependenciesTold(dependencies, answer.body) : undefined
  // Apps say 503 where something they need is down: which it is tells more than that.
  if (told?.kind === 'down') return `${path} says that ${told.detail}`
  if (answer.status < 200 || answer.status > 299) return `${path} answers ${answer.status}`
  return told?.kind === 'none' ? `${path} tells of no dependencies at ${dependencies?.pointer ?? 'any of the usual places'}` : undefined
}

/** What is wrong with the last run of a command; undefined where nothing is. */
function commandOf(ran: CommandAnswer | undefined): Extract<Answered, { kind: 'pending' }> | undefined {
  if (!ran) return { kind: 'pending', detail: 'its command was not run yet' }
  if (ran.code === 0) return undefined
  const run = `${ran.container} ${ran.run}`
  if (ran.code === undefined) return { kind: 'pending', detail: `its command does not end within ${commandWithin} s` }
  const said = endOf(ran.output)
  return { kind: 'pending', run, detail: `its command ends with exit code ${ran.code}${said === '' ? '' : `: ${said}`}` }
}

/** The last words of an output, on one line. */
function endOf(output: string): string {
  const text = Array.from(output.trim().replace(/\s+/g, ' '))
  return text.length <= shownOutput ? text.join('') : `…${text.slice(-shownOutput).join('')}`
}
