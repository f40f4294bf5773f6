import { parseOperatorFile } from '../config/operator-file.ts'
import { pinpoint } from '../config/pinpoint.ts'
import { parseProjectFile } from '../config/project-file.ts'
import type { OperatorFile, ProjectFile } from '../domain/configuration.ts'
import { type Parsed, type Problem, problemText } from '../domain/problem.ts'
import { refusedChannels } from '../policy/channels.ts'
import { allowedHosts } from '../policy/hosts.ts'
import { sharedHosts } from '../policy/shared-hosts.ts'
import type { Answer } from './answer.ts'

/** A file's text and the name problems give it. */
interface Source {
  text: string
  file: string
}

/** The files to check; with both and the repository's full name, also whether the operator allows what the repository asks for. */
export interface Validation {
  /** The repository's file. */
  project?: Source
  /** `owner/name` of that repository; with a bare name, nobody can say what the operator grants it, and that is not checked. */
  repository: string
  /** The operator's file. */
  operator?: Source
}

/** `landfall validate`: every problem of the files, one per line, or one line for each file that is good. */
export function validate({ project, repository, operator }: Validation): Answer {
  const projectFile = project && parseProjectFile(project.text, project.file, repository.split('/').at(-1) ?? repository)
  const operatorFile = operator && parseOperatorFile(operator.text, operator.file)
  const problems = [...problemsIn(projectFile), ...problemsIn(operatorFile)]
  if (project && projectFile?.kind === 'ok' && operatorFile?.kind === 'ok' && repository.includes('/')) {
    const refusals = notAllowed(projectFile.value, operatorFile.value, repository)
    problems.push(...pinpoint(refusals, project.text).map((problem) => ({ ...problem, file: project.file })))
  }
  if (problems.length > 0) return { text: lines([...problems.map(problemText), countOf(problems)]), exitCode: 1 }

  const good = [
    ...(project && projectFile?.kind === 'ok' ? [`${project.file}: good (${environmentsOf(projectFile.value)})`] : []),
    ...(operator ? [`${operator.file}: good`] : []),
  ]
  return good.length > 0 ? { text: lines(good), exitCode: 0 } : { text: lines(['There is no file to validate.']), exitCode: 2 }
}

function notAllowed(project: ProjectFile, operator: OperatorFile, repository: string): Problem[] {
  const decisions = Object.values(project.environments).map(({ name, hosts }) =>
    allowedHosts({ operator, repository, project: project.project, environment: name, asked: hosts }),
  )
  const refusals = decisions.flatMap((decision) => (decision.kind === 'refused' ? decision.problems : []))
  const all = [...refusals, ...sharedHosts(operator, repository, project), ...refusedChannels(operator, repository, project.notify)]
  // The grant itself and the project name are asked for once per environment.
  return [...new Map(all.map((problem) => [problemText(problem), problem])).values()]
}

const problemsIn = (parsed: Parsed<unknown> | undefined): Problem[] => (parsed?.kind === 'invalid' ? parsed.problems : [])

const environmentsOf = ({ project, environments }: ProjectFile): string => `project ${project}: ${Object.keys(environments).join(', ')}`

const countOf = ({ length }: Problem[]): string => (length === 1 ? '1 problem' : `${length} problems`)

const lines = (texts: string[]): string => `${texts.join('\n')}\n`
