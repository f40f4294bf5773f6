import type { Problem } from '../domain/problem.ts'
import { type Repository, type Sha, shortSha } from '../domain/repository.ts'
import { commitUrl, fileUrl } from './links.ts'
import { code, link, marker, sentence } from './markdown.ts'
import type { CommitStatus } from './published.ts'
import { cut, description, firstFitting } from './text.ts'

/** The commit whose files are wrong. */
export interface Source {
  /** GitHub's address without a slash at the end. */
  github: string
  repository: Repository
  revision: Sha
}

/** GitHub refuses comments over 65,536 characters; the rest is for the last line. */
const commentRoom = 60_000

/** The red dot `landfall/configuration` on a commit whose files cannot be used; it leads to the first problem's line. */
export function configurationStatus(source: Source, problems: readonly Problem[]): CommitStatus {
  const [first] = problems
  const text = first ? `${placeOf(first)}: ${first.what}` : 'The configuration cannot be used'
  return {
    revision: source.revision,
    context: 'landfall/configuration',
    state: 'failure',
    description: description(problems.length > 1 ? `${problems.length} problems, first ${text}` : text),
    ...(first && { url: urlOf(source, first) }),
  }
}

/** The comment listing every problem with its place and what to do. `name` marks it, so that it is edited later on. */
export function configurationComment(source: Source, problems: readonly Problem[], name: string): string {
  const commit = link(code(shortSha(source.revision)), commitUrl(source.github, source.repository, source.revision))
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`
  const head = `${marker(name)}\n### Landfall cannot use this configuration\n\n${commit} has ${count}. Nothing was deployed and nothing was touched.\n`
  const items = problems.map((problem) => problemItem(source, problem))
  const shown = firstFitting(items, commentRoom)
  const more = items.length - shown.length
  return [head, ...shown, ...(more > 0 ? [`- and ${more} more`] : []), '', 'Push a correction and Landfall reads it again.'].join('\n')
}

function problemItem(source: Source, problem: Problem): string {
  const path = problem.path ? ` ${code(cut(problem.path, 200))}:` : ''
  return `- ${link(code(placeOf(problem)), urlOf(source, problem))}${path} ${sentence(problem.what, 800)}\n  ${sentence(problem.remedy, 400)}`
}

/** `compose.yml:12:14` */
const placeOf = ({ file, line, column }: Problem): string => (line === undefined ? file : `${file}:${line}:${column ?? 1}`)

const urlOf = ({ github, repository, revision }: Source, { file, line }: Problem): string =>
  fileUrl(github, repository, revision, file, line)
