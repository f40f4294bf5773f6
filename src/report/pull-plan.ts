import type { PullPlan } from '../domain/pull-plan.ts'
import { annotationsOf } from './annotations.ts'
import { marker } from './markdown.ts'
import type { CheckReport } from './published.ts'
import { basisText, diffSections, gistOf, outlookSections, overviewSection, sourcesOf } from './pull-plan-sections.ts'
import { checkRoom, fitted, type Section } from './sections.ts'
import { bytesOf, cut } from './text.ts'
import { momentText } from './time.ts'

/** GitHub refuses comments over 65,536 characters, and nobody reads as much. */
const commentRoom = 60_000

/** What is kept of the comment for how Compose files change: what happens to services and people matters more. */
const diffShare = 0.4

/**
 * The one comment on a pull request about what merging it would do, edited from then on. Where it is too long, first the ends of the
 * diffs go and then those of the longest lists. It mentions nobody.
 */
export function pullPlanComment(plan: PullPlan, github: string): string {
  const told = shared([[overviewSection(plan)], ...outlookSections(plan)], commentRoom * (1 - diffShare))
  const diffs = fitted(diffSections(plan, commentRoom - bytesOf(told.join())), commentRoom)
  const basis = `<sub>${basisText(plan, github)} · as of ${momentText(plan.at)}</sub>`
  return `${[marker('plan'), [...told, diffs, basis].filter((part) => part !== '').join('\n\n')].join('\n')}\n`
}

/**
 * The check run on the head of a pull request: red where merging would be refused, with the problems at their lines; grey where it would
 * deploy nothing. What it would be made of is here; what people have to know before they merge is in the comment.
 */
export function pullPlanCheck(plan: PullPlan, github: string): CheckReport {
  const problems = plan.environments.flatMap((outlook) => (outlook.kind === 'refused' ? (outlook.reason.problems ?? []) : []))
  return {
    name: 'Landfall plan',
    revision: plan.head,
    externalId: `#${plan.number}`,
    state: stateOf(plan),
    title: cut(gistOf(plan), 200),
    summary: [...shared([...nothingOf(plan), ...sourcesOf(plan)], checkRoom - 500), `<sub>${basisText(plan, github)}</sub>`].join('\n\n'),
    buttons: [],
    annotations: annotationsOf(problems),
  }
}

/** Where nothing would be deployed there is no comment to say why. */
const nothingOf = (plan: PullPlan): Section[][] => (stateOf(plan) === 'neutral' ? [[overviewSection(plan)]] : [])

function stateOf({ environments }: PullPlan): CheckReport['state'] {
  if (environments.some(({ kind }) => kind === 'refused')) return 'failure'
  return environments.some(({ kind }) => kind === 'planned') ? 'success' : 'neutral'
}

/** Each part gets as much room as is left divided by those that are left, so that no long one takes what a short one after it needs. */
function shared(parts: readonly Section[][], room: number): string[] {
  let left = room
  return parts.map((sections, index) => {
    const text = fitted(sections, left / (parts.length - index))
    left -= bytesOf(text) + 2
    return text
  })
}
