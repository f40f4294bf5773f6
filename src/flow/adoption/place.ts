import { problemText } from '../../domain/problem.ts'
import { fullName, type Repository, type Sha } from '../../domain/repository.ts'
import type { Ports } from '../ports.ts'
import { readProjects } from '../read-projects.ts'
import { type Refusal, refused } from '../secret-place.ts'
import type { FoundProject } from './find.ts'

/** Where people want it. */
export interface PlaceWanted {
  /** `owner/name` */
  repository: string
  /** Absent: `production`, or where another project of the repository has that, with the project's name before it. */
  environment?: string | undefined
  /** Absent: the default one. */
  branch?: string | undefined
  /** Folder of the repository for its Compose files. Absent: the root, or where that has another project, one of the project's name. */
  folder?: string | undefined
}

/** Where in a repository a project goes. */
export interface Place {
  kind: 'found'
  repository: Repository
  branch: string
  head: Sha
  environment: string
  folder: string
  further: boolean
}

/** Where in the repository it goes. Names that others have there are not taken twice. */
export async function placeOf(wanted: PlaceWanted, { name }: FoundProject, { github }: Pick<Ports, 'github'>): Promise<Place | Refusal> {
  const installed = await github.repositories()
  const there = installed.find(({ repository }) => fullName(repository).toLowerCase() === wanted.repository.toLowerCase())
  if (!there) return refused(`the App is not installed on ${wanted.repository}`, 'Install it there first')
  const { repository, defaultBranch } = there
  const branch = wanted.branch ?? defaultBranch
  const head = await github.head(repository, branch)
  if (!head) return refused(`${wanted.repository} has no branch ${branch}`, 'Push a first commit, or name another with --branch')
  const { good, broken } = await readProjects(repository, head.sha, { github })
  const [wrong] = broken
  if (wrong) return refused(wrong.problems.map(problemText).join('\n'), 'Correct the file first')
  if (good.some(({ file }) => file.project === name))
    return refused(`${wanted.repository} has the project ${name} already`, 'Change its file by hand: add an environment with the host')
  const environments = good.flatMap(({ file }) => Object.keys(file.environments))
  const environment = wanted.environment ?? (environments.includes('production') ? `${name}-production` : 'production')
  if (environments.includes(environment))
    return refused(`${wanted.repository} has an environment ${environment} already`, 'Name another with --environment')
  const further = good.length > 0
  return { kind: 'found', repository, branch, head: head.sha, environment, folder: wanted.folder ?? (further ? name : ''), further }
}
