import { fullName, type Repository, type Sha } from '../domain/repository.ts'

/** Where things can be read about a deployment. */
export interface Links {
  /** GitHub's address without a slash at the end: `https://github.com`. */
  github: string
  /** The deployment's page on this Landfall; absent without a public address. */
  log?: string
  /** The page to act on it from; absent where nobody could sign in there. */
  act?: string
}

const repositoryUrl = (github: string, repository: Repository) => `${github}/${segments(fullName(repository))}`

export const commitUrl = (github: string, repository: Repository, revision: Sha): string =>
  `${repositoryUrl(github, repository)}/commit/${segments(revision)}`

export const pullRequestUrl = (github: string, repository: Repository, number: number): string =>
  `${repositoryUrl(github, repository)}/pull/${number}`

/** A file at a commit, at a line where one is known. */
export const fileUrl = (github: string, repository: Repository, revision: Sha, file: string, line?: number): string =>
  `${repositoryUrl(github, repository)}/blob/${segments(revision)}/${segments(file)}${line === undefined ? '' : `#L${line}`}`

/** Percent-encoded, slashes kept; also what `encodeURIComponent` leaves and Markdown would end a link at. */
const segments = (path: string): string =>
  encodeURIComponent(path.toWellFormed())
    .replaceAll('%2F', '/')
    .replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
