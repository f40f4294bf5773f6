import type { Problem } from '../../domain/problem.ts'
import { parseTemplate, type Reference, unset, type Variables } from '../../plan/template.ts'
import { eachText, positionInScalar, type SourceFile } from './yaml.ts'

/**
 * Names the process environment on a host has by itself. There they would win over the environment's file, so that a
 * host would run something else than what was planned: they cannot be used in a Compose file at all.
 */
const ofTheHost = new Set(['PATH', 'HOME', 'PWD', 'LC_ALL', 'DOCKER_HOST', 'DOCKER_CONFIG', 'DOCKER_CONTEXT'])

/** Problems told. Finding the place of one takes a walk through its scalar, and there may be tens of thousands. */
const mostProblems = 100

/** Every variable a Compose file asks for and nobody gives: Compose would put nothing in its place and merely warn. */
export function checkVariables(files: SourceFile[], variables: Variables): Problem[] {
  const problems: Problem[] = []
  for (const file of files) {
    eachText(file, (scalar, path) => {
      const seen = new Map<string, number>()
      const report = (needle: string, what: string, remedy: string) => {
        if (problems.length >= mostProblems) return
        const nth = seen.get(needle) ?? 0
        seen.set(needle, nth + 1)
        problems.push({ file: file.path, ...positionInScalar(file, scalar, needle, nth), ...(path ? { path } : {}), what, remedy })
      }
      for (const part of parseTemplate(scalar.value)) {
        if (part.kind === 'malformed')
          report(part.text, `"${cut(part.text)}" is no variable`, 'Write ${NAME} with one of the forms Compose knows, or $$ for a dollar')
        if (part.kind === 'reference' && ofTheHost.has(part.name))
          report(part.text, hostOwned(part), 'Use another name, or a path relative to the project such as ./data')
      }
      for (const { name, text, message } of unset(scalar.value, variables)) {
        if (!ofTheHost.has(name))
          report(text, message ? `variable ${name} is not set: ${message}` : `variable ${name} is not set`, remedyFor(name))
      }
    })
  }
  return problems
}

const cut = (text: string) => (text.length > 60 ? `${text.slice(0, 60)}…` : text)
const hostOwned = ({ name }: Reference) => `${name} is a variable of the host itself and differs from machine to machine`
const remedyFor = (name: string) =>
  `Set ${name} in the environment's env file, give it a default (\${${name}:-…}), or write $$${name} if a dollar is meant`
