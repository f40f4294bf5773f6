/** A full 40-digit commit id, lower case. */
export type Sha = string

/** A content digest as registries and Docker write it: `sha256:` and 64 hex digits. */
export type Digest = string

/** A moment as ISO 8601 in UTC; for people and records, never for ordering. */
export type Instant = string

/** A repository on GitHub together with the App installation that gives access to it. */
export interface Repository {
  owner: string
  name: string
  installation: number
}

/** `owner/name`, the key under which a repository is stored and configured. */
export const fullName = (repository: Pick<Repository, 'owner' | 'name'>): string => `${repository.owner}/${repository.name}`

/** The seven digits people recognise a commit by. */
export const shortSha = (sha: Sha): string => sha.slice(0, 7)
