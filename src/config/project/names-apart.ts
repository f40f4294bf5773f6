import type { Problem } from '../../domain/problem.ts'
import { readDocument } from '../document.ts'
import { pathText } from '../finding.ts'
import type { Position } from '../position.ts'
import { defaultProjectName } from './names.ts'

/** The names that a project's file takes, as they are written, whether the file is good otherwise or not. */
export interface WrittenNames {
  file: string
  project: string | undefined
  /** Where it is written; the beginning of the file where it is not. */
  projectAt: Position
  environments: Map<string, Position>
}

/** Undefined for a file that cannot be read at all. */
export function writtenNames(text: string, file: string, repositoryName: string): WrittenNames | undefined {
  const document = readDocument(text, file)
  if (document.kind === 'invalid') return undefined
  const { value, keys, positionOf } = document.tree
  const written = typeof value === 'object' && value !== null && 'project' in value ? value.project : undefined
  const at = (name: string) => positionOf({ path: ['environments', name], onKey: true })
  return {
    file,
    project: typeof written === 'string' ? written : defaultProjectName(file, repositoryName),
    projectAt: positionOf({ path: ['project'] }),
    environments: new Map(keys(['environments']).map((name) => [name, at(name)])),
  }
}

/**
 * Names are unique over all files of a repository: GitHub shows the environments of all of them side by side, and on a host a project
 * goes by its name alone. Told at each place, with the others. By file.
 */
export function clashesAmong(files: readonly WrittenNames[]): Map<string, Problem[]> {
  const environments = files.flatMap(({ file, environments: named }) =>
    [...named].map(([name, at]): Taken => ({ what: 'environment', name, file, at, path: pathText(['environments', name]) })),
  )
  const projects = files.flatMap(({ file, project, projectAt: at }): Taken[] =>
    project === undefined ? [] : [{ what: 'project', name: project, file, at, path: 'project' }],
  )
  const taken = Map.groupBy([...projects, ...environments], ({ what, name }) => `${what} ${name}`)
  const problems = [...taken.values()].flatMap((places) => (places.length > 1 ? places.map((one) => clash(one, places)) : []))
  return Map.groupBy(problems, ({ file }) => file)
}

interface Taken {
  what: 'project' | 'environment'
  name: string
  file: string
  path: string
  at: Position
}

function clash(one: Taken, places: readonly Taken[]): Problem {
  const others = places.filter((other) => other !== one).map(({ file, at }) => `${file}:${at.line}:${at.column}`)
  const { file, path, at, what, name } = one
  return {
    ...{ file, path, ...at },
    what: `there is ${what === 'project' ? 'a project' : 'an environment'} "${name}" in ${others.join(' and ')} as well`,
    remedy:
      what === 'project'
        ? 'Give each file a `project` of its own'
        : 'Rename one of them: names of environments are unique over all files of a repository',
  }
}
