import type { PullPlan } from '../domain/pull-plan.ts'
import { annotationsOf } from './annotations.ts'
import { marker } from './markdown.ts'
import type { CheckReport } from './published.ts'
import { basisText, diffSections, outlookSections, overviewSection } from './pull-plan-sections.ts'
import { checkRoom, fitted, type Section } from './sections.ts'
import { bytesOf, cut, oneLine } from './text.ts'
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
 * deploy nothing.
 */
export function pullPlanCheck(plan: PullPlan, github: string): CheckReport {
  const problems = plan.environments.flatMap((outlook) => (outlook.kind === 'refused' ? (outlook.reason.problems ?? []) : []))
  const text = fitted(diffSections(plan, checkRoom), checkRoom)
  return {
    name: 'Landfall plan',
    revision: plan.head,
    externalId: `#${plan.number}`,
    ...verdictOn(plan),
    summary: [
      ...shared([[overviewSection(plan)], ...outlookSections(plan)], checkRoom - 500),
      `<sub>${basisText(plan, github)}</sub>`,
    ].join('\n\n'),
    ...(text !== '' && { text }),
    buttons: [],
    annotations: annotationsOf(problems),
  }
}

function verdictOn({ environments }: PullPlan): Pick<CheckReport, 'state' | 'title'> {
  const named = (kind: PullPlan['environments'][number]['kind']) =>
    environments.filter((one) => one.kind === kind).map(({ environment }) => oneLine(environment))
  const [refused, planned] = [named('refused'), named('planned')]
  if (refused.length > 0) return { state: 'failure', title: cut(`Merging would be refused for ${refused.join(', ')}`, 200) }
  if (planned.length > 0) return { state: 'success', title: cut(`Merging deploys to ${planned.join(', ')}`, 200) }
  return { state: 'neutral', title: 'Merging deploys nothing' }
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
