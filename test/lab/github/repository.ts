import { type Branches, branches, type RepositoryParts } from './branches.ts'
import { type Checking, checking } from './checking.ts'
import { type Discussions, discussions } from './discussions.ts'
import type { Git } from './git.ts'
import { type Reading, reading } from './reading.ts'
import { type Tagging, tagging } from './tagging.ts'
import type { Waiting } from './waiting.ts'
import { type Person, person, type Repo, type Role, type World } from './world.ts'

export interface RepositoryOptions {
  /** Default true. */
  private?: boolean
  /** Default true; false for a repository that the App cannot see. */
  installed?: boolean
  /** Default `main`. */
  defaultBranch?: string
  /** What it is a fork of; default: nothing. */
  parent?: Repo | undefined
}

/** A repository as people use it, and what can be seen on it. */
export interface TestRepository extends Branches, Checking, Discussions, Reading, Tagging {
  readonly owner: string
  readonly name: string
  readonly fullName: string
  readonly id: number
  /** The App's installation on it; undefined where it is not installed. */
  readonly installation: number | undefined
  addCollaborator(login: string, role: Role): void
  removeCollaborator(login: string): void
  /** Somebody's fork, with every branch; the App is not installed there. */
  fork(owner: string): Promise<TestRepository>
}

/** A repository without commits, registered in the world. */
export function emptyRepository(world: World, git: Git, owner: string, name: string, options: RepositoryOptions): Repo {
  const now = world.now()
  const account = person(world, owner, 'Organization')
  const repo: Repo = {
    id: world.id(),
    owner: account,
    name,
    fullName: `${owner}/${name}`,
    private: options.private ?? true,
    defaultBranch: options.defaultBranch ?? 'main',
    createdAt: now,
    pushedAt: now,
    git,
    parent: options.parent,
    installation: options.installed === false ? undefined : installationOn(world, account),
    collaborators: new Map(),
    pulls: [],
    comments: [],
    statuses: [],
    deployments: [],
    suites: [],
    checkRuns: [],
    workflowRuns: [],
    activities: [],
    requiredChecks: [],
    issues: [],
  }
  world.repositories.set(repo.fullName.toLowerCase(), repo)
  return repo
}

function installationOn(world: World, account: Person) {
  const known = world.installations.find((one) => one.account === account)
  if (known) return known
  const made = { id: world.id(), account, createdAt: world.now(), suspendedAt: undefined }
  world.installations.push(made)
  return made
}

export function createTestRepository(
  parts: RepositoryParts,
  waits: Waiting,
  fork: (repo: Repo, owner: string) => Promise<TestRepository>,
): TestRepository {
  const { world, repo } = parts
  return {
    ...branches(parts),
    ...checking(parts),
    ...discussions(parts),
    ...tagging(parts),
    ...reading(repo, waits),
    owner: repo.owner.login,
    name: repo.name,
    fullName: repo.fullName,
    id: repo.id,
    installation: repo.installation?.id,
    fork: (owner) => fork(repo, owner),
    addCollaborator(login, role) {
      repo.collaborators.set(person(world, login).login.toLowerCase(), role)
    },
    removeCollaborator(login) {
      repo.collaborators.delete(login.toLowerCase())
    },
  }
}
