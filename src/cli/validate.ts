import { parseOperatorFile } from '../config/operator-file.ts'
import { pinpoint } from '../config/pinpoint.ts'
import { type ProjectText, parseProjectFiles, problemsOfAll } from '../config/project-files.ts'
import type { OperatorFile, ProjectFile } from '../domain/configuration.ts'
import { type Problem, problemText } from '../domain/problem.ts'
import { refusedChannels } from '../policy/channels.ts'
import { allowedHosts } from '../policy/hosts.ts'
import { sharedHosts } from '../policy/shared-hosts.ts'
import type { Answer } from './answer.ts'

/** The files to check; with all of them and the repository's full name, also whether the operator allows what the repository asks for. */
export interface Validation {
  /** The files of the repository's projects. */
  projects: readonly ProjectText[]
  /** `owner/name` of that repository; with a bare name, nobody can say what the operator grants it, and that is not checked. */
  repository: string
  /** The operator's file, with the name problems give it. */
  operator?: { text: string; file: string }
}

/** `landfall validate`: every problem of the files, one per line, or one line for each file that is good. */
export function validate({ projects: texts, repository, operator }: Validation): Answer {
  const projects = parseProjectFiles(texts, repository.split('/').at(-1) ?? repository)
  const operatorFile = operator && parseOperatorFile(operator.text, operator.file)
  const problems = [...problemsOfAll(projects), ...(operatorFile?.kind === 'invalid' ? operatorFile.problems : [])]
  if (operatorFile?.kind === 'ok' && repository.includes('/'))
    problems.push(...projects.good.flatMap((project) => pinpoint(notAllowed(project.file, operatorFile.value, repository), project)))
  if (problems.length > 0) return { text: lines([...problems.map(problemText), countOf(problems)]), exitCode: 1 }

  const good = [
    ...projects.good.map(({ path, file }) => `${path}: good (${environmentsOf(file)})`),
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

const environmentsOf = ({ project, environments }: ProjectFile): string => `project ${project}: ${Object.keys(environments).join(', ')}`

const countOf = ({ length }: Problem[]): string => (length === 1 ? '1 problem' : `${length} problems`)

const lines = (texts: string[]): string => `${texts.join('\n')}\n`
