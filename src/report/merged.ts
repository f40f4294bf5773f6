import { type Deployment, isTerminal } from '../domain/deployment.ts'
import { paragraphs } from './answer.ts'
import type { Links } from './links.ts'
import { code, link, plain, sentence } from './markdown.ts'
import { type Telling, tell, tellAsk } from './telling.ts'
import { firstFitting } from './text.ts'
import { takenBackText } from './wording.ts'

/** GitHub refuses comments over 65,536 characters; the rest is for head and last line. */
const commentRoom = 60_000

/** What a pull request brought to an environment, and the rollback that took it away since. */
export interface Brought {
  deployment: Deployment
  takenBack?: Deployment
}

/**
 * What the one comment on a pull request says once it is merged: how each environment stands, who has to agree and how, and in the end
 * what became of it. Markdown; it mentions nobody.
 *
 * @param deployments the newest of each environment
 */
export function mergedComment(deployments: readonly Brought[], linksOf: (deployment: Deployment) => Links): string {
  // What ended first comes first: so one environment follows the other.
  const inOrder = deployments.toSorted((one, other) => endOf(one.deployment) - endOf(other.deployment))
  const rows = inOrder.map((one) => row(one, linksOf(one.takenBack ?? one.deployment)))
  const shown = firstFitting(rows, commentRoom)
  const more = rows.length - shown.length
  return paragraphs('plan', ['### What merging did', shown.join('\n'), ...(more > 0 ? [`and ${more} more environments`] : [])])
}

const endOf = ({ finishedAt }: Deployment): number => (finishedAt === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(finishedAt))

function tellTakenBack(deployment: Deployment, takenBack: Deployment, links: Links): Telling {
  const { site: _, remedy: __, ...told } = tell(deployment, links)
  return {
    ...told,
    icon: '↩️',
    headline: `${told.commit?.text ?? 'The change'} is gone from ${told.environment}`,
    detail: takenBackText(takenBack),
  }
}

/** `- ✅ **abc1234 went live on production**: abc1234 verified on web-1 in 12 s. · abc1234 · log` */
function row({ deployment, takenBack }: Brought, links: Links): string {
  const told = takenBack ? tellTakenBack(deployment, takenBack, links) : (tellAsk(deployment, links) ?? tell(deployment, links))
  const advice = (isTerminal(deployment.state) || deployment.state === 'waiting') && told.remedy
  return [
    `- ${told.icon} **${plain(told.headline)}**: ${sentence(told.detail, 1500)}${advice ? ` ${sentence(advice, 1500)}` : ''}`,
    told.commit && link(code(told.commit.text), told.commit.url),
    told.site && link('open', told.site),
    told.log && link('log', told.log),
  ]
    .filter((part) => part !== undefined)
    .join(' · ')
}
