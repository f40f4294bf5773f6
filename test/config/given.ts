import { parseOperatorFile } from '../../src/config/operator-file.ts'
import { parseProjectFile, projectFilePath } from '../../src/config/project-file.ts'
import type { OperatorFile, ProjectFile } from '../../src/domain/configuration.ts'
import { type Parsed, type Problem, problemText } from '../../src/domain/problem.ts'

/** A real public key, for hosts that nobody connects to. */
export const hostKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHpNB6rUV6AyVECm6BJgVrg/KqMbNMgoqJtzlgxmu5M7'

export const parseProject = (text: string, repositoryName = 'shop'): Parsed<ProjectFile> =>
  parseProjectFile(text, projectFilePath, repositoryName)
export const parseOperator = (text: string): Parsed<OperatorFile> => parseOperatorFile(text, 'operator.yml')

/** The value of a file that must be good; its problems otherwise. */
export function good<T>(parsed: Parsed<T>): T {
  if (parsed.kind === 'invalid') throw new Error(parsed.problems.map(problemText).join('\n'))
  return parsed.value
}

export const problemsOf = (parsed: Parsed<unknown>): Problem[] => (parsed.kind === 'invalid' ? parsed.problems : [])

/** `3:14 environments.production.hosts[0]: what is wrong`, in file order. */
export const told = (parsed: Parsed<unknown>): string[] =>
  problemsOf(parsed).map(({ line, column, path, what }) => `${line}:${column} ${path ?? ''}: ${what}`)

/** A good project file with more of its environment `production` and more beside it. */
export const projectWith = ({ environment = '', top = '' }: { environment?: string; top?: string }): string =>
  `version: 1\nenvironments: { production: { branch: main, hosts: [web-1]${environment && `, ${environment}`} } }\n${top}`
