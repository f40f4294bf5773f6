import type { Deployment } from '../../domain/deployment.ts'
import { shortSha } from '../../domain/repository.ts'
import { commitUrl, type Links } from '../links.ts'
import { oneLine } from '../text.ts'

/** A deployment an answer is about, and where it can be read of. */
export interface Subject {
  deployment: Deployment
  links: Links
}

/** `abc1234`, or in words while it is not known. */
export const commitText = ({ deployment }: Subject): string =>
  deployment.revision === undefined ? 'The change' : shortSha(deployment.revision)

export const environmentText = ({ deployment }: Subject): string => oneLine(deployment.environment)

/** Commit, subject and log, for the small print. */
export function subjectFacts({ deployment, links }: Subject): (string | { text: string; url: string } | undefined)[] {
  const { revision, subject, repository } = deployment
  return [
    revision === undefined ? undefined : { text: shortSha(revision), url: commitUrl(links.github, repository, revision) },
    subject === undefined || oneLine(subject) === '' ? undefined : subject,
    links.log === undefined ? undefined : { text: 'log', url: links.log },
  ]
}
