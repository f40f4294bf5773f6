import { type Repository, type Sha, shortSha } from '../domain/repository.ts'
import { pullRequestUrl } from './links.ts'
import { code, link, plain, sentence } from './markdown.ts'
import { cut, oneLine } from './text.ts'

/** What became of the pull request that follows a rollback. */
export type Reverted =
  | { kind: 'opened'; number: number }
  /** Git holds what runs already, or what was gone back from came from no branch. */
  | { kind: 'not-needed' }
  /** There is more on the branch than what was gone back from, which has to stay. */
  | { kind: 'by-hand'; branch: string; bad: Sha }
  /** In GitHub's words. */
  | { kind: 'refused'; why: string }

/** Where Git stands after a rollback, for its answer; undefined where there is nothing to say. Markdown. */
export function revertedText(reverted: Reverted, repository: Repository, github: string): string | undefined {
  switch (reverted.kind) {
    case 'opened':
      return `Git follows with ${link(`pull request ${reverted.number}`, pullRequestUrl(github, repository, reverted.number))}: merging it takes the change back there too.`
    case 'refused':
      return sentence(`Git still holds the change, and no pull request could be opened that takes it back: ${reverted.why}`, 500)
    case 'by-hand':
      return sentence(
        `Git still holds the change: ${reverted.branch} has moved on since ${shortSha(reverted.bad)}, so the way back there has to be found by hand`,
        500,
      )
    case 'not-needed':
      return undefined
  }
}

/** What a revert pull request is about. */
export interface RevertFacts {
  environment: string
  /** What was rolled back, and what runs again. */
  bad: Sha
  good: Sha
  person: string
  /** What the pull request that brought it is called, or else the first line of its message. */
  subject?: string
  /** More than that goes: everything since what runs again. */
  several: boolean
}

/** Title and body of the pull request that follows a rollback. The title is as GitHub's own are, which people know. */
export function revertRequest({ environment, bad, good, person, subject, several }: RevertFacts): { title: string; body: string } {
  const what = subject === undefined || oneLine(subject) === '' ? shortSha(bad) : `"${cut(oneLine(subject), 70)}"`
  const gone = several ? `Everything since ${code(shortSha(good))} goes with it. ` : ''
  return {
    title: `Revert ${what}${several ? ` and what came before it, back to ${shortSha(good)}` : ''}`,
    body: [
      `${plain(person)} rolled ${plain(environment)} back from ${code(shortSha(bad))} to ${code(shortSha(good))}. Git still holds what was taken away: merging this brings both together again. ${gone}`.trim(),
      `${code(shortSha(bad))} is not deployed again by itself. To keep it after all, close this and push a correction.`,
    ].join('\n\n'),
  }
}
