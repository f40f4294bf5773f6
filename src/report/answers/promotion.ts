import { type Repository, type Sha, shortSha } from '../../domain/repository.ts'
import { pullRequestUrl } from '../links.ts'
import { code, plain } from '../markdown.ts'
import { oneLine } from '../text.ts'
import { progressOf } from '../wording.ts'
import { type Said, saidAnswer } from './said.ts'
import { commitText, environmentText, type Subject, subjectFacts } from './subject.ts'

/** Two environments that follow different branches. */
interface Branches {
  environment: string
  /** The environment that comes before it. */
  after: string
  /** Branch of that one, and the one it is merged into. */
  head: string
  base: string
  /** GitHub's address without a slash at the end. */
  github: string
  repository: Repository
}

/** What became of `/promote`, where no deployment came of it. */
export type PromotionOutcome =
  | ({ kind: 'opened' | 'open-already'; number: number } & Branches)
  | (Subject & { kind: 'under-way' })
  | (Subject & { kind: 'runs-already'; after: string })

/** The answer to `/promote`. */
export const promotionAnswer = (intent: string, outcome: PromotionOutcome): string => saidAnswer(intent, saidOf(outcome))

function saidOf(outcome: PromotionOutcome): Said {
  switch (outcome.kind) {
    case 'under-way':
      return {
        icon: '⏳',
        headline: `${commitText(outcome)} is on its way to ${environmentText(outcome)} already`,
        sentences: [progressOf(outcome.deployment)],
        facts: subjectFacts(outcome),
      }
    case 'runs-already':
      return {
        icon: '✅',
        headline: `${environmentText(outcome)} runs the newest that ${oneLine(outcome.after)} verified`,
        sentences: ['There is nothing to promote'],
        facts: subjectFacts(outcome),
      }
    default: {
      const { kind, number, environment, after, head, base, github, repository } = outcome
      return {
        icon: '🚢',
        headline:
          kind === 'opened' ? `A pull request brings ${after} to ${environment}` : `A pull request to ${environment} is open already`,
        sentences: [`It takes ${head} into ${base}; merging it deploys what ${after} verified, by the very digests`],
        facts: [{ text: `pull request ${number}`, url: pullRequestUrl(github, repository, number) }],
      }
    }
  }
}

/** Title and body of the pull request that promotes. */
export function promotionRequest({ environment, after, head, person, verified }: Branches & { person: string; verified?: Sha }): {
  title: string
  body: string
} {
  const seen =
    verified === undefined
      ? `${plain(after)} has verified nothing of it yet.`
      : `${plain(after)} last verified ${code(shortSha(verified))}. What ${code(head)} has beyond that is refused until it was verified there as well.`
  return {
    title: `Promote ${oneLine(after)} to ${oneLine(environment)}`,
    body: [
      `Merging this brings to ${plain(environment)} what ${plain(after)} verified: the same images, by their digests, never built again.`,
      seen,
      `Asked for by ${plain(person)} with ${code(`/promote ${environment}`)}.`,
    ].join('\n\n'),
  }
}
