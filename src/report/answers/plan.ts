import type { Outlook, PullPlan } from '../../domain/pull-plan.ts'
import { sentenceOf } from '../../domain/reason.ts'
import { oneLine } from '../text.ts'
import { saidAnswer } from './said.ts'

/** The answer to `/plan`: environment by environment in one sentence. All of it is in the pull request's one comment and its check. */
export const planAnswer = (intent: string, { number, environments }: PullPlan): string =>
  saidAnswer(intent, {
    icon: '🗺️',
    headline: `What merging #${number} would do`,
    sentences:
      environments.length === 0
        ? ['Nothing: no environment follows the branch it would be merged into']
        : [...environments.map(outlookText), 'Landfall’s comment on the plan and the check "Landfall plan" show all of it'],
  })

function outlookText(outlook: Outlook): string {
  const environment = oneLine(outlook.environment)
  switch (outlook.kind) {
    case 'nothing':
      return `${environment}: nothing, ${oneLine(outlook.why)}`
    case 'refused':
      return `${environment}: it would be refused. ${oneLine(sentenceOf(outlook.reason))}`
    case 'planned': {
      const { services, removed } = outlook.draft
      const changed = services.filter(({ change }) => change !== 'untouched').map(({ name, change }) => `${name} ${change}`)
      const all = [...changed, ...removed.map((name) => `${name} removed`)].map(oneLine)
      return `${environment}: ${all.join(', ') || 'every service is left as it is'}${gatesText(outlook.closed.length)}`
    }
  }
}

const gatesText = (closed: number): string => (closed === 0 ? '' : `; ${closed} ${closed === 1 ? 'gate is' : 'gates are'} before it`)
