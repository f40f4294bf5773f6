import { type EnvironmentRule, type ProjectFile, projectFolder } from '../domain/configuration.ts'
import type { Problem } from '../domain/problem.ts'
import { clashesAmong, type WrittenNames, writtenNames } from './project/names-apart.ts'
import { parseProjectFile } from './project-file.ts'

/** A file of a project as it stands in the repository. */
export interface ProjectText {
  path: string
  text: string
}

/** A project whose file is good. */
export interface Project extends ProjectText {
  file: ProjectFile
}

/** A file that cannot be used. */
export interface BrokenFile {
  path: string
  problems: Problem[]
  /** Names of its environments as they are written; absent where it cannot be read at all. */
  environments?: string[]
}

/** The projects of a repository at one commit, in the order of their files. */
export interface Projects {
  good: Project[]
  broken: BrokenFile[]
}

/** Projects of one repository. Each file costs a request and some time, and anybody who can push can write one. */
export const mostProjects = 50

/**
 * Reads the files of a repository's projects. What is wrong with one is told at it and keeps the others from nothing, but for names that
 * two of them have: nobody can say which is meant, so neither counts.
 */
export function parseProjectFiles(texts: readonly ProjectText[], repositoryName: string): Projects {
  const names = texts.map(({ path, text }) => writtenNames(text, path, repositoryName))
  const clashes = clashesAmong(names.filter((one) => one !== undefined))
  const projects: Projects = { good: [], broken: [] }
  for (const [index, { path, text }] of texts.entries()) {
    const parsed = parseProjectFile(text, path, repositoryName)
    const problems = [...misplaced(path, index), ...(parsed.kind === 'invalid' ? parsed.problems : []), ...(clashes.get(path) ?? [])]
    if (parsed.kind === 'ok' && problems.length === 0) projects.good.push({ path, text, file: parsed.value })
    else projects.broken.push({ path, problems: inOrder(problems), ...environmentsIn(names[index]) })
  }
  return projects
}

/** An environment, the project it belongs to, or why it is not there. */
export type EnvironmentFound =
  | { kind: 'found'; project: Project; rule: EnvironmentRule }
  /** A file that cannot be used has it, or may have it. */
  | { kind: 'invalid'; problems: Problem[] }
  | { kind: 'unknown'; known: string[] }

export function findEnvironment(projects: Projects, name: string): EnvironmentFound {
  for (const project of projects.good) {
    const rule = Object.hasOwn(project.file.environments, name) ? project.file.environments[name] : undefined
    if (rule) return { kind: 'found', project, rule }
  }
  const suspects = projects.broken.filter(({ environments }) => environments === undefined || environments.includes(name))
  if (suspects.length > 0) return { kind: 'invalid', problems: suspects.flatMap(({ problems }) => problems) }
  return { kind: 'unknown', known: environmentNames(projects) }
}

/** Of all projects, those with a broken file included as far as they can be read. */
export const environmentNames = ({ good, broken }: Projects): string[] => [
  ...new Set([...good.flatMap(({ file }) => Object.keys(file.environments)), ...broken.flatMap(({ environments }) => environments ?? [])]),
]

/** Whether the repository has no file of any project. */
export const areNone = ({ good, broken }: Projects): boolean => good.length + broken.length === 0

export const problemsOfAll = ({ broken }: Projects): Problem[] => broken.flatMap(({ problems }) => problems)

const environmentsIn = (names: WrittenNames | undefined) => names && { environments: [...names.environments.keys()] }

/** What is wrong with there being such a file. */
function misplaced(file: string, index: number): Problem[] {
  if (index >= mostProjects) return [{ file, what: `there are more than ${mostProjects} project files`, remedy: 'Put several into one' }]
  if (!file.endsWith('.yaml')) return []
  return [{ file, what: `files in ${projectFolder} end with \`.yml\``, remedy: `Rename it to ${file.replace(/\.yaml$/, '.yml')}` }]
}

const inOrder = (problems: Problem[]): Problem[] =>
  problems.toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0) || (one.column ?? 0) - (other.column ?? 0))
