import { type Deployment, isTerminal } from '../domain/deployment.ts'
import { paragraphs } from './answer.ts'
import type { Links } from './links.ts'
import { code, link, plain, sentence } from './markdown.ts'
import { tell, tellAsk } from './telling.ts'
import { firstFitting } from './text.ts'

/** GitHub refuses comments over 65,536 characters; the rest is for head and last line. */
const commentRoom = 60_000

/**
 * What the one comment on a pull request says once it is merged: how each environment stands, who has to agree and how, and in the end
 * what became of it. Markdown; it mentions nobody.
 *
 * @param deployments the newest of each environment
 */
export function mergedComment(deployments: readonly Deployment[], linksOf: (deployment: Deployment) => Links): string {
  // What ended first comes first: so one environment follows the other.
  const rows = deployments.toSorted((one, other) => endOf(one) - endOf(other)).map((one) => row(one, linksOf(one)))
  const shown = firstFitting(rows, commentRoom)
  const more = rows.length - shown.length
  return paragraphs('plan', ['### What merging did', shown.join('\n'), ...(more > 0 ? [`and ${more} more environments`] : [])])
}

const endOf = ({ finishedAt }: Deployment): number => (finishedAt === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(finishedAt))

/** `- ✅ **abc1234 went live on production**: abc1234 verified on web-1 in 12 s. · abc1234 · log` */
function row(deployment: Deployment, links: Links): string {
  const told = tellAsk(deployment, links) ?? tell(deployment, links)
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
